import { assertEquals, assertInstanceOf, assertLess, assertStrictEquals } from "@std/assert";
import { NoPublisherError } from "../../../../registry/errors.ts";
import { RtcError } from "../../../../protocols/webrtc/errors.ts";
import { parseHeaderElements } from "../../../../protocols/_formats/rtp/header_extension.ts";
import { serializeRtcp } from "../../../../protocols/_formats/rtp/rtcp.ts";
import type { Track } from "../../../../registry/media/track.ts";
import { must } from "../../../must.ts";
import { settle } from "../../../virtual_clock.ts";
import { delta, key, unit, VIDEO } from "../../../registry/units.ts";
import {
  AUDIO_MEDIA,
  AV,
  EgressBench,
  elapsed,
  FakeTransport,
  H264,
  OPUS,
  sound,
  VIDEO_MEDIA,
  VIDEO_ONLY,
} from "./bench.ts";

Deno.test("a viewer has the agreed payload type and source, numbers in a row, and shared payloads", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const [one, other] = [await bench.view([VIDEO_MEDIA]), await bench.view([VIDEO_MEDIA])];
  publisher.write([key(0, 5000)]);
  await settle();
  publisher.write([delta(40, 5000)]);
  await settle();
  const packets = one.transport.of(VIDEO_MEDIA.ssrc);
  const first = must(packets[0]);
  assertEquals(
    packets.map(({ sequence, payloadType, extension }) => [sequence, payloadType, extension]),
    packets.map((_, at) => [(first.sequence + at) & 0xffff, 102, undefined]),
  );
  assertEquals(packets.filter(({ marker }) => marker).length, 2);
  assertEquals(elapsed(one.pictures), [0, 40]);
  one.transport.packets.forEach(({ payload }, at) =>
    assertStrictEquals(payload, other.transport.packets[at]?.payload)
  );
  await Promise.all([one.stop(), other.stop()]);
});

Deno.test("a new viewer gets the picture group as if it were of one moment, and true times after it", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish();
  for (let at = 0; at < 50; at++) {
    publisher.write([at === 0 ? key(0) : delta(at * 40), sound(at * 40)]);
  }
  const viewer = await bench.view();
  publisher.write([delta(2000), sound(2000), delta(2040)]);
  await settle();
  const times = elapsed(viewer.pictures);
  assertEquals(times.slice(0, 50), Array.from({ length: 50 }, (_, at) => at));
  assertEquals(times.slice(50), [49 + 40, 49 + 80]);
  // Of the sound, what is later than 60 ms before its newest.
  assertEquals(elapsed(viewer.transport.of(AUDIO_MEDIA.ssrc), 48_000), [0, 40, 80]);
  await viewer.stop();
});

Deno.test("a group that is more than one batch is one burst, in pieces that a receiver can take", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  publisher.write([key(0, 700_000), delta(40, 700_000), delta(80, 10)]);
  const viewer = await bench.view([VIDEO_MEDIA]);
  await bench.clock.run(1);
  assertEquals(viewer.transport.calls.length, 1);
  await bench.clock.run(1000);
  const sizes = viewer.transport.calls.map((call) =>
    call.reduce((sum, { header, payload }) => sum + header.length + payload.length, 0)
  );
  assertEquals(sizes.every((size) => size < 33 * 1024), true);
  assertEquals(elapsed(viewer.pictures), [0, 1, 2]);
  await viewer.stop();
});

Deno.test("a viewer that was too slow goes on at a key picture, without the delay of what it missed", async () => {
  const bench = new EgressBench({ queueBytes: 10_000, gopBytes: 100_000 });
  const publisher = await bench.publish();
  const viewer = await bench.view();
  const { promise, resolve } = Promise.withResolvers<void>();
  publisher.write([key(0), sound(0)]);
  await settle();
  viewer.transport.gate = promise;
  publisher.write([delta(40, 5000), sound(40)]);
  await settle();
  for (let at = 2; at < 30; at++) publisher.write([delta(at * 40, 1000), sound(at * 40)]);
  publisher.write([key(1200), sound(1200), delta(1240), sound(1240), delta(1280), sound(1300)]);
  resolve();
  await settle();
  assertEquals(elapsed(viewer.pictures), [0, 40, 1278, 1279, 1280]);
  assertEquals(elapsed(viewer.transport.of(AUDIO_MEDIA.ssrc), 48_000), [0, 40, 1300]);
  await viewer.stop();
});

Deno.test("only what was agreed to is sent, and a viewer of nothing is sent nothing", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish();
  const silent = await bench.view([{ ...VIDEO_MEDIA, direction: "receive" }]);
  const deaf = await bench.view([VIDEO_MEDIA]);
  publisher.write([key(0), sound(0)]);
  await settle();
  assertEquals(silent.transport.sent, []);
  assertEquals(
    new Set(deaf.transport.packets.map(({ header }) => must(header[1]) & 0x7f)),
    new Set([102]),
  );
  await Promise.all([silent.stop(), deaf.stop()]);
  assertEquals(silent.transport.sent, []);
});

Deno.test("a track that turns into what was not agreed to ends the session", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish();
  const viewer = await bench.view();
  publisher.write([key(0), sound(0)]);
  await settle();
  const g711: Track = {
    ...OPUS,
    codec: "g711a",
    timescale: 8000,
    config: { codec: "g711a", sampleRate: 8000, channels: 1 },
  };
  publisher.describe({ tracks: [VIDEO, g711], metadata: {} });
  publisher.write([delta(40), unit(g711, 40)]);
  await settle();
  assertInstanceOf(viewer.error, RtcError);
  assertEquals(viewer.error.code, "format-changed");
  assertEquals(
    viewer.error.message,
    "Cannot send track 2: it was agreed to as OPUS/48000/2, and is PCMA/8000/1 now",
  );
  assertEquals(viewer.transport.rtcpOf("goodbye").length, 1);
});

Deno.test("what the cache has from before a change of codec is left out", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish();
  const g722: Track = { ...OPUS, codec: "g722", timescale: 8000 };
  publisher.describe({ tracks: [VIDEO, g722], metadata: {} });
  publisher.write([key(0), unit(g722, 0)]);
  publisher.describe(AV);
  publisher.write([delta(40), sound(40)]);
  const viewer = await bench.view();
  assertEquals(viewer.transport.of(AUDIO_MEDIA.ssrc).length, 1);
  assertEquals(viewer.error, undefined);
  await viewer.stop();
});

Deno.test("the first packets name their media and bound the delay, until a report shows that one came", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish();
  const extensions = new Map([
    ["urn:ietf:params:rtp-hdrext:sdes:mid", 4],
    ["http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", 6],
  ]);
  const viewer = await bench.view([{ ...VIDEO_MEDIA, extensions }, { ...AUDIO_MEDIA, extensions }]);
  publisher.write([key(0), sound(0), delta(40)]);
  await settle();
  const block = {
    ssrc: VIDEO_MEDIA.ssrc,
    fractionLost: 64,
    cumulativeLost: 3,
    highestSequence: 1,
    jitter: 900,
    lastSenderReport: 0,
    delaySinceLastSenderReport: 0,
  };
  viewer.viewer.rtcp(serializeRtcp([{ type: "receiverReport", ssrc: 5, reports: [block] }]));
  publisher.write([delta(80), sound(80)]);
  await settle();
  const elements = [VIDEO_MEDIA, AUDIO_MEDIA].map(({ ssrc }) =>
    viewer.transport.of(ssrc).map(({ extension }) =>
      extension && parseHeaderElements(extension).map(({ id, data }) => [id, data.toHex()])
    )
  );
  // "0" and "1"; 1 and 40 times 10 ms in 12 bits each.
  const [video, audio] = [[[4, "30"], [6, "001028"]], [[4, "31"]]];
  assertEquals(elements, [[video, video, undefined], [audio, audio]]);
  assertEquals(viewer.viewer.stats.tracks[0], {
    trackId: 1,
    mid: "0",
    format: "H264/90000/1",
    packets: 3,
    bytes: 30,
    resent: 0,
    reception: { fractionLost: 0.25, lost: 3, jitterMs: 10 },
  });
  await viewer.stop();
});

Deno.test("an extension with the longest name still leaves room below the greatest datagram", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const extensions = new Map([
    ["urn:ietf:params:rtp-hdrext:sdes:mid", 20],
    ["http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", 21],
  ]);
  const viewer = await bench.view([{ ...VIDEO_MEDIA, mid: "x".repeat(16), extensions }]);
  publisher.write([key(0, 5000)]);
  await settle();
  const [packet] = viewer.transport.packets;
  const { header, payload } = must(packet);
  assertEquals(header.length, 12 + 28);
  assertLess(header.length + payload.length + 16 + 2, 1201);
  await viewer.stop();
});

Deno.test("the stream says once to each viewer that B-pictures are left out, and shows it in the API", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  const picture = (ms: number, decodedMs: number, head: number) => ({
    ...delta(decodedMs),
    pts: ms * 90,
    isKey: head === 0x65,
    payload: [Uint8Array.of(head, 0x80)],
  });
  publisher.write([picture(40, 0, 0x65), picture(120, 40, 0x41), picture(80, 80, 0x01)]);
  await settle();
  for (let at = 0; at < 5; at++) publisher.write([picture(160 + at * 40, 120 + at * 40, 0x41)]);
  await settle();
  assertEquals(elapsed(viewer.pictures), [0, 1, 41, 81, 121, 161, 201]);
  const notes = bench.registry.snapshot()[0]?.readers[0]?.notes;
  assertEquals(notes, [
    "B-frames are left out: WebRTC shows pictures in the order of decoding",
  ]);
  assertEquals(bench.lines, notes);
  await viewer.stop();
});

Deno.test("a viewer goes on when the publisher returns, and ends with the patience of the registry", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  publisher.write([key(0)]);
  await settle();
  publisher.write([delta(40)]);
  await settle();
  publisher.close();
  await settle();
  const next = await bench.publish(VIDEO_ONLY);
  next.write([key(7000), delta(7040)]);
  await settle();
  assertEquals(elapsed(viewer.pictures), [0, 40, 80, 120]);
  assertEquals(viewer.transport.rtcpOf("goodbye"), []);
  next.close();
  await bench.clock.run(31_000);
  assertInstanceOf(viewer.error, NoPublisherError);
  assertEquals(viewer.transport.rtcpOf("goodbye").map(({ ssrcs }) => ssrcs), [[VIDEO_MEDIA.ssrc]]);
});

Deno.test("a viewer whose path has ended stops reading, and is told nothing more", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  publisher.write([key(0)]);
  await settle();
  viewer.transport.abort.abort(new RtcError("ice-failed", "Cannot reach the peer: it fell silent"));
  await settle();
  assertEquals([viewer.isDone, viewer.error], [true, undefined]);
  assertEquals(viewer.transport.rtcpOf("goodbye"), []);
  assertEquals(bench.registry.get("live/cam1")?.readers.size, 0);
  const late = new FakeTransport();
  late.abort.abort();
  assertEquals((await bench.view([VIDEO_MEDIA], late)).isDone, true);
});

Deno.test("a path that fails a call though it has not ended fails the viewer", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const transport = new FakeTransport();
  transport.failWith = new Error("no key");
  const viewer = await bench.view([{ ...VIDEO_MEDIA, codecs: [H264] }], transport);
  publisher.write([key(0)]);
  await settle();
  assertStrictEquals(viewer.error, transport.failWith);
  assertEquals(bench.registry.get("live/cam1")?.readers.size, 0);
});
