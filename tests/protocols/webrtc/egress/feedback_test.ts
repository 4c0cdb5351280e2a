import { assertEquals } from "@std/assert";
import { middleOfNtp, ntpToUtc } from "../../../../protocols/_formats/rtp/ntp.ts";
import { type RtcpPacket, serializeRtcp } from "../../../../protocols/_formats/rtp/rtcp.ts";
import { must } from "../../../must.ts";
import { settle } from "../../../virtual_clock.ts";
import { delta, key } from "../../../registry/units.ts";
import {
  AUDIO_MEDIA,
  EgressBench,
  elapsed,
  H264,
  type Running,
  sound,
  VIDEO_MEDIA,
  VIDEO_ONLY,
} from "./bench.ts";

function say({ viewer }: Running, ...packets: readonly RtcpPacket[]): void {
  viewer.rtcp(serializeRtcp(packets));
}

function nack(sequences: readonly number[], mediaSsrc = VIDEO_MEDIA.ssrc): RtcpPacket {
  return { type: "nack", senderSsrc: 5, mediaSsrc, sequences };
}

const PICTURE_LOSS: RtcpPacket = {
  type: "pictureLoss",
  senderSsrc: 5,
  mediaSsrc: VIDEO_MEDIA.ssrc,
};

const INTRA_REQUEST: RtcpPacket = {
  type: "fullIntraRequest",
  senderSsrc: 5,
  mediaSsrc: 0,
  requests: [{ ssrc: VIDEO_MEDIA.ssrc, sequence: 1 }],
};

Deno.test("a lost packet comes again as its own source: type, source, number, and the old number in front", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  publisher.write([key(0, 5000)]);
  await settle();
  const sent = viewer.transport.of(VIDEO_MEDIA.ssrc);
  const [, second, third] = sent.map(({ sequence }) => sequence);
  say(viewer, nack([must(second), must(third)]));
  await settle();
  const again = viewer.transport.of(VIDEO_MEDIA.rtxSsrc);
  assertEquals(
    again.map(({ payloadType, timestamp, marker, payload }) => (
      { payloadType, timestamp, marker, payload }
    )),
    sent.slice(1, 3).map(({ timestamp, marker, payload, sequence }) => ({
      payloadType: 103,
      timestamp,
      marker,
      payload: Uint8Array.of(sequence >> 8, sequence, ...payload),
    })),
  );
  assertEquals(must(again[1]).sequence, (must(again[0]).sequence + 1) & 0xffff);
  assertEquals(viewer.viewer.stats.tracks[0]?.resent, 2);
  await viewer.stop();
});

Deno.test("the beginning of a great picture group can be sent again while the group is on its way", async () => {
  const bench = new EgressBench({ gopBytes: 1e7 });
  const publisher = await bench.publish(VIDEO_ONLY);
  publisher.write([key(0, 50_000)]);
  for (let at = 1; at < 60; at++) publisher.write([delta(at * 40, 50_000)]);
  const viewer = await bench.view([VIDEO_MEDIA]);
  await bench.clock.run(50);
  const { sequence } = must(viewer.transport.of(VIDEO_MEDIA.ssrc)[0]);
  say(viewer, nack([sequence]));
  await settle();
  assertEquals(viewer.transport.of(VIDEO_MEDIA.rtxSsrc).length, 1);
  await bench.clock.run(1000);
  assertEquals(viewer.pictures.length, 60);
  await viewer.stop();
});

Deno.test("without RTX the same packet comes again", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const { rtxPayloadType: _, ...codec } = H264;
  const viewer = await bench.view([{ ...VIDEO_MEDIA, codecs: [codec] }]);
  publisher.write([key(0, 5000)]);
  await settle();
  const [first] = viewer.transport.of(VIDEO_MEDIA.ssrc);
  const { length } = viewer.transport.packets;
  say(viewer, nack([must(first).sequence]));
  await settle();
  assertEquals(viewer.transport.packets.length, length + 1);
  assertEquals(viewer.transport.packets.at(-1), viewer.transport.packets[0]);
  await viewer.stop();
});

Deno.test("a packet is not sent again while the last answer is under way, nor what was never sent", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  publisher.write([key(0, 1000), delta(40, 1000)]);
  await settle();
  const { sequence } = must(viewer.transport.of(VIDEO_MEDIA.ssrc)[0]);
  const resent = () => viewer.transport.of(VIDEO_MEDIA.rtxSsrc).length;
  say(viewer, nack([sequence, sequence]), nack([sequence]), nack([sequence + 2, sequence - 1]));
  say(viewer, nack([sequence], VIDEO_MEDIA.rtxSsrc), nack([sequence], 77));
  await settle();
  assertEquals(resent(), 1);
  for (const ms of [50, 50, 50, 50]) {
    publisher.write([delta(bench.clock.now() + ms, 1000)]);
    await bench.clock.run(ms);
    say(viewer, nack([sequence]));
  }
  await settle();
  assertEquals(resent(), 5);
  await viewer.stop();
});

Deno.test("no more is sent again than was sent", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  publisher.write([key(0, 20_000)]);
  await settle();
  const sequences = viewer.transport.of(VIDEO_MEDIA.ssrc).map(({ sequence }) => sequence);
  for (let round = 0; round < 10; round++) {
    say(viewer, nack(sequences));
    await bench.clock.run(20);
  }
  const bytes = (ssrc: number) =>
    viewer.transport.of(ssrc).reduce((sum, { payload }) => sum + 12 + payload.length, 0);
  assertEquals(bytes(VIDEO_MEDIA.rtxSsrc) <= bytes(VIDEO_MEDIA.ssrc), true);
  assertEquals(viewer.transport.of(VIDEO_MEDIA.rtxSsrc).length, sequences.length - 1);
  await viewer.stop();
});

Deno.test("nothing is kept for a media whose losses were not agreed to be told", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish();
  const viewer = await bench.view();
  publisher.write([key(0), sound(0)]);
  await settle();
  const { length } = viewer.transport.packets;
  const { sequence } = must(viewer.transport.of(AUDIO_MEDIA.ssrc)[0]);
  say(viewer, nack([sequence], AUDIO_MEDIA.ssrc));
  await settle();
  assertEquals(viewer.transport.packets.length, length);
  await viewer.stop();
});

for (const request of [PICTURE_LOSS, INTRA_REQUEST]) {
  Deno.test(`${request.type} is passed to a publisher that can make a key picture`, async () => {
    const bench = new EgressBench();
    let asked = 0;
    const publisher = await bench.publish(VIDEO_ONLY, () => void asked++);
    const viewer = await bench.view([VIDEO_MEDIA]);
    publisher.write([key(0)]);
    await settle();
    publisher.write([delta(40)]);
    await bench.clock.run(1000);
    const before = asked;
    say(viewer, request);
    say(viewer, { ...PICTURE_LOSS, mediaSsrc: 77 });
    publisher.write([delta(80)]);
    await settle();
    assertEquals(asked - before, 1);
    assertEquals(elapsed(viewer.pictures), [0, 40, 80]);
    await viewer.stop();
  });

  Deno.test(`${request.type} is answered from the cache otherwise, at most once a second`, async () => {
    const bench = new EgressBench();
    const publisher = await bench.publish();
    const viewer = await bench.view();
    publisher.write([key(0), sound(0)]);
    await settle();
    publisher.write([delta(40), sound(40)]);
    await settle();
    say(viewer, request);
    say(viewer, request);
    publisher.write([delta(80), sound(80)]);
    await settle();
    // The group again, right before the new picture; sound that was sent is not.
    assertEquals(elapsed(viewer.pictures), [0, 40, 78, 79, 80]);
    assertEquals(elapsed(viewer.transport.of(AUDIO_MEDIA.ssrc), 48_000), [0, 40, 80]);
    say(viewer, request);
    publisher.write([delta(120)]);
    await bench.clock.run(1000);
    say(viewer, request);
    publisher.write([delta(160)]);
    await settle();
    assertEquals(elapsed(viewer.pictures).slice(5), [120, 156, 157, 158, 159, 160]);
    const sequences = viewer.pictures.map(({ sequence }) => sequence);
    const first = must(sequences[0]);
    assertEquals(sequences, sequences.map((_, at) => (first + at) & 0xffff));
    await viewer.stop();
  });
}

Deno.test("reports of all tracks name the same instant, with the first packets and every second", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish();
  const viewer = await bench.view();
  for (let ms = 0; ms <= 2400; ms += 40) {
    publisher.write([ms === 0 ? key(ms, 100) : delta(ms, 100), sound(ms)]);
    await bench.clock.run(40);
  }
  const { transport } = viewer;
  assertEquals(transport.sent.slice(0, 2), ["rtp", "rtcp"]);
  const [video, audio] = [VIDEO_MEDIA, AUDIO_MEDIA].map(({ ssrc }) =>
    transport.rtcpOf("senderReport").filter((report) => report.ssrc === ssrc)
  );
  const origin = Date.UTC(2025, 0, 1);
  const at = must(video).map(({ ntp }) => Math.round(ntpToUtc(ntp, origin) - origin));
  assertEquals(at, [0, 200, 1200, 2200]);
  assertEquals(must(audio).map(({ ntp }) => ntp), must(video).map(({ ntp }) => ntp));
  // The timestamp of each is that of the packet that is presented at the instant.
  for (
    const [{ ssrc }, reports, rate] of [
      [VIDEO_MEDIA, must(video), 90],
      [AUDIO_MEDIA, must(audio), 48],
    ] as const
  ) {
    const first = must(transport.of(ssrc)[0]).timestamp;
    assertEquals(
      reports.map(({ rtpTimestamp }) => (rtpTimestamp - first | 0) / rate),
      [0, 200, 1200, 2200],
    );
  }
  assertEquals(must(video).map(({ packetCount }) => packetCount), [1, 6, 31, 56]);
  assertEquals(must(must(video)[1]).octetCount, 600);
  assertEquals(transport.rtcpOf("sourceDescription")[0]?.sources, [
    { ssrc: VIDEO_MEDIA.ssrc, cname: "sluice" },
    { ssrc: AUDIO_MEDIA.ssrc, cname: "sluice" },
  ]);
  await viewer.stop();
});

Deno.test("a new relation of UTC is reported at once", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  const wallClock = Date.UTC(2030, 5, 1);
  publisher.write([key(0)]);
  await bench.clock.run(40);
  publisher.write([delta(40)]);
  await bench.clock.run(12_000);
  publisher.write([{ ...delta(80), wallClock }]);
  await settle();
  publisher.write([{ ...delta(120), wallClock: wallClock + 5000 }]);
  await settle();
  const utc = viewer.transport.rtcpOf("senderReport").map(({ ntp }) =>
    Math.round(ntpToUtc(ntp, wallClock))
  );
  assertEquals(utc.slice(-2), [wallClock, wallClock + 5000]);
  await viewer.stop();
});

Deno.test("the round-trip time follows from an answer to a report, and spaces answers to losses", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  publisher.write([key(0, 1000), delta(40, 1000), delta(80, 1000)]);
  await settle();
  const { ntp } = must(viewer.transport.rtcpOf("senderReport")[0]);
  await bench.clock.run(150);
  assertEquals(viewer.viewer.stats.roundTripMs, undefined);
  say(viewer, {
    type: "receiverReport",
    ssrc: 5,
    reports: [{
      ssrc: VIDEO_MEDIA.ssrc,
      fractionLost: 0,
      cumulativeLost: 0,
      highestSequence: 0,
      jitter: 0,
      lastSenderReport: middleOfNtp(ntp),
      delaySinceLastSenderReport: 0.05 * 2 ** 16,
    }],
  });
  assertEquals(Math.round(must(viewer.viewer.stats.roundTripMs)), 100);
  const { sequence } = must(viewer.transport.of(VIDEO_MEDIA.ssrc)[0]);
  const resent: number[] = [];
  for (let ms = 0; ms <= 120; ms += 30) {
    say(viewer, nack([sequence]));
    await bench.clock.run(30);
    resent.push(viewer.transport.of(VIDEO_MEDIA.rtxSsrc).length);
  }
  assertEquals(resent, [1, 1, 1, 1, 2]);
  await viewer.stop();
});

Deno.test("what is no feedback, or about others, changes nothing", async () => {
  const bench = new EgressBench();
  const publisher = await bench.publish(VIDEO_ONLY);
  const viewer = await bench.view([VIDEO_MEDIA]);
  publisher.write([key(0)]);
  await settle();
  const { sent } = viewer.transport;
  const before = sent.length;
  viewer.viewer.rtcp(Uint8Array.of(0x80, 205, 0, 9));
  viewer.viewer.rtcp(new Uint8Array(0));
  say(viewer, { type: "bitrateEstimate", senderSsrc: 5, mediaSsrc: 0, bitrate: 1000, ssrcs: [] });
  say(viewer, { type: "goodbye", ssrcs: [VIDEO_MEDIA.ssrc] });
  await settle();
  assertEquals(sent.length, before);
  await viewer.stop();
  say(viewer, nack([0]), PICTURE_LOSS);
});
