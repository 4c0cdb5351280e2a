// Opus, G.711, G.722, L16, MPEG audio, AC-3 and Enhanced AC-3.
import { assertEquals } from "@std/assert";
import { AC3, EAC3 } from "../../../../../protocols/_formats/rtp/payload/dolby.ts";
import type {
  MediaFormat,
  PayloadFormat,
  PayloadPacket,
} from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { MPA } from "../../../../../protocols/_formats/rtp/payload/mpeg_audio.ts";
import { OPUS } from "../../../../../protocols/_formats/rtp/payload/opus.ts";
import { G722, L16, PCMA, PCMU } from "../../../../../protocols/_formats/rtp/payload/pcm.ts";
import { audioInfo } from "../../../../../registry/media/describe.ts";
import { brief, depacketize, packet, packetize, unitOf } from "./stream.ts";

const MPA_MEDIA: MediaFormat = { encoding: "MPA", clockRate: 90_000 };

/** MPEG-1 layer III, 32 kbit/s, 48 kHz: 96 bytes, 1152 samples. */
const MP3_FRAME = "fffb1464" + "11".repeat(92);

/** AC-3 of 32 kbit/s at 48 kHz: 128 bytes, 1536 samples; Enhanced AC-3 of 16 bytes. */
const AC3_FRAME = "0b77000000404300" + "22".repeat(120);
const EAC3_FRAME = "0b7700073f860000" + "33".repeat(8);
const EAC3_DEPENDENT = "0b7740073f860000" + "44".repeat(8);

const end = { marker: true };

const ROWS: readonly {
  readonly name: string;
  readonly format: PayloadFormat;
  readonly media: MediaFormat;
  readonly packets: readonly PayloadPacket[];
  readonly frames: readonly string[];
  readonly dropped?: readonly string[];
}[] = [
  {
    name: "G.711, a packet lost",
    format: PCMU,
    media: { encoding: "PCMU", clockRate: 8000 },
    packets: [packet("7f7f"), packet(""), packet("ff", { timestamp: 160, lost: true })],
    frames: ["0 K 7f7f", "160 K ff"],
    dropped: ["packets were lost"],
  },
  {
    name: "MPEG audio, two frames in a packet (RFC 2250 3.5)",
    format: MPA,
    media: MPA_MEDIA,
    packets: [packet(`00000000 ${MP3_FRAME}${MP3_FRAME}`)],
    frames: [`0 K ${MP3_FRAME}`, `2160 K ${MP3_FRAME}`],
  },
  {
    name: "MPEG audio, a frame in two fragments",
    format: MPA,
    media: MPA_MEDIA,
    packets: [
      packet(`00000000 ${MP3_FRAME.slice(0, 100)}`),
      packet(`00000032 ${MP3_FRAME.slice(100)}`),
    ],
    frames: [`0 K ${MP3_FRAME}`],
  },
  {
    name: "MPEG audio, a fragment missing though nothing is lost",
    format: MPA,
    media: MPA_MEDIA,
    packets: [
      packet(`00000000 ${MP3_FRAME.slice(0, 100)}`),
      packet("00000040 11"),
      packet(`00000000 ${MP3_FRAME}`, { timestamp: 2160 }),
    ],
    frames: [`2160 K ${MP3_FRAME}`],
    dropped: ["Cannot parse MPEG audio payload: a fragment starts at 64, not 50 at byte 2"],
  },
  {
    name: "MPEG audio, the start of a fragmented frame lost",
    format: MPA,
    media: MPA_MEDIA,
    packets: [packet("00000032 1111", { lost: true })],
    frames: [],
    dropped: ["packets were lost"],
  },
  {
    name: "AC-3, two frames in a packet (RFC 4184 4.1)",
    format: AC3,
    media: { encoding: "ac3", clockRate: 48_000 },
    packets: [packet(`0002 ${AC3_FRAME}${AC3_FRAME}`, end)],
    frames: [`0 K ${AC3_FRAME}`, `1536 K ${AC3_FRAME}`],
  },
  {
    name: "AC-3, a frame in two fragments",
    format: AC3,
    media: { encoding: "ac3", clockRate: 48_000 },
    packets: [
      packet(`0102 ${AC3_FRAME.slice(0, 200)}`),
      packet(`0302 ${AC3_FRAME.slice(200)}`, end),
    ],
    frames: [`0 K ${AC3_FRAME}`],
  },
  {
    name: "AC-3, the start lost",
    format: AC3,
    media: { encoding: "ac3", clockRate: 48_000 },
    packets: [packet("0302 22", { lost: true, marker: true })],
    frames: [],
    dropped: ["packets were lost"],
  },
  {
    name: "Enhanced AC-3, a dependent substream with its frame, then another frame",
    format: EAC3,
    media: { encoding: "eac3", clockRate: 48_000 },
    packets: [packet(`0002 ${EAC3_FRAME}${EAC3_DEPENDENT}${EAC3_FRAME}`, end)],
    frames: [`0 K ${EAC3_FRAME}${EAC3_DEPENDENT}`, `1536 K ${EAC3_FRAME}`],
  },
  {
    name: "Enhanced AC-3 in fragments (RFC 4598)",
    format: EAC3,
    media: { encoding: "eac3", clockRate: 48_000 },
    packets: [
      packet(`0102 ${EAC3_FRAME.slice(0, 20)}`),
      packet(`0102 ${EAC3_FRAME.slice(20)}`, end),
    ],
    frames: [`0 K ${EAC3_FRAME}`],
  },
];

for (const { name, format, media, packets, frames, dropped = [] } of ROWS) {
  Deno.test(`audio in: ${name}`, () => {
    const result = depacketize(format.createDepacketizer(media), packets);
    assertEquals(brief(result.frames), [...frames]);
    assertEquals(result.dropped.map(({ reason }) => reason), [...dropped]);
  });
}

Deno.test("frames that tell their parameters tell them once", () => {
  const packets = [0, 1].map((timestamp) => packet(`00000000 ${MP3_FRAME}`, { timestamp }));
  const { frames } = depacketize(MPA.createDepacketizer(MPA_MEDIA), packets);
  const config = { codec: "mp3" as const, sampleRate: 48_000, channels: 2 };
  assertEquals(frames.map((frame) => frame.config), [config, undefined]);
});

Deno.test("samples are divided between packets, each with its time", () => {
  const config = { codec: "l16" as const, sampleRate: 44_100, channels: 2 };
  const unit = unitOf(L16, [new Uint8Array(600)], { config });
  const sent = packetize(L16, unit, 258).map((
    { payload, timestamp },
  ) => [payload.length, timestamp]);
  assertEquals(sent, [[256, 0], [256, 64], [88, 128]]);
  assertEquals(L16.rtpmap(unit.track), { encoding: "L16", clockRate: 44_100, channels: 2 });
});

Deno.test("the clock of G.722 is half its sampling rate (RFC 3551 4.5.2)", () => {
  const config = G722.config({ encoding: "G722", clockRate: 8000 });
  assertEquals(config, { codec: "g722", sampleRate: 16_000, channels: 1 });
  const unit = unitOf(G722, [new Uint8Array(300)], { ...(config && { config }) });
  assertEquals(G722.rtpmap(unit.track), { encoding: "G722", clockRate: 8000 });
  assertEquals(packetize(G722, unit, 256).map(({ timestamp }) => timestamp), [0, 256]);
});

Deno.test("G.711 without a configuration is that of its static payload types", () => {
  assertEquals(PCMA.rtpmap(unitOf(PCMA, []).track), { encoding: "PCMA", clockRate: 8000 });
});

const STEREO: readonly [fmtp: string | undefined, channels: number][] = [
  [undefined, 2],
  ["sprop-stereo=1", 2],
  ["minptime=10;sprop-stereo=0", 1],
];

for (const [fmtp, channels] of STEREO) {
  Deno.test(`Opus with fmtp ${fmtp} has ${channels} channels, there and back`, () => {
    const media = { encoding: "opus", clockRate: 48_000, channels: 2, ...(fmtp && { fmtp }) };
    const config = OPUS.config(media);
    assertEquals(config && audioInfo(config), { sampleRate: 48_000, channels });
    const { track } = unitOf(OPUS, [], { ...(config && { config }) });
    assertEquals(OPUS.fmtp(track), `sprop-stereo=${channels - 1}`);
    assertEquals(OPUS.rtpmap(track), { encoding: "opus", clockRate: 48_000, channels: 2 });
  });
}

Deno.test("AC-3 goes out with the share of its first fragment told", () => {
  const heads = (size: number) =>
    packetize(AC3, unitOf(AC3, [new Uint8Array(size)]), 256)
      .map(({ payload, marker }) => [payload.subarray(0, 2).toHex(), marker]);
  assertEquals(heads(200), [["0001", true]]);
  assertEquals(heads(300), [["0102", false], ["0302", true]]);
  assertEquals(heads(600), [["0203", false], ["0303", false], ["0303", true]]);
});
