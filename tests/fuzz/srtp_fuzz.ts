/**
 * Property: whatever comes as SRTP or SRTCP, `SrtpReceiver` returns and leaves the bytes as they were;
 * it gives out what was protected, and nothing else; each packet is given out once; what is refused is
 * counted and takes no place.
 *
 * The cases are protected packets in any order, some twice, some with bits changed or bytes cut off,
 * and pure noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { keyingMaterialSize, SRTP_PROFILES, srtpKeys } from "../../protocols/webrtc/srtp/keys.ts";
import { SrtpReceiver } from "../../protocols/webrtc/srtp/receiver.ts";
import { SrtpSender } from "../../protocols/webrtc/srtp/sender.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const MAX_PACKETS = 6;
const MAX_BODY = 60;
const MAX_NOISE = 80;

/** Sources that packets come from: forged ones would be others. */
const SOURCES = [1, 0xcafe];

interface Packet {
  readonly isRtcp: boolean;
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
}

export const target: FuzzTarget = {
  name: "srtp",
  run(random: Random): void {
    const profile = random.pick(SRTP_PROFILES);
    const material = random.bytes(keyingMaterialSize(profile));
    const sender = new SrtpSender(srtpKeys(profile, material, true).local);
    const receiver = new SrtpReceiver(srtpKeys(profile, material, false).remote);
    const packets = protect(random, sender);
    sender.close();
    const given = new Set<Packet>();
    let refused = 0;
    for (let count = 3 * packets.length; count > 0; count--) {
      const packet = random.pick(packets);
      const datagram = random.int(3) === 0 ? packet.sealed.slice() : mutant(random, packet.sealed);
      const before = datagram.slice();
      const isTheirs = equal(datagram, packet.sealed);
      const opened = packet.isRtcp
        ? receiver.unprotectRtcp(datagram)
        : receiver.unprotectRtp(datagram);
      assertEquals(datagram, before);
      if (opened === undefined) refused++;
      assertEquals(opened, isTheirs && !given.has(packet) ? packet.plain : undefined);
      if (opened !== undefined) given.add(packet);
    }
    const { malformed, forged, replayed, surplus } = receiver.refused;
    assertEquals(malformed + forged + replayed + surplus, refused);
    assert(receiver.sources <= Math.min(given.size, 2 * SOURCES.length));
  },
};

/** At least one packet; all have numbers of their own, near enough to come in any order. */
function protect(random: Random, sender: SrtpSender): readonly Packet[] {
  const first = random.int(2 ** 15);
  return Array.from({ length: 1 + random.int(MAX_PACKETS) }, (_, at) => {
    if (random.int(3) === 0) {
      const plain = rtcp(random);
      return { isRtcp: true, plain, sealed: sender.protectRtcp(plain) };
    }
    const { header, payload } = rtp(random, first + at);
    const plain = Uint8Array.of(...header, ...payload);
    const [sealed = plain] = sender.protectRtp([{ header, payload }]);
    return { isRtcp: false, plain, sealed };
  });
}

function rtp(random: Random, sequence: number): { header: Uint8Array; payload: Uint8Array } {
  const sources = random.pick([0, 0, 1, 15]);
  const words = random.pick([0, 0, 1, 3]);
  const extension = words > 0 ? [0xbe, 0xde, 0, words, ...random.bytes(4 * words)] : [];
  const header = Uint8Array.of(
    ...[0x80 | sources | (words > 0 ? 0x10 : 0), random.int(256), 0, 0, ...random.bytes(4)],
    ...[0, 0, 0, 0, ...random.bytes(4 * sources), ...extension],
  );
  const view = new DataView(header.buffer);
  view.setUint16(2, sequence);
  view.setUint32(8, random.pick(SOURCES));
  return { header, payload: random.bytes(random.int(MAX_BODY)) };
}

function rtcp(random: Random): Uint8Array {
  const packet = Uint8Array.of(0x80, 200, 0, 1, 0, 0, 0, 0, ...random.bytes(4 * random.int(8)));
  new DataView(packet.buffer).setUint32(4, random.pick(SOURCES));
  return packet;
}

/** Noise, or a packet with something changed, cut off or put behind. */
function mutant(random: Random, sealed: Uint8Array): Uint8Array {
  const kind = random.int(8);
  if (kind === 0) return random.bytes(random.int(MAX_NOISE));
  if (kind === 1) return sealed.slice(0, random.int(sealed.length));
  if (kind === 2) return Uint8Array.of(...sealed, ...random.bytes(1 + random.int(8)));
  const changed = sealed.slice();
  for (let count = 1 + random.int(3); count > 0; count--) {
    const at = random.bool()
      ? random.int(changed.length)
      : random.int(Math.min(16, changed.length));
    changed[at] = (changed[at] ?? 0) ^ 1 << random.int(8);
  }
  return changed;
}

function equal(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, at) => byte === second[at]);
}
