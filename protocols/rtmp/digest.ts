/**
 * The digest ("complex") handshake of Flash Player 9 and Flash Media Server 3, which the published
 * specification leaves out: C1 and S1 carry an HMAC-SHA256 of themselves, C2 and S2 one that is
 * keyed by the digest of the packet they answer. Flash, and with it many players and FMS-like
 * servers, allow H.264 and AAC only after it.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Bytes of C1, S1, C2 and S2 (section 5.2.3). */
export const PACKET_SIZE = 1536;

const DIGEST_SIZE = 32;
/** Time and version fields stand before the two blocks of 764 bytes. */
const BLOCK_SIZE = 764;
/** A digest may start at this many places behind the four bytes that say where. */
const DIGEST_PLACES = BLOCK_SIZE - 4 - DIGEST_SIZE;

/**
 * Where the digest block lies. Scheme 0 has the key block first and the digest block second,
 * scheme 1 the other way round, which is what Flash Player and FFmpeg send.
 */
export type DigestScheme = 0 | 1;

const BLOCK_OFFSET: Record<DigestScheme, number> = { 0: 8 + BLOCK_SIZE, 1: 8 };

// deno-fmt-ignore
const KEY_TAIL = Uint8Array.of(
  0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0, 0xd1, 0x02, 0x9e, 0x7e, 0x57,
  0x6e, 0xec, 0x5d, 0x2d, 0x29, 0x80, 0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae,
);

/** The key of one side: its text signs C1 and S1, text and tail together derive C2 and S2. */
export interface DigestKey {
  readonly text: Uint8Array;
  readonly full: Uint8Array;
}

function digestKey(phrase: string): DigestKey {
  const text = new TextEncoder().encode(phrase);
  const full = new Uint8Array(text.length + KEY_TAIL.length);
  full.set(text);
  full.set(KEY_TAIL, text.length);
  return { text, full };
}

export const CLIENT_KEY: DigestKey = digestKey("Genuine Adobe Flash Player 001");
export const SERVER_KEY: DigestKey = digestKey("Genuine Adobe Flash Media Server 001");

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}

function digestOffset(packet: Uint8Array, scheme: DigestScheme): number {
  const block = BLOCK_OFFSET[scheme];
  let sum = 0;
  for (const byte of packet.subarray(block, block + 4)) sum += byte;
  return block + 4 + sum % DIGEST_PLACES;
}

function computeDigest(packet: Uint8Array, offset: number, key: DigestKey): Uint8Array {
  return hmac(key.text, packet.subarray(0, offset), packet.subarray(offset + DIGEST_SIZE));
}

/** A digest that was found in C1 or S1. */
export interface FoundDigest {
  readonly scheme: DigestScheme;
  /** A view into the packet. */
  readonly digest: Uint8Array;
}

/** Finds the digest of a C1 or S1 in either scheme; `undefined` when it carries none. */
export function findDigest(packet: Uint8Array, key: DigestKey): FoundDigest | undefined {
  for (const scheme of [1, 0] as const) {
    const offset = digestOffset(packet, scheme);
    const digest = packet.subarray(offset, offset + DIGEST_SIZE);
    if (timingSafeEqual(digest, computeDigest(packet, offset, key))) return { scheme, digest };
  }
  return undefined;
}

/** Writes the digest into a C1 or S1 whose other bytes are final, and returns a view of it. */
export function signPacket(packet: Uint8Array, scheme: DigestScheme, key: DigestKey): Uint8Array {
  const offset = digestOffset(packet, scheme);
  packet.set(computeDigest(packet, offset, key), offset);
  return packet.subarray(offset, offset + DIGEST_SIZE);
}

function answerDigest(answer: Uint8Array, peerDigest: Uint8Array, key: DigestKey): Uint8Array {
  const derived = hmac(key.full, peerDigest);
  return hmac(derived, answer.subarray(0, PACKET_SIZE - DIGEST_SIZE));
}

/** Signs a C2 or S2, whose last 32 bytes are the digest, as the answer to a packet's digest. */
export function signAnswer(answer: Uint8Array, peerDigest: Uint8Array, key: DigestKey): void {
  answer.set(answerDigest(answer, peerDigest, key), PACKET_SIZE - DIGEST_SIZE);
}

/** Whether a C2 or S2 is signed as the answer to the packet with `digest`. */
export function isSignedAnswer(answer: Uint8Array, digest: Uint8Array, key: DigestKey): boolean {
  return timingSafeEqual(
    answer.subarray(PACKET_SIZE - DIGEST_SIZE, PACKET_SIZE),
    answerDigest(answer, digest, key),
  );
}
