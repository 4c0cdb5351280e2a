import { assertEquals, assertNotEquals } from "@std/assert";
import { parseRtpPacket } from "../../../../protocols/_formats/rtp/packet.ts";
import { parseRtcp } from "../../../../protocols/_formats/rtp/rtcp.ts";
import {
  formatOf,
  MAX_PACKET_SIZE,
  RtpPackaging,
} from "../../../../protocols/rtsp/play/packaging.ts";
import { outgoingTracks } from "../../../../protocols/rtsp/describe.ts";
import type { Description, Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { VirtualClock } from "../../../virtual_clock.ts";
import { AUDIO, AV, Harness, picture, sound, TCP, URL1, VIDEO, VIDEO_ONLY } from "../harness.ts";

function open() {
  const clock = new VirtualClock();
  const packager = new RtpPackaging(clock).open();
  const send = (description: Description, ...units: readonly Unit[]) =>
    packager.package({ type: "media", description, units, bytes: 0 });
  return { clock, send };
}

Deno.test("a unit becomes packets that no MTU is too small for, numbered in a row", () => {
  const { send } = open();
  const [item] = send(VIDEO_ONLY, picture(0, true, 10_000));
  const { packets, sequence, timelines, ssrc } = must(item);
  const timestamp = timelines.get(VIDEO.id)?.firstTimestamp;
  assertEquals(packets.every(({ byteLength }) => byteLength <= MAX_PACKET_SIZE), true);
  const parsed = packets.map((bytes) => parseRtpPacket(bytes));
  assertEquals(
    parsed.map((packet) => [packet.sequence, packet.timestamp, packet.ssrc, packet.payloadType]),
    parsed.map((_, at) => [(sequence + at) % 65_536, timestamp, ssrc, 97]),
  );
  assertEquals(parsed.map(({ marker }) => marker).indexOf(true), parsed.length - 1);
});

Deno.test("each track has a source of its own; a report comes with key pictures, and every few seconds", () => {
  const { clock, send } = open();
  const [video, audio] = send(AV, picture(0), sound(0));
  assertNotEquals(video?.ssrc, audio?.ssrc);
  assertEquals([video?.report, audio?.report].map((report) => report !== undefined), [true, true]);
  assertEquals(send(AV, picture(40, false), sound(20)).map(({ report }) => report), [
    undefined,
    undefined,
  ]);
  clock.advance(7600);
  const [due] = send(AV, picture(7600, false));
  const [report] = parseRtcp(must(due?.report));
  assertEquals(report?.type === "senderReport" && report.packetCount, 2);
});

Deno.test("with a key picture each track has a report again, which puts a new viewer in sync", () => {
  const { send } = open();
  const described = (...units: readonly Unit[]) =>
    send(AV, ...units).map(({ report }) => report !== undefined);
  described(picture(0), sound(0));
  assertEquals(described(sound(20), picture(40, false)), [false, false]);
  assertEquals(described(picture(80), sound(60), sound(80)), [true, true, false]);
});

Deno.test("sound beside pictures shares their writes; alone it has its own", () => {
  const { send } = open();
  assertEquals(send(AV, picture(0), sound(0)).map(({ rides }) => rides), [false, true]);
  assertEquals(send({ tracks: [AUDIO], metadata: {} }, sound(20)).map(({ rides }) => rides), [
    false,
  ]);
});

Deno.test("sound without pictures, of which each unit is a key, has a report every few seconds", () => {
  const { send } = open();
  const sounds = [sound(0), sound(20), sound(40)];
  const reports = send({ tracks: [AUDIO], metadata: {} }, ...sounds).map(({ report }) => report);
  assertEquals(reports.map((report) => report !== undefined), [true, false, false]);
});

Deno.test("a track goes on with its numbers when parameter sets or other tracks change", () => {
  const { send } = open();
  const [first] = send(AV, picture(0));
  const changed = { ...VIDEO, config: { codec: "h264" as const, sps: [], pps: [] } };
  const [second] = send({ tracks: [changed], metadata: {} }, { ...picture(40), track: changed });
  assertEquals(second?.ssrc, first?.ssrc);
  assertEquals(second?.sequence, (must(first).sequence + must(first).packets.length) % 65_536);
  assertEquals(second?.format, first?.format);
});

/** What a track may turn into under its own id. */
const SUCCESSORS: readonly (readonly [what: string, track: Track])[] = [
  ["another codec", {
    ...AUDIO,
    codec: "g711a",
    config: { codec: "g711a", sampleRate: 8000, channels: 1 },
  }],
  ["another clock", {
    ...AUDIO,
    codec: "l16",
    timescale: 44_100,
    config: { codec: "l16", sampleRate: 44_100, channels: 2 },
  }],
];

for (const [what, track] of SUCCESSORS) {
  Deno.test(`a track that turns into ${what} is another source, of another format`, () => {
    const { send } = open();
    const [first] = send(AV, sound(0));
    const [second] = send({ tracks: [VIDEO, track], metadata: {} }, { ...sound(20), track });
    assertNotEquals(second?.ssrc, first?.ssrc);
    assertNotEquals(second?.format, first?.format);
    const [, out] = outgoingTracks({ tracks: [VIDEO, track], metadata: {} });
    assertEquals(second?.format, formatOf(must(out)));
  });
}

Deno.test("a player whose track changes its codec is told goodbye, and can come again", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish();
  const player = await gateway.player();
  const [, successor] = must(SUCCESSORS[0]);
  const changed = { tracks: [VIDEO, successor], metadata: {} };
  publisher.describe(changed);
  publisher.write([picture(40), { ...sound(40), track: successor }]);
  await gateway.clock.run(0);
  assertEquals(player.isClosed, true);
  assertEquals(gateway.logged("changed from 0 PCMU/8000/1 to 8 PCMA/8000/1").length, 1);
  const last = player.frames.slice(-2).map(({ payload }) => parseRtcp(payload).at(-1)?.type);
  assertEquals(last, ["goodbye", "goodbye"]);
  const again = await gateway.peer();
  await again.setup(`${URL1}/trackID=2`, TCP);
  assertEquals(await again.status("PLAY", URL1), 200);
});

Deno.test("a new player is not given what is kept of a track's earlier codec", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish();
  const [, successor] = must(SUCCESSORS[0]);
  publisher.describe({ tracks: [VIDEO, successor], metadata: {} });
  publisher.write([{ ...sound(40), track: successor }]);
  const player = await gateway.player();
  const types = player.frames.filter(({ channel }) => channel === 2)
    .map(({ payload }) => parseRtpPacket(payload).payloadType);
  assertEquals(types, [8]);
  assertEquals(player.isClosed, false);
});
