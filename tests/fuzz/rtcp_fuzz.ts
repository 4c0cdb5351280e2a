/**
 * Property: `parseRtcp` returns or throws an `RtcpError`, whatever the bytes are, and leaves them as
 * they were; what it returns, `serializeRtcp` writes so that it reads the same again, and so it does
 * with packets of random values.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { parseRtcp, type RtcpPacket, serializeRtcp } from "../../protocols/_formats/rtp/rtcp.ts";
import { RtcpError } from "../../protocols/_formats/rtp/rtcp_errors.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const MAX_PACKETS = 4;
const MAX_NOISE = 60;

export const target: FuzzTarget = {
  name: "rtcp",
  run(random: Random): void {
    const packets = listOf(random, MAX_PACKETS, packet);
    const bytes = serializeRtcp(packets);
    assertEquals(parseRtcp(bytes), packets);
    checkDamaged(random.bool() ? damaged(random, bytes) : noise(random));
  },
};

function checkDamaged(bytes: Uint8Array): void {
  const before = bytes.slice();
  try {
    const packets = parseRtcp(bytes);
    assertEquals(parseRtcp(serializeRtcp(packets)), packets);
  } catch (error) {
    if (!(error instanceof RtcpError)) throw error;
  }
  assertEquals(bytes, before);
}

function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice(0, random.int(4) === 0 ? random.int(bytes.length + 1) : bytes.length);
  for (let count = random.int(4); count > 0 && copy.length > 0; count--) {
    copy[random.int(copy.length)] = random.int(256);
  }
  return copy;
}

/** A header that is right, so that what reads the body gets to see the noise. */
function noise(random: Random): Uint8Array {
  const words = random.int(MAX_NOISE / 4);
  const bytes = random.bytes(4 + 4 * words);
  bytes.set([0x80 | random.int(64), random.pick([200, 201, 202, 203, 205, 206]), 0, words]);
  if (random.bool()) bytes[0] = 0x80 | random.pick([1, 4, 15]);
  return bytes;
}

function packet(random: Random): RtcpPacket {
  return random.pick(MAKERS)(random);
}

const MAKERS: readonly ((random: Random) => RtcpPacket)[] = [
  (random) => ({
    type: "senderReport",
    ssrc: u32(random),
    ntp: { seconds: u32(random), fraction: u32(random) },
    rtpTimestamp: u32(random),
    packetCount: u32(random),
    octetCount: u32(random),
    reports: listOf(random, 3, report),
  }),
  (random) => ({
    type: "receiverReport",
    ssrc: u32(random),
    reports: listOf(random, 32, report),
  }),
  (random) => ({
    type: "sourceDescription",
    sources: listOf(random, 4, () => ({
      ssrc: u32(random),
      ...(random.bool() && { cname: text(random) }),
    })),
  }),
  (random) => ({
    type: "goodbye",
    ssrcs: listOf(random, 4, u32),
    ...(random.bool() && { reason: text(random) }),
  }),
  (random) => ({
    type: "nack",
    ...feedbackTarget(random),
    sequences: listOf(random, 40, nearbySequence),
  }),
  (random) => ({ type: "pictureLoss", ...feedbackTarget(random) }),
  (random) => ({
    type: "fullIntraRequest",
    ...feedbackTarget(random),
    requests: listOf(random, 4, () => ({ ssrc: u32(random), sequence: random.int(256) })),
  }),
  (random) => ({
    type: "bitrateEstimate",
    ...feedbackTarget(random),
    bitrate: random.int(2 ** 18) * 2 ** random.int(64),
    ssrcs: listOf(random, 256, u32),
  }),
  (random) => ({
    type: "transportFeedback",
    ...feedbackTarget(random),
    baseSequence: random.int(2 ** 16),
    referenceTime: random.int(2 ** 24) - 2 ** 23,
    feedbackCount: random.int(256),
    deltas: statuses(random),
  }),
];

function statuses(random: Random): (number | undefined)[] {
  return listOf(random, 6, () => {
    const delta = random.pick([undefined, random.int(256), random.int(2 ** 16) - 2 ** 15]);
    return new Array<number | undefined>(1 + random.int(20)).fill(delta);
  }).flat();
}

function report(random: Random) {
  return {
    ssrc: u32(random),
    fractionLost: random.int(256),
    cumulativeLost: random.int(2 ** 24) - 2 ** 23,
    highestSequence: u32(random),
    jitter: u32(random),
    lastSenderReport: u32(random),
    delaySinceLastSenderReport: u32(random),
  };
}

function feedbackTarget(random: Random) {
  return { senderSsrc: u32(random), mediaSsrc: u32(random) };
}

function nearbySequence(random: Random): number {
  return (0xfff0 + random.int(60)) & 0xffff;
}

function text(random: Random): string {
  return "aä€😀\ufeff".repeat(random.int(20));
}

function u32(random: Random): number {
  return random.int(2 ** 32);
}

function listOf<T>(random: Random, limit: number, make: (random: Random) => T): T[] {
  return Array.from({ length: random.int(limit) }, () => make(random));
}
