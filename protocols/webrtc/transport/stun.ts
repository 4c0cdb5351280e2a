/**
 * STUN messages as ICE uses them (RFC 8489, RFC 8445 section 7.1).
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Address } from "../../_transport/transport.ts";
import { formatIp, parseIp } from "./ip.ts";

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112a442;
const FINGERPRINT_XOR = 0x5354554e;
const INTEGRITY_BYTES = 20;

/** Larger than any message of ICE; what is longer is not looked at. */
const MAX_MESSAGE_BYTES = 1500;

/** Message types of the Binding method, the only one that ICE has. */
const TYPES = { request: 0x0001, indication: 0x0011, response: 0x0101, error: 0x0111 } as const;

const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

export type StunClass = keyof typeof TYPES;

/** What a Binding message says, as far as ICE asks. */
export interface StunFields {
  readonly class: StunClass;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  readonly username?: string;
  readonly priority?: number;
  readonly useCandidate?: boolean;
  /** The role of the sender and its tie-breaker. */
  readonly controlling?: bigint;
  readonly controlled?: bigint;
  readonly mappedAddress?: Address;
  readonly errorCode?: number;
}

/** A message that was received. */
export interface StunMessage extends StunFields {
  /** Whether `password` is the one that the sender has signed with. `false` where nothing is signed. */
  isSignedWith(password: string): boolean;
}

/** Reads a Binding message; `undefined` for what is not a sound one. */
export function parseStun(bytes: Uint8Array): StunMessage | undefined {
  if (bytes.byteLength < HEADER_BYTES || bytes.byteLength > MAX_MESSAGE_BYTES) return undefined;
  const view = viewOf(bytes);
  const type = (Object.keys(TYPES) as StunClass[]).find((key) => TYPES[key] === view.getUint16(0));
  if (type === undefined || view.getUint32(4) !== MAGIC_COOKIE) return undefined;
  if (view.getUint16(2) !== bytes.byteLength - HEADER_BYTES) return undefined;
  const attributes = readAttributes(bytes, view);
  if (attributes === undefined) return undefined;
  const { fields, integrityAt } = attributes;
  return {
    ...fields,
    class: type,
    transactionId: bytes.subarray(8, HEADER_BYTES),
    isSignedWith: (password) => integrityAt !== undefined && isSigned(bytes, integrityAt, password),
  };
}

type Attributes = { -readonly [Key in keyof StunFields]?: StunFields[Key] };

function readAttributes(
  bytes: Uint8Array,
  view: DataView,
): { readonly fields: Attributes; readonly integrityAt: number | undefined } | undefined {
  const fields: Attributes = {};
  let integrityAt: number | undefined;
  for (let at = HEADER_BYTES; at < bytes.byteLength;) {
    if (at + 4 > bytes.byteLength) return undefined;
    const type = view.getUint16(at);
    const length = view.getUint16(at + 2);
    const end = at + 4 + length;
    if (end > bytes.byteLength) return undefined;
    if (type === ATTRIBUTE.fingerprint) {
      // It has to be the last one (RFC 8489 section 14.7).
      const isSound = end === bytes.byteLength && length === 4 &&
        view.getUint32(at + 4) === fingerprint(bytes.subarray(0, at));
      return isSound ? { fields, integrityAt } : undefined;
    }
    if (type === ATTRIBUTE.messageIntegrity) {
      if (length !== INTEGRITY_BYTES) return undefined;
      integrityAt ??= at;
    } // What comes after the signature is not signed: it is not listened to (section 14.5).
    else if (integrityAt === undefined) readAttribute(type, bytes.subarray(at + 4, end), fields);
    at = at + 4 + padded(length);
  }
  return { fields, integrityAt };
}

function readAttribute(type: number, value: Uint8Array, fields: Attributes): void {
  const view = viewOf(value);
  const size = value.byteLength;
  if (type === ATTRIBUTE.username) fields.username = new TextDecoder().decode(value);
  else if (type === ATTRIBUTE.useCandidate) fields.useCandidate = true;
  else if (type === ATTRIBUTE.priority && size === 4) fields.priority = view.getUint32(0);
  else if (type === ATTRIBUTE.iceControlling && size === 8) {
    fields.controlling = view.getBigUint64(0);
  } else if (type === ATTRIBUTE.iceControlled && size === 8) {
    fields.controlled = view.getBigUint64(0);
  } else if (type === ATTRIBUTE.errorCode && size >= 4) {
    fields.errorCode = (view.getUint8(2) & 7) * 100 + view.getUint8(3);
  } else if (type === ATTRIBUTE.xorMappedAddress && (size === 8 || size === 20)) {
    // IPv6 is masked with the transaction id too: only servers that we ask ourselves tell us any.
    if (size === 8) fields.mappedAddress = unmask(view);
  }
}

function unmask(view: DataView): Address {
  const port = view.getUint16(2) ^ (MAGIC_COOKIE >>> 16);
  const ip = new Uint8Array(4);
  viewOf(ip).setUint32(0, (view.getUint32(4) ^ MAGIC_COOKIE) >>> 0);
  return { host: formatIp(ip), port };
}

/** Writes a message. @param password signs it; nothing is signed without one. */
export function writeStun(fields: StunFields, password?: string): Uint8Array {
  const bytes = new Uint8Array(MAX_MESSAGE_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, TYPES[fields.class]);
  view.setUint32(4, MAGIC_COOKIE);
  bytes.set(fields.transactionId, 8);
  let end = HEADER_BYTES;
  const add = (type: number, value: Uint8Array) => {
    view.setUint16(end, type);
    view.setUint16(end + 2, value.byteLength);
    bytes.set(value, end + 4);
    end += 4 + padded(value.byteLength);
  };
  for (const [type, value] of attributesOf(fields)) add(type, value);
  if (password !== undefined) {
    add(ATTRIBUTE.messageIntegrity, integrity(bytes.subarray(0, end), end, password));
  }
  view.setUint16(2, end + 8 - HEADER_BYTES);
  add(ATTRIBUTE.fingerprint, uint32(fingerprint(bytes.subarray(0, end))));
  return bytes.slice(0, end);
}

function* attributesOf(fields: StunFields): Generator<readonly [number, Uint8Array]> {
  const { username, priority, controlling, controlled, mappedAddress, errorCode } = fields;
  if (errorCode !== undefined) {
    const value = new Uint8Array([0, 0, Math.floor(errorCode / 100), errorCode % 100]);
    yield [ATTRIBUTE.errorCode, value];
  }
  if (mappedAddress !== undefined) {
    yield [ATTRIBUTE.xorMappedAddress, mask(mappedAddress, fields.transactionId)];
  }
  if (username !== undefined) yield [ATTRIBUTE.username, new TextEncoder().encode(username)];
  if (priority !== undefined) yield [ATTRIBUTE.priority, uint32(priority)];
  if (controlling !== undefined) yield [ATTRIBUTE.iceControlling, uint64(controlling)];
  if (controlled !== undefined) yield [ATTRIBUTE.iceControlled, uint64(controlled)];
  if (fields.useCandidate) yield [ATTRIBUTE.useCandidate, new Uint8Array(0)];
}

function mask({ host, port }: Address, transactionId: Uint8Array): Uint8Array {
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

function isSigned(bytes: Uint8Array, integrityAt: number, password: string): boolean {
  const expected = integrity(bytes.subarray(0, integrityAt), integrityAt, password);
  const start = integrityAt + 4;
  return timingSafeEqual(expected, bytes.subarray(start, start + INTEGRITY_BYTES));
}

/** Over the message up to the attribute, with a length that ends with it (section 14.5). */
function integrity(signed: Uint8Array, end: number, password: string): Uint8Array {
  const copy = signed.slice();
  viewOf(copy).setUint16(2, end + 4 + INTEGRITY_BYTES - HEADER_BYTES);
  return new Uint8Array(createHmac("sha1", password).update(copy).digest());
}

function fingerprint(bytes: Uint8Array): number {
  return (crc32(bytes) ^ FINGERPRINT_XOR) >>> 0;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value);
  return bytes;
}

function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, value);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
