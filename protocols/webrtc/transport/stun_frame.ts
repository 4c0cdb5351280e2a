/**
 * What all STUN messages have in common: the header, attributes, the signature, the fingerprint
 * (RFC 8489 sections 5 and 14). ICE and TURN say their own in them.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Address } from "../../_transport/transport.ts";
import { formatIp, parseIp } from "./ip.ts";

const HEADER_BYTES = 20;
const ATTRIBUTE_HEADER_BYTES = 4;
const MAGIC_COOKIE = 0x2112a442;
const FINGERPRINT_XOR = 0x5354554e;
const INTEGRITY_BYTES = 20;
const FINGERPRINT_BYTES = 4;

/** Larger than any message of ICE, and than what a relay gets through; what is longer is not looked at. */
const MAX_MESSAGE_BYTES = 1500;

const MESSAGE_INTEGRITY = 0x0008;
const FINGERPRINT = 0x8028;

/** Bits that every method adds to for its four classes (RFC 8489 section 5). */
const CLASS_BITS = {
  request: 0x0000,
  indication: 0x0010,
  response: 0x0100,
  error: 0x0110,
} as const;
const ALL_CLASS_BITS = 0x0110;

export type StunClass = keyof typeof CLASS_BITS;

/** A short-term password, or the key of a long-term one (RFC 8489 section 9). */
export type StunKey = string | Uint8Array;

export type StunAttribute = readonly [type: number, value: Uint8Array];

export interface StunFrame {
  readonly method: number;
  readonly class: StunClass;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  /** Those that count, as views of what was received. */
  readonly attributes: readonly StunAttribute[];
  /** Whether `key` is the one that the sender has signed with. `false` where nothing is signed. */
  isSignedWith(key: StunKey): boolean;
}

/** Reads a message; `undefined` for what is not a sound one. */
export function parseFrame(bytes: Uint8Array): StunFrame | undefined {
  if (bytes.byteLength < HEADER_BYTES || bytes.byteLength > MAX_MESSAGE_BYTES) return undefined;
  const view = viewOf(bytes);
  const type = view.getUint16(0);
  const bits = type & ALL_CLASS_BITS;
  const kind = (Object.keys(CLASS_BITS) as StunClass[]).find((key) => CLASS_BITS[key] === bits);
  if (kind === undefined || view.getUint32(4) !== MAGIC_COOKIE) return undefined;
  if (view.getUint16(2) !== bytes.byteLength - HEADER_BYTES) return undefined;
  const body = readAttributes(bytes, view);
  if (body === undefined) return undefined;
  const { attributes, integrityAt } = body;
  return {
    method: type & ~ALL_CLASS_BITS,
    class: kind,
    transactionId: bytes.subarray(8, HEADER_BYTES),
    attributes,
    isSignedWith: (key) => integrityAt !== undefined && isSigned(bytes, integrityAt, key),
  };
}

interface Body {
  readonly attributes: readonly StunAttribute[];
  readonly integrityAt: number | undefined;
}

function readAttributes(bytes: Uint8Array, view: DataView): Body | undefined {
  const attributes: StunAttribute[] = [];
  let integrityAt: number | undefined;
  for (let at = HEADER_BYTES; at < bytes.byteLength;) {
    if (at + ATTRIBUTE_HEADER_BYTES > bytes.byteLength) return undefined;
    const type = view.getUint16(at);
    const length = view.getUint16(at + 2);
    const end = at + ATTRIBUTE_HEADER_BYTES + length;
    if (end > bytes.byteLength) return undefined;
    if (type === FINGERPRINT) {
      // It has to be the last one (RFC 8489 section 14.7).
      const isSound = end === bytes.byteLength && length === FINGERPRINT_BYTES &&
        view.getUint32(at + ATTRIBUTE_HEADER_BYTES) === fingerprint(bytes.subarray(0, at));
      return isSound ? { attributes, integrityAt } : undefined;
    }
    if (type === MESSAGE_INTEGRITY) {
      if (length !== INTEGRITY_BYTES) return undefined;
      integrityAt ??= at;
    } // What comes after the signature is not signed: it is not listened to (section 14.5).
    else if (integrityAt === undefined) {
      attributes.push([type, bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, end)]);
    }
    at = at + ATTRIBUTE_HEADER_BYTES + padded(length);
  }
  return { attributes, integrityAt };
}

export type UnsignedFrame = Omit<StunFrame, "isSignedWith">;

/** Writes a message with a fingerprint. @param key signs it; nothing is signed without one. */
export function writeFrame(frame: UnsignedFrame, key?: StunKey): Uint8Array {
  const sizes = frame.attributes.map(([, value]) => sizeOf(value.byteLength));
  const signature = key === undefined ? 0 : sizeOf(INTEGRITY_BYTES);
  const size = sizes.reduce((sum, bytes) => sum + bytes, HEADER_BYTES + signature) +
    sizeOf(FINGERPRINT_BYTES);
  const bytes = new Uint8Array(size);
  const view = viewOf(bytes);
  view.setUint16(0, frame.method | CLASS_BITS[frame.class]);
  view.setUint16(2, size - HEADER_BYTES);
  view.setUint32(4, MAGIC_COOKIE);
  bytes.set(frame.transactionId, 8);
  let end = HEADER_BYTES;
  const add = (type: number, value: Uint8Array) => {
    view.setUint16(end, type);
    view.setUint16(end + 2, value.byteLength);
    bytes.set(value, end + ATTRIBUTE_HEADER_BYTES);
    end += sizeOf(value.byteLength);
  };
  for (const [type, value] of frame.attributes) add(type, value);
  if (key !== undefined) add(MESSAGE_INTEGRITY, integrity(bytes.subarray(0, end), end, key));
  add(FINGERPRINT, uint32(fingerprint(bytes.subarray(0, end))));
  return bytes;
}

/** XOR-MAPPED-ADDRESS and its like (RFC 8489 section 14.2). */
export function maskAddress({ host, port }: Address, transactionId: Uint8Array): Uint8Array {
  const ip = parseIp(host) ?? new Uint8Array(4);
  const value = new Uint8Array(4 + ip.byteLength);
  const pad = new Uint8Array(16);
  viewOf(pad).setUint32(0, MAGIC_COOKIE);
  pad.set(transactionId, 4);
  value[1] = ip.byteLength === 4 ? 1 : 2;
  viewOf(value).setUint16(2, port ^ (MAGIC_COOKIE >>> 16));
  ip.forEach((byte, at) => value[4 + at] = byte ^ (pad[at] ?? 0));
  return value;
}

/** `undefined` for what is not IPv4: only servers that we ask ourselves tell us any. */
export function unmaskAddress(value: Uint8Array): Address | undefined {
  if (value.byteLength !== 8) return undefined;
  const view = viewOf(value);
  const port = view.getUint16(2) ^ (MAGIC_COOKIE >>> 16);
  return { host: formatIp(uint32((view.getUint32(4) ^ MAGIC_COOKIE) >>> 0)), port };
}

/** The value of ERROR-CODE (RFC 8489 section 14.8). */
export function errorValue(code: number): Uint8Array {
  return new Uint8Array([0, 0, Math.floor(code / 100), code % 100]);
}

/** `undefined` for what is too short. */
export function readErrorCode(value: Uint8Array): number | undefined {
  const [, , hundreds, rest] = value;
  return hundreds === undefined || rest === undefined ? undefined : (hundreds & 7) * 100 + rest;
}

function isSigned(bytes: Uint8Array, integrityAt: number, key: StunKey): boolean {
  const expected = integrity(bytes.subarray(0, integrityAt), integrityAt, key);
  const start = integrityAt + ATTRIBUTE_HEADER_BYTES;
  return timingSafeEqual(expected, bytes.subarray(start, start + INTEGRITY_BYTES));
}

/** Over the message up to the attribute, with a length that ends with it (section 14.5). */
function integrity(signed: Uint8Array, end: number, key: StunKey): Uint8Array {
  const copy = signed.slice();
  viewOf(copy).setUint16(2, end + sizeOf(INTEGRITY_BYTES) - HEADER_BYTES);
  return new Uint8Array(createHmac("sha1", key).update(copy).digest());
}

function fingerprint(bytes: Uint8Array): number {
  return (crc32(bytes) ^ FINGERPRINT_XOR) >>> 0;
}

/** Of an attribute as a whole. */
function sizeOf(length: number): number {
  return ATTRIBUTE_HEADER_BYTES + padded(length);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value);
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
