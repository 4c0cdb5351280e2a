/**
 * Property: whatever a peer sends as RTP and RTCP, and whenever, `PublisherIngest` does not throw and
 * leaves the bytes as they were; each packet that it sends can be read, fits a datagram, begins with a
 * report, and asks for no more than its limits; times of units are integers in order, nothing is asked for
 * longer than its patience, and nothing is left behind at the end.
 *
 * The cases are streams of packets with gaps, repetitions and jumps, in two sections, with retransmissions
 * and header extensions, of which some have bytes changed or cut off, between reports and noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type RtcpPacket, serializeRtcp } from "../../protocols/_formats/rtp/rtcp.ts";
import { MAX_ARRIVALS, MAX_STATUSES } from "../../protocols/webrtc/ingest/transport_arrivals.ts";
import { NACK_PATIENCE_MS } from "../../protocols/webrtc/ingest/incoming_media.ts";
import { MAX_MISSING } from "../../protocols/webrtc/ingest/missing_packets.ts";
import {
  audio,
  frame,
  H264,
  key,
  OPUS,
  packet,
  type PacketFields,
  PCMU,
  Peer,
  REPAIR,
  rtx,
  video,
  VP8,
} from "../protocols/webrtc/ingest/harness.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const MAX_PACKETS = 60;

/** What passes every path: that of an IPv6 packet of 1280 bytes, less its heads and those of SRTP. */
const MAX_DATAGRAM = 1180;

export const target: FuzzTarget = {
  name: "webrtc_ingest",
  run(random: Random): void {
    const peer = new Peer(audio(OPUS, PCMU), video(...videoCodecs(random)));
    const sender = new Sender(random);
    for (let count = random.int(MAX_PACKETS); count > 0; count--) {
      const bytes = random.int(12) === 0 ? random.bytes(random.int(60)) : sender.next();
      const before = bytes.slice();
      if (random.int(8) === 0) peer.ingest.rtcp(report(random));
      peer.ingest[random.int(16) === 0 ? "rtcp" : "rtp"](bytes);
      assertEquals(bytes, before);
      if (random.int(3) === 0) peer.clock.advance(random.int(60));
      if (random.int(20) === 0) peer.ingest.requestKey();
    }
    checkEnd(peer);
    for (const { packets } of peer.sent) checkSent(packets);
    checkTimes(peer);
  },
};

function videoCodecs(random: Random) {
  const feedback = {
    ...REPAIR,
    nack: random.int(4) > 0,
    pictureLoss: random.bool(),
    fullIntraRequest: random.bool(),
    transportWide: random.bool(),
    bitrateEstimate: random.bool(),
  };
  return [VP8, H264].map((codec) => ({ ...codec, feedback }));
}

/** Counters that mostly go up by one, as those of a browser. */
class Sender {
  readonly #random: Random;
  #sequence: number;
  #transport: number;

  constructor(random: Random) {
    this.#random = random;
    this.#sequence = random.int(2 ** 16);
    this.#transport = random.int(2 ** 16);
  }

  next(): Uint8Array {
    const random = this.#random;
    this.#sequence = (this.#sequence + step(random)) & 0xffff;
    this.#transport = (this.#transport + step(random)) & 0xffff;
    const bytes = this.#packet();
    for (let count = random.int(3) === 0 ? random.int(4) : 0; count > 0; count--) {
      bytes[random.int(bytes.length)] = random.pick([0, 1, 0x0f, 0x90, 0xff]);
    }
    return random.int(20) === 0 ? bytes.subarray(0, random.int(bytes.length)) : bytes;
  }

  #packet(): Uint8Array {
    const random = this.#random;
    const sequence = this.#sequence;
    const fields = this.#fields();
    switch (random.int(8)) {
      case 0:
        return key(sequence, fields);
      case 1:
        return rtx(random.int(2 ** 16), (sequence - random.int(20)) & 0xffff, { mid: "v" });
      case 2:
        return packet(sequence, {
          ...fields,
          payload: new Uint8Array(),
          padding: 1 + random.int(255),
        });
      case 3:
        return packet(sequence, { ...fields, ssrc: 0x3333, payloadType: random.pick([111, 0]) });
      default:
        return packet(sequence, fields);
    }
  }

  #fields(): PacketFields {
    const random = this.#random;
    return {
      ssrc: random.int(10) === 0 ? random.int(2 ** 32) : 0x1111,
      payloadType: random.pick([96, 96, 96, 96, 102, 97, 0, 127]),
      marker: random.int(4) > 0,
      timestamp: random.int(10) === 0 ? random.int(2 ** 32) : this.#sequence * 3000,
      payload: random.bool() ? frame(random.bool()) : random.bytes(1 + random.int(30)),
      ...(random.int(3) === 0 && { mid: random.pick(["v", "v", "a", "x", ""]) }),
      ...(random.int(4) > 0 && { transportSequence: this.#transport }),
    };
  }
}

/** Mostly the next number; sometimes a gap, a repetition, a step back or anything. */
function step(random: Random): number {
  const choices = [
    1,
    1,
    1,
    1,
    1,
    1,
    2,
    0,
    -1,
    -random.int(300),
    random.int(300),
    random.int(2 ** 16),
  ];
  return random.pick(choices);
}

function report(random: Random): Uint8Array {
  const ssrc = random.pick([0x1111, 0x3333, random.int(2 ** 32)]);
  const ntp = { seconds: random.int(2 ** 32), fraction: random.int(2 ** 32) };
  const counts = { packetCount: 0, octetCount: 0, reports: [] };
  const bytes = serializeRtcp([
    { type: "senderReport", ssrc, ntp, rtpTimestamp: random.int(2 ** 32), ...counts },
    { type: "goodbye", ssrcs: random.bool() ? [ssrc] : [] },
  ]);
  if (random.bool()) bytes[random.int(bytes.length)] = random.int(256);
  return bytes;
}

/** What is left comes out within its patience, and then nothing is asked for but key pictures. */
function checkEnd(peer: Peer): void {
  peer.clock.advance(NACK_PATIENCE_MS + 40);
  const { length } = peer.sentOf("nack");
  peer.clock.advance(1000);
  assertEquals(peer.sentOf("nack").length, length);
  peer.ingest.close();
  assertEquals(peer.clock.pending, 0);
}

function checkSent(packets: readonly RtcpPacket[]): void {
  assertEquals(packets[0]?.type, "receiverReport");
  const { length } = serializeRtcp(packets);
  assert(length <= MAX_DATAGRAM, `a packet has ${length} bytes`);
  for (const sent of packets) {
    if (sent.type === "nack") assert(sent.sequences.length <= MAX_MISSING);
    if (sent.type !== "transportFeedback") continue;
    assert(sent.deltas.length <= MAX_STATUSES);
    assert(sent.deltas.filter((delta) => delta !== undefined).length <= MAX_ARRIVALS);
  }
}

function checkTimes(peer: Peer): void {
  const described = new Set(peer.descriptions.flatMap(({ tracks }) => tracks.map(({ id }) => id)));
  for (const unit of peer.units) {
    assert(
      Number.isSafeInteger(unit.pts) && Number.isSafeInteger(unit.dts),
      "a time is no integer",
    );
    assert(unit.dts <= unit.pts, `dts ${unit.dts} is after pts ${unit.pts}`);
    assert(unit.payload.length > 0, "a unit has no payload");
    assert(described.has(unit.track.id), "a unit is of no track that was described");
  }
}
