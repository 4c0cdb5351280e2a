import { assertEquals } from "@std/assert";
import type { MediaFormat } from "../../../../protocols/_formats/rtp/payload/format.ts";
import {
  bestFormat,
  isAcceptable,
  type MediaKind,
  whyNotCarried,
} from "../../../../protocols/webrtc/sdp/codecs.ts";
import { h264Profile } from "../../../../protocols/webrtc/sdp/h264_profile.ts";
import { parseH265Sps } from "../../../../registry/media/h265_sps.ts";
import { serializeOpusHead } from "../../../../registry/media/opus.ts";
import type { Track } from "../../../../registry/media/track.ts";
import { AAC, h264, OPUS, PCMA, videoTrack } from "./parts.ts";

// RFC 6184 table 5, and the profiles that browsers write beside it.
const PROFILES: Readonly<Record<string, string | undefined>> = {
  "42e01f": "constrained-baseline",
  "42c01f": "constrained-baseline",
  "4de01f": "constrained-baseline",
  "58f01f": "constrained-baseline",
  "42001f": "baseline",
  "42801f": "baseline",
  "58a01f": "baseline",
  "4d001f": "main",
  "4d401f": "main",
  "58001f": "extended",
  "64001f": "high",
  "640028": "high",
  "640c1f": "constrained-high",
  "f4001f": "high-4:4:4",
  "6e0028": "high-10",
  "ff001f": undefined,
  "64001": undefined,
  "zz001f": undefined,
};

Deno.test("profile-level-id tells the profile", () => {
  for (const [id, profile] of Object.entries(PROFILES)) assertEquals(h264Profile(id), profile, id);
  assertEquals(h264Profile(undefined), "constrained-baseline");
});

const format = (encoding: string, fmtp?: string): MediaFormat => ({
  encoding,
  clockRate: 90_000,
  ...(fmtp !== undefined && { fmtp }),
});

const mode1 = (id: string): string => `packetization-mode=1;profile-level-id=${id}`;

/** Stream, fmtp of what is offered, index of what is taken. */
const H264_CHOICES: readonly (readonly [string, string, readonly string[], number | undefined])[] =
  [
    ["exact before greater", "4d0028", [mode1("64001f"), mode1("4d001f")], 1],
    ["the level does not count", "64002a", [mode1("42e01f"), mode1("64001f")], 1],
    ["the least that is greater", "42c01e", [mode1("64001f"), mode1("42001f")], 1],
    ["greater before lesser", "4d0028", [mode1("42e01f"), mode1("64001f")], 1],
    ["the greatest that is lesser", "640028", [mode1("42e01f"), mode1("4d001f")], 1],
    ["High where only Constrained Baseline is offered (Firefox)", "640028", [mode1("42e01f")], 0],
    ["any rather than one of no profile", "640028", [mode1("ff001f"), mode1("42e01f")], 1],
    ["the first of two alike", "42e01f", [mode1("42e01f"), mode1("42c01f")], 0],
    ["mode 0 never", "42e01f", ["packetization-mode=0;profile-level-id=42e01f"], undefined],
    ["no mode (GStreamer) rather than none", "640028", ["profile-level-id=42e01f"], 0],
    ["mode 1 before no mode", "42e01f", ["profile-level-id=42e01f", mode1("64001f")], 1],
  ];

for (const [name, stream, offered, expected] of H264_CHOICES) {
  Deno.test(`H.264: ${name}`, () => {
    const formats = offered.map((fmtp) => format("H264", fmtp));
    const best = bestFormat(h264(stream), formats);
    assertEquals(best && formats.indexOf(best), expected);
  });
}

Deno.test("H.264 of a profile that is not known yet takes the peer's first choice", () => {
  const formats = [format("H264", mode1("64001f")), format("H264", mode1("42e01f"))];
  const track: Track = { id: 1, kind: "video", codec: "h264", timescale: 90_000 };
  assertEquals(bestFormat(track, formats), formats[0]);
});

/** x265, Main 10, 320x180: the sequence parameter set of ffmpeg's output. */
const MAIN_10_SPS = Uint8Array.fromHex(
  "42010102200000030090000003000003003ca00a080b9f6d96566924caf0168080000003008000000c84",
);

Deno.test("H.265: the profile of the stream, or a greater one, or whatever there is", () => {
  assertEquals(parseH265Sps(MAIN_10_SPS).profile.profileIdc, 2);
  const config = { codec: "h265", vps: [], sps: [MAIN_10_SPS], pps: [] } as const;
  const track: Track = { ...videoTrack("h265"), config };
  const main = format("H265");
  const main10 = format("H265", "profile-id=2;tier-flag=0");
  assertEquals(bestFormat(track, [main, main10]), main10);
  assertEquals(bestFormat(track, [main]), main);
  assertEquals(bestFormat(videoTrack("h265"), [main, main10]), main);
});

Deno.test("VP9: no other profile than that of the stream", () => {
  const config = {
    codec: "vp9",
    profile: 2,
    level: 0,
    bitDepth: 10,
    chromaSubsampling: 1,
    fullRange: false,
    colourPrimaries: 1,
    transferCharacteristics: 1,
    matrixCoefficients: 1,
  } as const;
  const track: Track = { ...videoTrack("vp9"), config };
  const [zero, two] = [format("VP9"), format("VP9", "profile-id=2")];
  assertEquals(bestFormat(track, [zero, two]), two);
  assertEquals(bestFormat(track, [zero]), undefined);
  assertEquals(bestFormat(videoTrack("vp9"), [two]), two);
});

Deno.test("encodings match in any case, clocks and channels as they are", () => {
  const opus = { encoding: "OPUS", clockRate: 48_000, channels: 2 };
  assertEquals(bestFormat(OPUS, [opus]), opus);
  assertEquals(bestFormat(OPUS, [{ ...opus, channels: 1 }]), undefined);
  assertEquals(bestFormat(PCMA, [{ encoding: "PCMA", clockRate: 16_000 }]), undefined);
  assertEquals(bestFormat(PCMA, [{ encoding: "PCMA", clockRate: 8000, channels: 1 }])?.channels, 1);
});

const opusHead = serializeOpusHead({
  version: 1,
  channels: 6,
  preSkip: 0,
  inputSampleRate: 48_000,
  outputGain: 0,
  mappingFamily: 1,
  mapping: { streams: 4, coupled: 2, channels: Uint8Array.of(0, 4, 1, 2, 3, 5) },
});

const NOT_CARRIED: readonly (readonly [Track, string | undefined])[] = [
  [h264("64001f"), undefined],
  [OPUS, undefined],
  [PCMA, undefined],
  [AAC, "WebRTC does not carry AAC"],
  [{ ...AAC, codec: "mp3" }, "WebRTC does not carry MP3"],
  [{ ...AAC, kind: "video", codec: "mjpeg" }, "WebRTC does not carry MJPEG"],
  [{ ...AAC, kind: "data", codec: "amf0" }, "WebRTC does not carry AMF0"],
  [{ ...AAC, codec: "rtp:AMR" }, "WebRTC does not carry AMR"],
  [
    { ...PCMA, config: { codec: "g711a", sampleRate: 16_000, channels: 2 } },
    "WebRTC does not carry PCMA of 16000 Hz and 2 channels",
  ],
  [
    { ...OPUS, config: { codec: "opus", head: opusHead } },
    "WebRTC does not carry Opus of 6 channels",
  ],
];

Deno.test("what cannot travel is told with its name", () => {
  for (const [track, reason] of NOT_CARRIED) assertEquals(whyNotCarried(track), reason);
});

const ACCEPTABLE: readonly (readonly [MediaFormat, MediaKind, boolean])[] = [
  [format("H264", mode1("640028")), "video", true],
  [format("h264"), "video", true],
  [format("H264", "packetization-mode=2"), "video", false],
  [format("H264", mode1("640028")), "audio", false],
  [format("H265"), "video", true],
  [format("AV1"), "video", true],
  [format("VP8"), "video", true],
  [format("VP9", "profile-id=3"), "video", true],
  [format("red"), "video", false],
  [format("MP4V-ES"), "video", false],
  [{ encoding: "opus", clockRate: 48_000, channels: 2 }, "audio", true],
  [{ encoding: "G722", clockRate: 8000 }, "audio", true],
  [{ encoding: "PCMU", clockRate: 8000 }, "audio", true],
  [{ encoding: "L16", clockRate: 48_000, channels: 2 }, "audio", false],
  [{ encoding: "telephone-event", clockRate: 8000 }, "audio", false],
];

Deno.test("what may come in", () => {
  for (const [offered, kind, expected] of ACCEPTABLE) {
    assertEquals(isAcceptable(offered, kind), expected, `${offered.encoding} ${offered.fmtp}`);
  }
});
