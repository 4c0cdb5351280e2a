import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  ALL_CAPABILITIES,
  LEGACY_CAPABILITIES,
} from "../../../../protocols/_formats/flv/capabilities.ts";
import { sequenceHeaders, unitMessage } from "../../../../protocols/_formats/flv/egress.ts";
import type { CodecConfig, CodecName } from "../../../../registry/media/codec.ts";
import type { Track, TrackKind } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { hex, joinedHex, vector } from "./bytes.ts";
import { descriptionsOf, ingestFile } from "./stream.ts";

/** How a unit stands on the wire; times are milliseconds. */
interface Row {
  readonly name: string;
  readonly codec: CodecName;
  readonly config?: CodecConfig;
  readonly payload: readonly string[];
  readonly isKey?: boolean;
  readonly pts?: number;
  readonly index?: number;
  readonly body: string;
}

const VIDEO_ROWS: readonly Row[] = [
  {
    name: "H.264 key frame of two NAL units",
    codec: "h264",
    payload: ["06bb", "65aa"],
    body: "17 01 000000 00000002 06bb 00000002 65aa",
  },
  {
    name: "H.264 inter frame shown 40 ms later",
    codec: "h264",
    payload: ["41aa"],
    isKey: false,
    pts: 1040,
    body: "27 01 000028 00000002 41aa",
  },
  {
    name: "H.264 shown before it is decoded",
    codec: "h264",
    payload: ["41aa"],
    isKey: false,
    pts: 999,
    body: "27 01 ffffff 00000002 41aa",
  },
  {
    name: "H.264 with an offset of three hours, which is clamped",
    codec: "h264",
    payload: ["65aa"],
    pts: 10_800_000,
    body: "17 01 7fffff 00000002 65aa",
  },
  {
    name: "H.264 as the second track",
    codec: "h264",
    payload: ["65aa"],
    index: 1,
    body: "96 03 61766331 01 00000002 65aa",
  },
  {
    name: "H.265 without composition time",
    codec: "h265",
    payload: ["2601aa"],
    body: "93 68766331 00000003 2601aa",
  },
  {
    name: "H.265 with composition time",
    codec: "h265",
    payload: ["0201aa"],
    isKey: false,
    pts: 1040,
    body: "a1 68766331 000028 00000003 0201aa",
  },
  {
    name: "H.265 with composition time as the third track",
    codec: "h265",
    payload: ["2601aa"],
    pts: 1040,
    index: 2,
    body: "96 01 68766331 02 000028 00000003 2601aa",
  },
  {
    name: "AV1 key frame: its sequence header comes first again",
    codec: "av1",
    config: { codec: "av1", sequenceHeader: hex("08aabb") },
    payload: ["30cc"],
    body: "91 61763031 0a02aabb 3201cc",
  },
  {
    name: "AV1 inter frame",
    codec: "av1",
    config: { codec: "av1", sequenceHeader: hex("08aabb") },
    payload: ["30cc"],
    isKey: false,
    body: "a1 61763031 3201cc",
  },
  { name: "VP8", codec: "vp8", payload: ["aabb"], body: "91 76703038 aabb" },
  { name: "VP9", codec: "vp9", payload: ["aabb"], body: "91 76703039 aabb" },
  { name: "VP6", codec: "flv:video4", payload: ["1400aa"], body: "14 00 aa" },
];

const AUDIO_ROWS: readonly Row[] = [
  { name: "AAC", codec: "aac", payload: ["2122"], body: "af 01 2122" },
  {
    name: "AAC, second track",
    codec: "aac",
    payload: ["21"],
    index: 1,
    body: "95 01 6d703461 01 21",
  },
  { name: "MP3, 44.1 kHz stereo", ...plain("mp3", 44_100, 2), body: "2f aa" },
  { name: "MP3, 48 kHz, which has no code", ...plain("mp3", 48_000, 1), body: "2e aa" },
  { name: "MP3, 22.05 kHz", ...plain("mp3", 22_050, 1), body: "2a aa" },
  { name: "MP3, 11.025 kHz", ...plain("mp3", 11_025, 1), body: "26 aa" },
  { name: "MP3, 8 kHz", ...plain("mp3", 8000, 1), body: "e2 aa" },
  { name: "MP3, second track", ...plain("mp3", 44_100, 2), index: 1, body: "95 01 2e6d7033 01 aa" },
  { name: "G.711 A-law, mono", ...plain("g711a", 8000, 1), body: "72 aa" },
  { name: "G.711 mu-law, stereo", ...plain("g711u", 8000, 2), body: "83 aa" },
  { name: "Opus", codec: "opus", payload: ["aa"], body: "91 4f707573 aa" },
  { name: "FLAC", codec: "flac", payload: ["aa"], body: "91 664c6143 aa" },
  { name: "AC-3", ...plain("ac3", 48_000, 6), body: "91 61632d33 aa" },
  { name: "E-AC-3", ...plain("eac3", 48_000, 6), body: "91 65632d33 aa" },
  { name: "Speex", codec: "flv:audio11", payload: ["b6aa"], body: "b6 aa" },
];

for (const row of VIDEO_ROWS) testRow(row, "video");
for (const row of AUDIO_ROWS) testRow(row, "audio");

function testRow(row: Row, kind: TrackKind): void {
  Deno.test(`unitMessage writes ${row.name}`, () => {
    const message = unitMessage(unitOf(row, kind), row.index ?? 0);
    assertEquals(joinedHex(message.parts), row.body.replaceAll(" ", ""));
    assertEquals(message.timestamp, 1000);
    assertEquals(message.type, kind);
  });
}

Deno.test("NAL units go out as the views that they are", () => {
  const unit = unitOf({ name: "", codec: "h264", payload: ["06bb", "65aa"], body: "" }, "video");
  const parts = unitMessage(unit, 0).parts;
  assertStrictEquals(parts[1], unit.payload[0]);
  assertStrictEquals(parts[3], unit.payload[1]);
});

Deno.test("times of other timescales are rounded to the millisecond, once", () => {
  const row = { name: "", codec: "opus", payload: ["aa"], body: "" } as const;
  const unit = unitOf(row, "audio");
  const track: Track = { ...unit.track, timescale: 44_100 };
  const message = unitMessage({ ...unit, track, pts: 1024, dts: 1024 }, 0);
  assertEquals(message.timestamp, 23);
});

const START_ROWS: readonly { file: string; starts: readonly string[] }[] = [
  { file: "mp3.flv", starts: [] },
  { file: "alaw.flv", starts: [] },
  { file: "speex.flv", starts: [] },
  { file: "opus.flv", starts: ["90 4f707573 4f70757348656164 01 01 3801 80bb0000 0000 00"] },
  { file: "ac3.flv", starts: ["90 61632d33"] },
  { file: "vp9.flv", starts: ["90 76703039 00 0a 82 02 02 02 0000"] },
];

for (const { file, starts } of START_ROWS) {
  Deno.test(`sequenceHeaders of ${file} are metadata and ${starts.length} more`, () => {
    const [description] = descriptionsOf(ingestFile(vector(file)));
    const messages = sequenceHeaders(
      description ?? { tracks: [], metadata: {} },
      ALL_CAPABILITIES,
      5,
    );
    assertEquals(messages.map(({ timestamp }) => timestamp), messages.map(() => 5));
    assertEquals(messages[0]?.type, "data");
    assertEquals(
      messages.slice(1).map(({ parts }) => joinedHex(parts)),
      starts.map((start) => start.replaceAll(" ", "")),
    );
  });
}

Deno.test("sequenceHeaders of H.264 and AAC are those that came in", () => {
  const [description] = descriptionsOf(ingestFile(vector("avc_aac.flv")));
  const messages = sequenceHeaders(
    description ?? { tracks: [], metadata: {} },
    LEGACY_CAPABILITIES,
  );
  assertEquals(messages.map(({ type }) => type), ["data", "video", "audio"]);
  assertEquals(joinedHex(messages[1]?.parts ?? []).slice(0, 12), "170000000001");
  assertEquals(joinedHex(messages[2]?.parts ?? []), "af00120856e500");
});

Deno.test("sequenceHeaders of several tracks say which is whose", () => {
  const [description] = descriptionsOf(ingestFile(vector("multitrack.flv")));
  const messages = sequenceHeaders(description ?? { tracks: [], metadata: {} }, ALL_CAPABILITIES);
  const starts = messages.slice(1).map(({ parts }) => joinedHex(parts));
  assertEquals(starts.map((start) => start.slice(0, 14)), [
    "1700000000014d",
    "904f7075734f70",
    "96006876633101",
    "9500664c614301",
    "96006176303102",
  ]);
});

function plain(
  codec: "mp3" | "ac3" | "eac3" | "g711a" | "g711u",
  sampleRate: number,
  channels: number,
): Pick<Row, "codec" | "config" | "payload"> {
  return { codec, config: { codec, sampleRate, channels }, payload: ["aa"] };
}

/** A unit decoded at 1000 ms. */
function unitOf(row: Row, kind: TrackKind): Unit {
  const { codec, config, isKey = true, pts = 1000 } = row;
  const track: Track = { id: 1, kind, codec, timescale: 90_000, ...(config && { config }) };
  return { track, pts: pts * 90, dts: 90_000, isKey, payload: row.payload.map(hex) };
}
