/** Units of every payload format, true to its codec as far as a packetizer looks, random otherwise. */

import type { MediaFormat } from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { writeJpeg } from "../../../../../protocols/_formats/rtp/payload/jpeg_image.ts";
import { parseAc3Header } from "../../../../../registry/media/ac3.ts";
import type { CodecConfig } from "../../../../../registry/media/codec.ts";
import { parseMp3Header } from "../../../../../registry/media/mp3.ts";
import { OPUS_SAMPLE_RATE } from "../../../../../registry/media/opus.ts";
import type { Random } from "../../../../fuzz/fuzz.ts";
import { hex } from "../../flv/bytes.ts";

/** A stream of one format. */
export interface RandomStream {
  readonly media: MediaFormat;
  /** Of the track that is sent; absent where there is none before the first frame. */
  readonly config?: CodecConfig;
  payload(random: Random, isKey: boolean): readonly Uint8Array[];
  /** Whether a unit comes out in as many frames as it went in packets, as samples do. */
  readonly isDivided?: true;
  /** Whether the format does not tell the start of a frame from its middle. */
  readonly isAmbiguous?: true;
  /** Whether the format cannot divide a frame. */
  readonly isWhole?: true;
}

/** Lengths about the limits of packets, and far above. */
function size(random: Random): number {
  return 1 + random.int(random.pick([4, 300, 300, 1500, 5000]));
}

function startingWith(random: Random, ...head: readonly number[]): Uint8Array {
  return Uint8Array.of(...head, ...random.bytes(size(random)));
}

/** Further slices or OBUs of a picture. */
function repeat<T>(random: Random, make: () => T): readonly T[] {
  return Array.from({ length: random.int(4) }, make);
}

const AAC: CodecConfig = { codec: "aac", audioSpecificConfig: hex("1190") };

export const RANDOM_STREAMS: readonly RandomStream[] = [
  {
    media: { encoding: "H264", clockRate: 90_000 },
    config: { codec: "h264", sps: [hex("6742c00a01")], pps: [hex("68ce3c80")] },
    payload: (random, isKey) => [
      // Emulation prevention keeps start codes out of SEI.
      ...(random.bool() ? [startingWith(random, 0x06, 0xff).map((byte) => byte || 0x80)] : []),
      startingWith(random, isKey ? 0x65 : 0x41, 0x80),
      ...repeat(random, () => startingWith(random, isKey ? 0x65 : 0x41, 0x40)),
    ],
  },
  {
    media: { encoding: "H265", clockRate: 90_000 },
    config: { codec: "h265", vps: [hex("400101")], sps: [hex("420102")], pps: [hex("440103")] },
    payload: (random, isKey) => [
      startingWith(random, isKey ? 0x26 : 0x02, 0x01, 0x80),
      ...repeat(random, () => startingWith(random, isKey ? 0x26 : 0x02, 0x01, 0x40)),
    ],
  },
  {
    media: { encoding: "AV1", clockRate: 90_000 },
    config: { codec: "av1", sequenceHeader: hex("0800000004457e3effe0") },
    payload: (random, isKey) => [
      startingWith(random, 0x30, isKey ? 0x10 : 0x30),
      ...repeat(random, () => startingWith(random, 0x20)),
    ],
  },
  {
    media: { encoding: "VP8", clockRate: 90_000 },
    config: { codec: "vp8" },
    payload: (random, isKey) => [
      isKey
        ? startingWith(random, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0)
        : startingWith(random, 0x11, 0, 0),
    ],
  },
  {
    media: { encoding: "VP9", clockRate: 90_000 },
    payload: (random, isKey) => [
      isKey
        ? startingWith(random, 0x82, 0x49, 0x83, 0x42, 0, 0, 0, 0, 0, 0)
        : startingWith(random, 0x86, 0),
    ],
  },
  {
    media: { encoding: "JPEG", clockRate: 90_000 },
    config: { codec: "mjpeg" },
    payload: (random) => [writeJpeg({
      width: 8 * (1 + random.int(255)),
      height: 8 * (1 + random.int(255)),
      verticalSampling: random.pick([1, 2]),
      quantizers: Array.from({ length: 1 + random.int(2) }, () => random.bytes(64)),
      restartInterval: random.pick([0, 0, 1, 400]),
      scan: random.bytes(size(random)).map((byte) => byte === 0xff ? 0 : byte),
    })],
  },
  {
    media: { encoding: "MPEG4-GENERIC", clockRate: 48_000, channels: 2, fmtp: "config=1190" },
    config: AAC,
    payload: (random) => [startingWith(random, 0x21)],
  },
  {
    media: {
      encoding: "MP4A-LATM",
      clockRate: 48_000,
      channels: 2,
      fmtp: "cpresent=0;config=400023203fc0",
    },
    config: AAC,
    payload: (random) => [startingWith(random, 0x21)],
    isAmbiguous: true,
  },
  {
    media: { encoding: "MPA", clockRate: 90_000 },
    payload: (random) => {
      const header = hex(random.pick(["fffb9064", "fffbe464", "fff38464", "fffd9404"]));
      return [filled(random, header, parseMp3Header(header)?.frameLength)];
    },
  },
  {
    media: { encoding: "ac3", clockRate: 48_000 },
    payload: (random) => {
      const head = hex("0b77000014404300");
      head[4] = random.int(38);
      return [filled(random, head, parseAc3Header(head).frameSize)];
    },
  },
  {
    media: { encoding: "eac3", clockRate: 48_000 },
    payload: (random) => {
      const head = hex("0b7700ff3f860000");
      head[2] = random.int(8);
      return [filled(random, head, parseAc3Header(head).frameSize)];
    },
  },
  {
    media: { encoding: "opus", clockRate: OPUS_SAMPLE_RATE, channels: 2 },
    payload: (random) => [startingWith(random, 0xfc)],
    isWhole: true,
  },
  {
    media: { encoding: "PCMA", clockRate: 8000 },
    config: { codec: "g711a", sampleRate: 8000, channels: 1 },
    payload: (random) => [random.bytes(size(random))],
    isDivided: true,
  },
  {
    media: { encoding: "L16", clockRate: 44_100, channels: 2 },
    config: { codec: "l16", sampleRate: 44_100, channels: 2 },
    payload: (random) => [random.bytes(4 * size(random))],
    isDivided: true,
  },
  {
    media: { encoding: "vnd.onvif.metadata", clockRate: 90_000 },
    payload: (random) => [hex(random.pick(["80", "00"])), startingWith(random, 0x3c)],
    isWhole: true,
  },
];

/** A frame of the size that its header says. */
function filled(random: Random, header: Uint8Array, length = header.length): Uint8Array {
  const frame = Uint8Array.of(...header, ...random.bytes(Math.max(0, length - header.length)));
  return frame.subarray(0, length);
}
