// Streams that FFmpeg and GStreamer packetized (see vectors/README.md) against what they were made of.
import { assert, assertEquals } from "@std/assert";
import type {
  Frame,
  MediaFormat,
  PayloadFormat,
} from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { formatOfEncoding } from "../../../../../protocols/_formats/rtp/payload/formats.ts";
import { joinBytes } from "../../../../../protocols/_formats/join.ts";
import { readJpeg } from "../../../../../protocols/_formats/rtp/payload/jpeg_image.ts";
import { parseAdts } from "../../../../../registry/media/aac.ts";
import { parseAc3Header } from "../../../../../registry/media/ac3.ts";
import type { CodecConfig } from "../../../../../registry/media/codec.ts";
import { isH264Key, isH264Slice, stripH264 } from "../../../../../registry/media/h264.ts";
import { isH265Key, isH265Slice, stripH265 } from "../../../../../registry/media/h265.ts";
import { parseMp3Header } from "../../../../../registry/media/mp3.ts";
import { splitAnnexB } from "../../../../../registry/media/nal.ts";
import { depacketize, packetize, packetsOf, unitOf, vector } from "./stream.ts";

interface Stream {
  readonly name: string;
  readonly source: string;
  readonly media: MediaFormat;
  /** The frames of the source, each in one piece. */
  split(source: Uint8Array): readonly Uint8Array[];
  readonly config: CodecConfig["codec"];
}

const H264_FMTP = "packetization-mode=1; sprop-parameter-sets=" +
  "Z2QACqzZRibARAAAAwAEAAADAMg8SJZY,aOvjyyLA; profile-level-id=64000A";
const AAC_FMTP = "profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;" +
  "indexdeltalength=3; config=119056E500";

const STREAMS: readonly Stream[] = [
  {
    name: "h264",
    source: "h264.h264",
    media: { encoding: "H264", clockRate: 90_000, fmtp: H264_FMTP },
    split: (source) => stripH264(splitAnnexB(source)).payload,
    config: "h264",
  },
  {
    name: "h265",
    source: "h265.h265",
    media: { encoding: "H265", clockRate: 90_000 },
    split: (source) => stripH265(splitAnnexB(source)).payload,
    config: "h265",
  },
  { name: "vp8", source: "vp8.ivf", media: video("VP8"), split: splitIvf, config: "vp8" },
  { name: "vp9", source: "vp9.ivf", media: video("VP9"), split: splitIvf, config: "vp9" },
  {
    name: "aac",
    source: "aac.aac",
    media: { encoding: "MPEG4-GENERIC", clockRate: 48_000, channels: 2, fmtp: AAC_FMTP },
    // FFmpeg 5.1 never sends the last access unit.
    split: (source) => splitAdts(source).slice(0, -1),
    config: "aac",
  },
  {
    name: "latm",
    source: "aac.aac",
    media: {
      encoding: "MP4A-LATM",
      clockRate: 48_000,
      channels: 2,
      fmtp: "profile-level-id=41;cpresent=0;config=400023203fc0",
    },
    split: splitAdts,
    config: "aac",
  },
  {
    name: "mpa",
    source: "mpa.mp3",
    media: video("MPA"),
    split: (source) => splitBySize(source, (data) => parseMp3Header(data)?.frameLength),
    config: "mp3",
  },
  {
    name: "ac3",
    source: "ac3.ac3",
    media: { encoding: "AC3", clockRate: 48_000 },
    split: (source) => splitBySize(source, (data) => parseAc3Header(data).frameSize),
    config: "ac3",
  },
  {
    name: "pcmu",
    source: "pcmu.ul",
    media: { encoding: "PCMU", clockRate: 8000 },
    split: (source) => [source],
    config: "g711u",
  },
  {
    name: "g722",
    source: "g722.g722",
    media: { encoding: "G722", clockRate: 8000 },
    split: (source) => [source],
    config: "g722",
  },
];

function video(encoding: string): MediaFormat {
  return { encoding, clockRate: 90_000 };
}

/** Frames after a file header of 32 bytes, each after its length in 4 of 12 bytes. */
function splitIvf(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = 32; at < file.length;) {
    const start = at + 12;
    at = start + view.getUint32(at, true);
    frames.push(file.subarray(start, at));
  }
  return frames;
}

function splitAdts(source: Uint8Array): Uint8Array[] {
  return splitBySize(source, (data) => parseAdts(data)?.frameSize)
    .map((frame) => frame.subarray(parseAdts(frame)?.headerSize));
}

function splitBySize(
  source: Uint8Array,
  sizeOf: (data: Uint8Array) => number | undefined,
): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let rest = source; rest.length > 0;) {
    const size = sizeOf(rest) ?? rest.length;
    frames.push(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  return frames;
}

function receive({ name, media }: Stream): readonly Frame[] {
  const { frames, dropped } = depacketize(
    formatOf(media).createDepacketizer(media),
    packetsOf(vector(`${name}.rtp`)),
  );
  assertEquals(dropped, []);
  return frames;
}

/** Without a difference of thousands of digits where they are not. */
function assertSameBytes(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  const [a, b] = [joinBytes(actual), joinBytes(expected)];
  assertEquals(a.length, b.length);
  assertEquals(a.findIndex((byte, index) => byte !== b[index]), -1);
}

const formatOf = ({ encoding }: MediaFormat): PayloadFormat => formatOfEncoding(encoding, "audio");

for (const stream of STREAMS) {
  Deno.test(`${stream.name} comes out byte for byte as it went into the other sender`, () => {
    const sent = stream.split(vector(stream.source));
    const parts = receive(stream).flatMap((frame) => frame.payload);
    assertSameBytes(parts, sent);
    const told = formatOf(stream.media).config(stream.media);
    const config = told ?? receive(stream)[0]?.config;
    assertEquals(config?.codec, stream.config);
  });

  Deno.test(`${stream.name} sent again and received again is the same`, () => {
    const format = formatOf(stream.media);
    const frames = receive(stream);
    const config = format.config(stream.media) ?? frames[0]?.config;
    const packets = frames.flatMap((frame) => {
      const { payload, isKey, timestamp: pts } = frame;
      const { clockRate: timescale } = stream.media;
      return packetize(
        format,
        unitOf(format, payload, { isKey, pts, timescale, ...(config && { config }) }),
        500,
      );
    });
    assert(packets.every(({ payload }) => payload.length <= 500));
    const again = depacketize(format.createDepacketizer(stream.media), packets);
    assertEquals(again.dropped, []);
    const payloads = (all: readonly Frame[]) => all.flatMap(({ payload }) => payload);
    assertSameBytes(payloads(again.frames), payloads(frames));
    assertEquals(again.frames[0]?.config, frames[0]?.config);
  });
}

Deno.test("frames of video have their pictures, keys and times", () => {
  const [h264, h265] = STREAMS;
  assert(h264 !== undefined && h265 !== undefined);
  const pictures = receive(h264);
  assertEquals(pictures.length, 15);
  assertEquals(
    pictures.map(({ isKey }) => isKey),
    pictures.map(({ payload }) => isH264Key(payload)),
  );
  assertEquals(pictures.filter(({ isKey }) => isKey).length, 2);
  for (const { payload } of pictures) assertEquals(payload.filter(isH264Slice).length, 2);
  const others = receive(h265);
  assertEquals(others.length, 15);
  assertEquals(others.map(({ isKey }) => isKey), others.map(({ payload }) => isH265Key(payload)));
  for (const { payload } of others) assertEquals(payload.filter(isH265Slice).length, 1);
  const first = pictures[0]?.timestamp ?? NaN;
  const times = pictures.map(({ timestamp }) => timestamp - first).sort((a, b) => a - b);
  const [start = NaN] = times;
  assertEquals(times, times.map((_, index) => start + 3600 * index));
});

Deno.test("JPEG comes out with the scan that went in, and its headers", () => {
  const media = { encoding: "JPEG", clockRate: 90_000 };
  const format = formatOf(media);
  const packets = packetsOf(vector("jpeg.rtp"));
  const { frames, dropped } = depacketize(format.createDepacketizer(media), packets);
  assertEquals(dropped, []);
  const source = vector("jpeg.mjpeg");
  for (const { payload, isKey } of frames) {
    const [image] = payload;
    assert(isKey && image !== undefined);
    const { scan, ...headers } = readJpeg(image);
    assertEquals(source.toHex().split(scan.toHex()).length, 2);
    assertEquals([headers.width, headers.height, headers.verticalSampling], [96, 64, 2]);
    const again = packetize(format, unitOf(format, payload), 400);
    const second = depacketize(format.createDepacketizer(media), again);
    assertEquals(second.frames.map(({ payload }) => payload), [payload]);
  }
  assertEquals(frames.length, 5);
});

Deno.test("Opus packets are passed as they are", () => {
  const media = { encoding: "opus", clockRate: 48_000, channels: 2, fmtp: "sprop-stereo=1" };
  const packets = packetsOf(vector("opus.rtp"));
  const { frames } = depacketize(formatOf(media).createDepacketizer(media), packets);
  assertEquals(frames.map(({ payload }) => payload), packets.map(({ payload }) => [payload]));
});
