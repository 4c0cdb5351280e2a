/**
 * Nonces that need no table: they carry the time they were made at, signed with a secret.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Milliseconds since 1970 fit in 48 bits until the year 10889. */
const TIME_SIZE = 6;
const MAC_SIZE = 16;
const HEX = /^[0-9a-f]{44}$/;

/** What a nonce belongs to; one of another peer or realm is none. */
export interface NonceScope {
  readonly realm: string;
  /** Address of the peer, without the port: a nonce outlives its connection. */
  readonly peer: string;
}

/** Makes a nonce at a time in milliseconds since 1970. */
export function makeNonce(secret: Uint8Array, scope: NonceScope, now: number): string {
  const time = new Uint8Array(TIME_SIZE);
  const view = new DataView(time.buffer);
  view.setUint16(0, Math.floor(now / 2 ** 32));
  view.setUint32(2, now % 2 ** 32);
  return time.toHex() + sign(secret, scope, time).toHex();
}

/** When a nonce was made; `undefined` when it is none of ours. */
export function nonceTime(
  secret: Uint8Array,
  scope: NonceScope,
  nonce: string,
): number | undefined {
  if (!HEX.test(nonce)) return undefined;
  const bytes = Uint8Array.fromHex(nonce);
  const time = bytes.subarray(0, TIME_SIZE);
  if (!timingSafeEqual(bytes.subarray(TIME_SIZE), sign(secret, scope, time))) return undefined;
  const view = new DataView(bytes.buffer);
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2);
}

function sign(secret: Uint8Array, { realm, peer }: NonceScope, time: Uint8Array): Uint8Array {
  const mac = createHmac("sha256", secret).update(time).update(`${realm}\n${peer}`);
  return new Uint8Array(mac.digest()).subarray(0, MAC_SIZE);
}
