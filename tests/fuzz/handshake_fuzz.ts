// Property: either side of the RTMP handshake, fed any bytes in any pieces, asks for more, ends,
// or throws RtmpHandshakeError at a wrong version and nothing else; it sends at most once, and
// what it sends and says does not depend on where the pieces end.
import { assertEquals, assertInstanceOf } from "@std/assert";
import { CLIENT_KEY, PACKET_SIZE, signPacket } from "../../protocols/rtmp/digest.ts";
import { RtmpHandshakeError } from "../../protocols/rtmp/errors.ts";
import { ClientHandshake, ServerHandshake } from "../../protocols/rtmp/handshake.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const PATTERN = Uint8Array.from({ length: PACKET_SIZE }, (_, i) => i * 7 & 0xff);
const OPTIONS = { randomBytes: (length: number) => PATTERN.slice(0, length), time: 0 };

type Machine = ServerHandshake | ClientHandshake;

/** What a peer may have sent: mostly a version 3, then a packet with or without digest. */
function peerBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * PACKET_SIZE + random.int(16));
  bytes.set(random.bytes(64), random.int(bytes.length - 64));
  bytes[0] = random.int(8) === 0 ? random.int(256) : 3;
  bytes.set(random.bytes(16), 1);
  const c1 = bytes.subarray(1, 1 + PACKET_SIZE);
  if (random.bool()) signPacket(c1, random.bool() ? 0 : 1, CLIENT_KEY);
  return random.int(4) === 0 ? bytes.subarray(0, random.int(bytes.length)) : bytes;
}

interface Outcome {
  readonly end: string;
  readonly sent: readonly Uint8Array[];
  readonly rest: number;
}

/** Feeds the bytes in pieces of at most `largest`, and sums up what came of it. */
function feedAll(machine: Machine, bytes: Uint8Array, random: Random, largest: number): Outcome {
  const sent: Uint8Array[] = [];
  let offset = 0;
  try {
    while (offset < bytes.length) {
      const piece = bytes.slice(offset, offset + 1 + random.int(largest));
      offset += piece.length;
      const step = machine.feed(piece);
      if (step.send !== undefined) sent.push(step.send);
      if (step.status === "done") {
        const rest = bytes.length - offset + step.rest.length;
        return { end: `${step.form} ${step.isEchoed}`, sent, rest };
      }
    }
  } catch (error) {
    assertInstanceOf(error, RtmpHandshakeError);
    return { end: error.message, sent, rest: 0 };
  }
  return { end: "incomplete", sent, rest: 0 };
}

export const target: FuzzTarget = {
  name: "handshake",
  run(random: Random): void {
    const Side = random.bool() ? ServerHandshake : ClientHandshake;
    const bytes = peerBytes(random);
    const outcome = feedAll(new Side(OPTIONS), bytes, random, 1024);
    assertEquals(feedAll(new Side(OPTIONS), bytes, random, 4 * PACKET_SIZE), outcome);
    assertEquals(outcome.sent.length <= 1, true);
    assertEquals(outcome.end === "incomplete" || bytes[0] !== 3 || outcome.sent.length === 1, true);
  },
};
