// What a peer publishes over WebRTC: sections, payload types, losses and what is asked of the sender.
import { assertEquals } from "@std/assert";
import { utcToNtp } from "../../../../protocols/_formats/rtp/ntp.ts";
import { serializeRtcp } from "../../../../protocols/_formats/rtp/rtcp.ts";
import { must } from "../../../must.ts";
import {
  audio,
  H264,
  key,
  NO_FEEDBACK,
  OPUS,
  packet,
  PCMU,
  Peer,
  REPAIR,
  rtx,
  RTX_SSRC,
  video,
  VIDEO_SSRC,
  VP8,
} from "./harness.ts";

const SOUND = { ssrc: 0x3333, payloadType: 111, payload: Uint8Array.of(0xfc, 1, 2) };

/** SPS and PPS of a 1280x720 High profile stream, and the start of a key slice. */
const SPS = Uint8Array.fromHex("6764001facd9405005bb011000000300100000030320f1831960");
const PPS = Uint8Array.fromHex("68ebe3cb22c0");
const STAP_A = Uint8Array.of(
  0x78,
  0,
  SPS.length,
  ...SPS,
  0,
  PPS.length,
  ...PPS,
  0,
  3,
  0x65,
  0x88,
  0x84,
);

Deno.test("sound and picture share a transport and become two tracks", () => {
  const peer = new Peer(audio(OPUS), video(VP8));
  peer.send(key(1), packet(1, SOUND), packet(2));
  const described = must(peer.descriptions.at(-1));
  assertEquals(described.tracks.map(({ id, codec }) => [id, codec]), [[1, "opus"], [2, "vp8"]]);
  assertEquals(peer.units.map(({ track, isKey }) => [track.id, isKey]), [
    [2, true],
    [1, true],
    [2, false],
  ]);
  peer.ingest.close();
  assertEquals(peer.clock.pending, 0);
});

Deno.test("a section that sends nothing is waited for, and no track before it does", () => {
  const peer = new Peer(audio(OPUS), video(VP8, H264));
  const codecs = () => peer.descriptions.at(-1)?.tracks.map(({ codec }) => codec);
  for (let index = 0; index <= 50; index++) {
    assertEquals([codecs(), peer.units.length], [undefined, 0]);
    peer.send(packet(index, { ...SOUND, timestamp: index * 960 }));
    peer.clock.advance(20);
  }
  assertEquals([codecs(), peer.units.length], [["opus"], 51]);
  peer.send(key(1));
  assertEquals(codecs(), ["opus", "vp8"]);
  peer.ingest.close();
});

Deno.test("Opus of WebRTC has a header for two channels at 48 kHz", () => {
  const peer = new Peer(audio(OPUS));
  peer.send(packet(1, SOUND));
  const { config, timescale } = must(must(peer.units[0]).track);
  assertEquals(timescale, 48_000);
  const head = config?.codec === "opus" ? config.head.toHex() : "";
  assertEquals(head, "4f7075734865616401020000" + "80bb0000" + "000000");
  peer.ingest.close();
});

Deno.test("of several codecs the first packet tells which one comes, before anything is described", () => {
  const peer = new Peer(video(VP8, H264));
  assertEquals(peer.descriptions, []);
  peer.send(packet(1, { payloadType: 102, payload: STAP_A }));
  assertEquals(must(peer.descriptions.at(-1)).tracks.map(({ codec }) => codec), ["h264"]);
  assertEquals(must(must(peer.units[0]).track.config).codec, "h264");
  assertEquals(peer.descriptions.length, 1);
  peer.ingest.close();
});

Deno.test("another payload type changes the codec of the track, from a key unit on", () => {
  const peer = new Peer(video(VP8, H264));
  peer.send(key(1), packet(2));
  const slice = { payloadType: 102, payload: Uint8Array.of(0x41, 0x9a, 0) };
  peer.send(packet(3, slice), packet(4, { ...slice, payload: STAP_A }), packet(5, slice));
  assertEquals(peer.units.map(({ track, isKey }) => `${track.id} ${track.codec} ${isKey}`), [
    "1 vp8 true",
    "1 vp8 false",
    "1 h264 true",
    "1 h264 false",
  ]);
  assertEquals(peer.frames, "0K 1 3K 4");
  assertEquals(must(peer.descriptions.at(-1)).tracks.map(({ codec }) => codec), ["h264"]);
  peer.ingest.close();
});

Deno.test("a codec with another clock goes on where the one before was", () => {
  const peer = new Peer(audio(OPUS, PCMU));
  peer.send(packet(1, { ...SOUND, timestamp: 5000 }));
  peer.clock.advance(20);
  const payload = new Uint8Array(160);
  peer.send(packet(2, { ...SOUND, payloadType: 0, timestamp: 900, payload }));
  peer.clock.advance(20);
  peer.send(packet(3, { ...SOUND, payloadType: 0, timestamp: 1060, payload }));
  const times = peer.units.map(({ pts, track }) => [track.codec, pts * 1000 / track.timescale]);
  assertEquals(times, [["opus", 1000], ["g711u", 1020], ["g711u", 1040]]);
  peer.ingest.close();
});

Deno.test("a lost packet is asked for, and comes again as a retransmission", () => {
  const peer = new Peer(video(VP8));
  peer.send(key(1), packet(2));
  peer.send(packet(4), packet(5));
  assertEquals(peer.frames, "0K 1");
  peer.clock.advance(20);
  assertEquals(peer.nacks, ["20: 3"]);
  peer.clock.advance(30);
  peer.send(rtx(900, 3));
  assertEquals(peer.frames, "0K 1 2 3 4");
  peer.clock.advance(100);
  assertEquals(peer.nacks, ["20: 3"]);
  assertEquals(peer.keyRequests, []);
  peer.ingest.close();
  assertEquals(peer.logged, []);
});

Deno.test("a lost packet comes again as it was, where there are no retransmissions of their own", () => {
  const { rtxPayloadType: _, ...plain } = VP8;
  const peer = new Peer(video(plain));
  peer.send(key(1), packet(3));
  peer.clock.advance(60);
  assertEquals(peer.nacks, ["20: 2", "60: 2"]);
  peer.send(packet(2));
  assertEquals(peer.frames, "0K 1 2");
  peer.ingest.close();
});

Deno.test("of many packets behind the lost one each waits, however late it comes", () => {
  const { rtxPayloadType: _, ...plain } = VP8;
  const peer = new Peer(video(plain));
  peer.send(key(1));
  for (let sequence = 4; sequence < 400; sequence++) peer.send(packet(sequence));
  peer.clock.advance(200);
  peer.send(packet(2), packet(3));
  assertEquals(peer.units.length, 399);
  peer.clock.advance(1000);
  const block = must(must(peer.sentOf("receiverReport").at(-1)).packet.reports[0]);
  assertEquals([block.highestSequence, block.cumulativeLost], [399, 0]);
  peer.ingest.close();
});

Deno.test("sequence numbers wrap in the middle of a loss", () => {
  const peer = new Peer(video(VP8));
  peer.send(key(65534), packet(65537));
  peer.clock.advance(20);
  assertEquals(peer.nacks, ["20: 65535 0"]);
  peer.send(rtx(7, 0, { timestamp: 65536 * 3000 }), rtx(8, 65535));
  assertEquals(peer.frames, "0K 1 2 3");
  peer.ingest.close();
});

Deno.test("media that is lost for good has key pictures asked for until one comes", () => {
  const peer = new Peer(video(VP8));
  peer.send(key(1), packet(3));
  peer.clock.advance(380);
  assertEquals(peer.keyRequests, []);
  peer.clock.advance(20);
  // The frame behind the gap is not shown: it may be made of the lost one.
  assertEquals(peer.frames, "0K");
  peer.clock.advance(580);
  assertEquals(peer.keyRequests, [400, 900]);
  peer.send(packet(4), key(5), packet(6));
  assertEquals(peer.frames, "0K 4K 5");
  peer.clock.advance(1000);
  assertEquals(peer.keyRequests, [400, 900]);
  peer.ingest.close();
});

Deno.test("requests for one packet end with the patience", () => {
  const peer = new Peer(video(VP8));
  peer.send(key(1), packet(3));
  peer.clock.advance(2000);
  assertEquals(peer.nacks.map((nack) => parseInt(nack)), [
    20,
    60,
    100,
    140,
    180,
    220,
    260,
    300,
    340,
    380,
  ]);
  peer.ingest.close();
});

Deno.test("a gap that is too large is not asked for: a key picture is", () => {
  const peer = new Peer(video(VP8));
  peer.send(key(1));
  peer.clock.advance(500);
  peer.send(packet(1000));
  peer.clock.advance(20);
  assertEquals([peer.nacks, peer.keyRequests], [[], [520]]);
  peer.ingest.close();
});

Deno.test("where no NACK was agreed to none is sent, and hardly anything waits", () => {
  const peer = new Peer(video({ ...VP8, feedback: { ...REPAIR, nack: false } }));
  peer.send(key(1), packet(3));
  peer.clock.advance(400);
  assertEquals([peer.nacks, peer.keyRequests], [[], [220]]);
  peer.ingest.close();
});

Deno.test("a sender that knows no PLI is sent FIR, whose number a repetition keeps", () => {
  const feedback = { ...NO_FEEDBACK, fullIntraRequest: true };
  const peer = new Peer(video({ ...VP8, feedback }));
  peer.send(packet(1));
  peer.clock.advance(1000);
  peer.send(key(2));
  peer.clock.advance(20);
  peer.ingest.requestKey();
  peer.clock.advance(200);
  const requests = peer.sentOf("fullIntraRequest");
  assertEquals(requests.map(({ ms, packet }) => [ms, must(packet.requests[0]).sequence]), [
    [220, 0],
    [720, 0],
    [1220, 1],
  ]);
  assertEquals(must(requests[0]).packet.mediaSsrc, 0);
  assertEquals(must(must(requests[0]).packet.requests[0]).ssrc, VIDEO_SSRC);
  peer.ingest.close();
});

Deno.test("a key picture that readers want is asked for at once, repeated, and not too often", () => {
  const peer = new Peer(audio(OPUS), video(VP8));
  peer.ingest.requestKey();
  assertEquals(peer.sent, []);
  peer.send(packet(1, SOUND), key(1));
  peer.clock.advance(1000);
  const before = peer.keyRequests.length;
  peer.ingest.requestKey();
  peer.ingest.requestKey();
  peer.clock.advance(600);
  assertEquals(peer.keyRequests.slice(before), [1000, 1500]);
  peer.send(key(2));
  peer.clock.advance(1000);
  assertEquals(peer.keyRequests.slice(before), [1000, 1500]);
  peer.ingest.close();
  peer.ingest.requestKey();
});

Deno.test("key pictures are asked for every two seconds: browsers make none by themselves", () => {
  const peer = new Peer(video(VP8));
  peer.send(key(1));
  for (let ms = 0; ms < 10_000; ms += 20) {
    peer.clock.advance(20);
    if (peer.keyRequests.at(-1) === peer.clock.now()) peer.send(key(2 + ms / 20));
    else peer.send(packet(2 + ms / 20));
  }
  assertEquals(peer.keyRequests, [2020, 4040, 6060, 8080]);
  peer.ingest.close();
});

Deno.test("probes of padding, on either source, are neither media nor trouble", () => {
  const peer = new Peer(video(VP8));
  const padding = { payload: new Uint8Array(), padding: 255 };
  peer.send(key(1));
  peer.send(packet(2, padding), packet(50, { ...padding, ssrc: RTX_SSRC, payloadType: 97 }));
  // A packet that had come is sent again, long after it, to see what the path can carry.
  peer.send(rtx(51, 1, { payload: new Uint8Array(1000) }));
  peer.send(rtx(52, 40_000), rtx(53, 40_001), rtx(54, 40_002));
  peer.send(packet(3));
  peer.clock.advance(500);
  assertEquals([peer.frames, peer.nacks, peer.keyRequests], ["0K 2", [], []]);
  peer.ingest.close();
  assertEquals(peer.logged, []);
});

Deno.test("a section is found by its mid, then by its source, then by its payload type", () => {
  const shared = { ...VP8, payloadType: 96 };
  const peer = new Peer(
    { ...video(shared), mid: "0", ssrc: 0xa, rtxSsrc: 0xb },
    { ...video(shared), mid: "1" },
    audio(OPUS),
  );
  peer.send(key(1, { ssrc: 0xa }));
  peer.send(key(1, { ssrc: 0xc, mid: "1" }), packet(2, { ssrc: 0xc }));
  peer.send(packet(1, SOUND));
  assertEquals(peer.units.map(({ track }) => track.id), [1, 2, 2, 3]);
  peer.ingest.close();
});

Deno.test("a packet of no section is dropped and logged", () => {
  const peer = new Peer({ ...video(VP8), mid: "0" }, { ...video(VP8), mid: "1" });
  peer.send(key(1, { ssrc: 0xd }));
  peer.send(key(1, { ssrc: 0xd, mid: "unheard" }));
  peer.ingest.close();
  assertEquals(peer.units, []);
  assertEquals(peer.logged, ["a packet was dropped: source 13 is of no section"]);
});

Deno.test("another source takes the place of the first, and repair follows it", () => {
  const peer = new Peer(video(VP8));
  peer.send(key(1), packet(2));
  for (let sequence = 500; sequence < 512; sequence++) {
    peer.send((sequence === 509 ? key : packet)(sequence, { ssrc: 0x9999 }));
  }
  peer.send(packet(513, { ssrc: 0x9999 }));
  peer.clock.advance(20);
  assertEquals(peer.nacks, ["20: 512"]);
  assertEquals(must(peer.sentOf("nack")[0]).packet.mediaSsrc, 0x9999);
  assertEquals(peer.units.map(({ isKey }) => isKey), [true, false, true, false, false]);
  peer.ingest.close();
});

Deno.test("reports of the sender give units their time in the world, on one path for all sections", () => {
  const peer = new Peer(audio(OPUS), video(VP8));
  const utc = peer.clock.utc();
  const report = (ssrc: number, rtpTimestamp: number) =>
    serializeRtcp([{
      ...{ type: "senderReport", ssrc, ntp: utcToNtp(utc), rtpTimestamp },
      ...{ packetCount: 1, octetCount: 1, reports: [] },
    }]);
  peer.send(packet(1, SOUND), key(1));
  peer.ingest.rtcp(report(VIDEO_SSRC, 3000));
  peer.ingest.rtcp(report(SOUND.ssrc, 3000));
  peer.send(packet(2), packet(2, { ...SOUND, timestamp: 3960 }));
  assertEquals(peer.units.slice(2).map(({ wallClock }) => Math.round((wallClock ?? 0) - utc)), [
    33,
    20,
  ]);
  peer.ingest.close();
});

Deno.test("receiver reports of all sections come once a second, in one packet with a name", () => {
  const peer = new Peer(audio(OPUS), video(VP8));
  peer.send(packet(1, SOUND), key(1), packet(3));
  peer.clock.advance(2100);
  const reports = peer.sentOf("receiverReport").filter(({ packet }) => packet.reports.length > 0);
  assertEquals(reports.map(({ ms }) => ms), [1000, 2000]);
  const blocks = must(reports[0]).packet.reports;
  assertEquals(blocks.map(({ ssrc, cumulativeLost }) => [ssrc, cumulativeLost]), [
    [SOUND.ssrc, 0],
    [VIDEO_SSRC, 1],
  ]);
  for (const { packets } of peer.sent) {
    assertEquals(packets.slice(0, 2).map(({ type }) => type), [
      "receiverReport",
      "sourceDescription",
    ]);
  }
  peer.ingest.close();
});

Deno.test("arrivals are told ten times a second, of all sections together", () => {
  const feedback = { ...REPAIR, transportWide: true, bitrateEstimate: true };
  const peer = new Peer(audio(OPUS), video({ ...VP8, feedback }));
  peer.clock.advance(64);
  peer.send(key(1, { transportSequence: 65535 }));
  peer.clock.advance(5);
  peer.send(packet(1, { ...SOUND, transportSequence: 0 }));
  peer.clock.advance(5);
  peer.send(packet(2, { transportSequence: 2 }));
  peer.clock.advance(126);
  const [first, ...others] = peer.sentOf("transportFeedback");
  const { ms, packet: { baseSequence, referenceTime, deltas } } = must(first);
  assertEquals({ ms, baseSequence, referenceTime, deltas, others }, {
    ms: 100,
    baseSequence: 65535,
    referenceTime: 1,
    deltas: [0, 20, undefined, 20],
    others: [],
  });
  peer.clock.advance(1000);
  assertEquals(peer.sentOf("transportFeedback").length, 1);
  assertEquals(peer.sentOf("bitrateEstimate"), []);
  peer.ingest.close();
});

Deno.test("a sender that goes by an estimate is given room above what it sends", () => {
  const feedback = { ...REPAIR, bitrateEstimate: true };
  const peer = new Peer(video({ ...VP8, feedback }));
  for (const bytesPerTick of [100, 5000, 100_000]) {
    for (let tick = 0; tick < 50; tick++) {
      peer.send(packet(1, { payload: new Uint8Array(bytesPerTick - 12) }));
      peer.clock.advance(20);
    }
  }
  const estimates = peer.sentOf("bitrateEstimate").map(({ packet }) => packet);
  // 40 kbit/s, 2 Mbit/s and 40 Mbit/s; the format has 18 significant bits.
  assertEquals(estimates.map(({ bitrate }) => Math.round(bitrate / 1e5) / 10), [1, 3, 20]);
  assertEquals(must(estimates[0]).ssrcs, [VIDEO_SSRC]);
  peer.ingest.close();
});

Deno.test("what cannot be read is dropped and logged, and nothing is taken after the end", () => {
  const peer = new Peer(video(VP8));
  peer.send(Uint8Array.of(1, 2, 3));
  peer.ingest.rtcp(Uint8Array.of(0x80, 200, 0, 9));
  peer.ingest.close();
  peer.ingest.close();
  peer.send(key(1));
  peer.ingest.rtcp(new Uint8Array(3));
  assertEquals(peer.units, []);
  assertEquals(peer.logged.length, 1);
});
