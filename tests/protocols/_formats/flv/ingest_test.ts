import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { encodeAmf0 } from "../../../../protocols/_formats/amf/amf0_encode.ts";
import { AmfEcmaArray, type AmfObject } from "../../../../protocols/_formats/amf/value.ts";
import { MAX_TRACKS } from "../../../../protocols/_formats/demux/assembler.ts";
import { HOLD_MS, HOLD_UNITS } from "../../../../protocols/_formats/demux/hold.ts";
import type { DemuxEvent } from "../../../../protocols/_formats/demux/events.ts";
import { FlvIngest } from "../../../../protocols/_formats/flv/ingest.ts";
import type { FlvInput } from "../../../../protocols/_formats/flv/message.ts";
import { FlvReader } from "../../../../protocols/_formats/flv/reader.ts";
import { hex, vector } from "./bytes.ts";
import { descriptionsOf, dropsOf, unitsOf } from "./stream.ts";

/** The parameter sets and frames of a real stream: SPS and PPS are 27 and 4 bytes. */
const AVCC = new FlvReader().feed(vector("avc_aac.flv"))
  .find((tag) => tag.type === "video")?.body.subarray(5).toHex() ?? "";
const AAC_START = "af 00 1210";
const AVC_START = `17 00 000000 ${AVCC}`;
const AVC_KEY = "17 01 000000 00000002 65aa";
const AVC_INTER = "27 01 000028 00000002 41bb";
const AAC_FRAME = "af 01 2122";

function video(body: string, timestamp = 0): FlvInput {
  return { type: "video", timestamp, body: hex(body) };
}

function audio(body: string, timestamp = 0): FlvInput {
  return { type: "audio", timestamp, body: hex(body) };
}

function data(name: string, value: AmfObject): FlvInput {
  return { type: "data", timestamp: 0, body: encodeAmf0(name, new AmfEcmaArray(value)) };
}

function pushAll(ingest: FlvIngest, ...messages: readonly FlvInput[]): DemuxEvent[] {
  return messages.flatMap((message) => ingest.push(message));
}

const types = (events: readonly DemuxEvent[]) => events.map((event) => event.type);

Deno.test("FlvIngest tells one description, then units with ticks of 90 kHz", () => {
  const events = pushAll(
    new FlvIngest(),
    video(AVC_START),
    audio(AAC_START),
    video(AVC_KEY, 100),
    video(AVC_INTER, 140),
    audio(AAC_FRAME, 123),
  );
  assertEquals(types(events), ["description", "unit", "unit", "unit"]);
  const [description] = descriptionsOf(events);
  assertEquals(
    description?.tracks.map(({ id, kind, codec, timescale }) => [id, kind, codec, timescale]),
    [
      [1, "video", "h264", 90_000],
      [2, "audio", "aac", 90_000],
    ],
  );
  assertEquals(
    unitsOf(events).map(({ pts, dts, isKey, payload }) => ({ pts, dts, isKey, payload })),
    [
      { pts: 9000, dts: 9000, isKey: true, payload: [hex("65aa")] },
      { pts: 16_200, dts: 12_600, isKey: false, payload: [hex("41bb")] },
      { pts: 11_070, dts: 11_070, isKey: true, payload: [hex("2122")] },
    ],
  );
  for (const unit of unitsOf(events)) assert(description?.tracks.includes(unit.track));
});

Deno.test("FlvIngest gives views of the message body and leaves it as it was", () => {
  const ingest = new FlvIngest();
  const message = video(AVC_KEY);
  pushAll(ingest, video(AVC_START), message);
  const [unit] = unitsOf(ingest.flush());
  assertStrictEquals(unit?.payload[0]?.buffer, message.body.buffer);
  assertEquals(message, video(AVC_KEY));
});

Deno.test("onMetaData of a video-only stream ends the wait for audio", () => {
  const events = pushAll(
    new FlvIngest(),
    data("onMetaData", { videocodecid: 7 }),
    video(AVC_START),
    video(AVC_KEY),
  );
  assertEquals(types(events), ["description", "unit"]);
});

Deno.test("onMetaData with hasVideo false makes an audio-only stream", () => {
  const events = pushAll(
    new FlvIngest(),
    data("onMetaData", { videocodecid: 7, hasVideo: false, audiocodecid: "mp4a" }),
    audio(AAC_START),
    audio(AAC_FRAME),
  );
  assertEquals(types(events), ["description", "unit"]);
});

Deno.test("an announced track is waited for, whatever comes before it", () => {
  const ingest = new FlvIngest();
  const metadata = data("onMetaData", { videocodecid: 7, audiocodecid: 10 });
  const early = pushAll(ingest, metadata, video(AVC_START), video(AVC_KEY, 0));
  assertEquals(early, []);
  assertEquals(ingest.isHolding, true);
  const late = pushAll(ingest, audio(AAC_START, 500));
  assertEquals(types(late), ["description", "unit"]);
  assertEquals(descriptionsOf(late)[0]?.tracks.length, 2);
  assertEquals(ingest.isHolding, false);
});

Deno.test("multitrack tracks of the info maps are waited for", () => {
  const ingest = new FlvIngest();
  const metadata = data("onMetaData", { videocodecid: 7, videoTrackIdInfoMap: { 1: {} } });
  assertEquals(pushAll(ingest, metadata, video(AVC_START), video(AVC_KEY)), []);
  const events = pushAll(ingest, video(`96 00 61766331 01 ${AVCC}`));
  assertEquals(descriptionsOf(events)[0]?.tracks.map((track) => track.id), [1, 4]);
});

Deno.test("a track that does not come is waited for no longer than HOLD_MS", () => {
  const ingest = new FlvIngest();
  const held = pushAll(ingest, video(AVC_START), video(AVC_KEY, 5000), video(AVC_INTER, 5999));
  assertEquals(held, []);
  const events = pushAll(ingest, video(AVC_INTER, 5000 + HOLD_MS));
  assertEquals(types(events), ["description", "unit", "unit", "unit"]);
  const late = pushAll(ingest, audio(AAC_START, 6100));
  assertEquals(descriptionsOf(late)[0]?.tracks.map((track) => track.id), [1, 2]);
});

Deno.test("no more than HOLD_UNITS units are held", () => {
  const ingest = new FlvIngest();
  ingest.push(video(AVC_START));
  for (let count = 1; count < HOLD_UNITS; count++) assertEquals(ingest.push(video(AVC_KEY)), []);
  assertEquals(ingest.push(video(AVC_KEY)).length, 1 + HOLD_UNITS);
});

Deno.test("flush gives what is held, and nothing when nothing is known", () => {
  const ingest = new FlvIngest();
  assertEquals([ingest.isHolding, ingest.flush().length], [false, 0]);
  pushAll(ingest, video(AVC_START), video(AVC_KEY));
  assertEquals(types(ingest.flush()), ["description", "unit"]);
  assertEquals(ingest.flush(), []);
});

Deno.test("a repeated sequence header is silent", () => {
  const ingest = flowing();
  assertEquals(pushAll(ingest, video(AVC_START), audio(AAC_START)), []);
});

Deno.test("a changed sequence header makes a new track, told once and marked on the next unit", () => {
  const ingest = flowing();
  const change = pushAll(ingest, audio("af 00 1190"), audio(AAC_FRAME), audio(AAC_FRAME));
  assertEquals(types(change), ["description", "unit", "unit"]);
  const track = descriptionsOf(change)[0]?.tracks[1];
  const config = { codec: "aac", audioSpecificConfig: hex("1190") } as const;
  assertEquals(track, { id: 2, kind: "audio", codec: "aac", config, timescale: 90_000 });
  const [first, second] = unitsOf(change);
  assertStrictEquals(first?.track, track);
  assertStrictEquals(first?.config, track?.config);
  assertEquals(second !== undefined && "config" in second, false);
});

Deno.test("a change while units are held comes after a description that fits them", () => {
  const ingest = new FlvIngest();
  pushAll(ingest, audio(AAC_START), audio(AAC_FRAME));
  const events = pushAll(ingest, audio("af 00 1190"), audio(AAC_FRAME));
  assertEquals(types(events), ["description", "unit", "description", "unit"]);
});

Deno.test("parameter sets in band are taken out, and are a new configuration when they differ", () => {
  const ingest = flowing();
  const sps = AVCC.slice(16, 16 + 2 * 23);
  const same = pushAll(ingest, video(`17 01 000000 00000017 ${sps} 00000002 65aa`));
  assertEquals(types(same), ["unit"]);
  assertEquals(unitsOf(same)[0]?.payload, [hex("65aa")]);
  const other = pushAll(ingest, video("17 01 000000 00000004 68aabbcc 00000002 65aa"));
  assertEquals(types(other), ["description", "unit"]);
  const config = unitsOf(other)[0]?.config;
  assert(config?.codec === "h264");
  assertEquals(config.pps, [hex("68aabbcc")]);
  assertEquals(config.sps, [hex(sps)]);
});

Deno.test("a codec that changes keeps its track id", () => {
  const ingest = flowing();
  const events = pushAll(ingest, audio("91 61632d33 0b77"), audio("2f fffb9064 00"));
  assertEquals(dropsOf(events), ["A frame of ac3 came before its sequence header"]);
  assertEquals(descriptionsOf(events)[0]?.tracks.map(({ id, codec }) => [id, codec]), [
    [1, "h264"],
    [2, "mp3"],
  ]);
  assertEquals(unitsOf(events)[0]?.config, { codec: "mp3", sampleRate: 44_100, channels: 2 });
});

Deno.test("ModEx nanoseconds move both times", () => {
  const opus = "4f707573";
  const ingest = new FlvIngest();
  pushAll(ingest, audio(`90 ${opus}`), audio(`97 02 07a120 01 ${opus} aa`, 10));
  assertEquals(unitsOf(ingest.flush()).map(({ pts, dts }) => [pts, dts]), [[945, 945]]);
});

Deno.test("an empty Opus sequence start stands for stereo", () => {
  const ingest = new FlvIngest();
  ingest.push(audio("90 4f707573"));
  const config = descriptionsOf(ingest.flush())[0]?.tracks[0]?.config;
  assert(config?.codec === "opus");
  assertEquals(config.head[9], 2);
});

Deno.test("times are taken as they come: negative, and backwards", () => {
  const ingest = flowing();
  const events = pushAll(ingest, audio(AAC_FRAME, 50), audio(AAC_FRAME, -7));
  assertEquals(unitsOf(events).map((unit) => unit.dts), [4500, -630]);
});

Deno.test("a legacy codec that is not known passes whole, flags included", () => {
  const ingest = new FlvIngest();
  pushAll(ingest, data("onMetaData", { videocodecid: 4 }));
  const events = pushAll(ingest, video("14 00 aabb"), video("24 00 cc"));
  assertEquals(descriptionsOf(events)[0]?.tracks[0]?.codec, "flv:video4");
  assertEquals(unitsOf(events).map(({ isKey, payload }) => ({ isKey, payload })), [
    { isKey: true, payload: [hex("1400aabb")] },
    { isKey: false, payload: [hex("2400cc")] },
  ]);
});

Deno.test("script data becomes a data track, but control messages do not", () => {
  const ingest = flowing();
  const cue = data("onCuePoint", { name: "a" });
  const events = pushAll(ingest, data("|RtmpSampleAccess", {}), cue, data("onStatus", {}));
  assertEquals(types(events), ["description", "unit"]);
  assertEquals(descriptionsOf(events)[0]?.tracks[2], {
    id: 3,
    kind: "data",
    codec: "amf0",
    timescale: 90_000,
  });
  assertEquals(unitsOf(events)[0]?.payload, [cue.body]);
});

Deno.test("metadata becomes part of the description, @setDataFrame or not", () => {
  const ingest = flowing();
  const body = encodeAmf0("@setDataFrame", "onMetaData", { title: "x", list: [1], on: true });
  const events = ingest.push({ type: "data", timestamp: 0, body });
  assertEquals(descriptionsOf(events)[0]?.metadata, { title: "x", on: true });
  assertEquals(ingest.push({ type: "data", timestamp: 0, body }), []);
});

Deno.test("messages without media say nothing", () => {
  const ingest = flowing();
  const silent = [audio(""), video("57 00"), video("17 02 000000"), audio("92 4f707573")];
  assertEquals(pushAll(ingest, ...silent), []);
});

const DROPS: readonly { message: FlvInput; reason: string }[] = [
  { message: video(""), reason: "Cannot parse video tag" },
  { message: video("91 76766331 aa"), reason: 'FourCC "vvc1" is not supported' },
  { message: video("91 68766331 000000 00"), reason: "Cannot parse length-prefixed NAL units" },
  { message: video("27 01 000000 000000ff 65"), reason: "Cannot parse length-prefixed NAL units" },
  { message: video("27 01 000000"), reason: "Cannot parse h264 frame: it is empty" },
  { message: video("17 00 000000 02"), reason: "Cannot parse avcC" },
  { message: audio("91 4f707573 aa"), reason: "A frame of opus came before" },
  { message: { type: "data", timestamp: 0, body: hex("02ffff") }, reason: "Cannot parse AMF0" },
  { message: { type: "data", timestamp: 0, body: hex("05") }, reason: "has no method name" },
];

for (const { message, reason } of DROPS) {
  Deno.test(`FlvIngest drops ${message.type} ${message.body.toHex()} and goes on`, () => {
    const ingest = flowing();
    const [drop, ...others] = dropsOf(ingest.push(message));
    assertEquals([drop?.includes(reason), others], [true, []], drop ?? "nothing was dropped");
    assertEquals(types(ingest.push(video(AVC_KEY))), ["unit"]);
  });
}

Deno.test("a track that is broken does not take the others of its tag with it", () => {
  const ingest = flowing();
  const broken = "000005 000000 00ff";
  const good = "000009 000000 00000002 65aa";
  const events = ingest.push(video(`96 11 61766331 01 ${broken} 00 ${good}`));
  assertEquals(types(events), ["dropped", "unit"]);
});

Deno.test("no more than MAX_TRACKS tracks are kept", () => {
  const ingest = new FlvIngest();
  const drops: string[] = [];
  for (let id = 0; id < MAX_TRACKS + 2; id++) {
    const track = id.toString(16).padStart(2, "0");
    drops.push(...dropsOf(ingest.push(audio(`95 00 4f707573 ${track}`))));
  }
  assertEquals(drops.length, 2);
});

/** An ingest that has told its description: track 1 is H.264, track 2 AAC. */
function flowing(): FlvIngest {
  const ingest = new FlvIngest();
  const events = pushAll(ingest, video(AVC_START), audio(AAC_START), audio(AAC_FRAME));
  assertEquals(types(events), ["description", "unit"]);
  return ingest;
}
