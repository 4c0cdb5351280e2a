/**
 * STUN messages as TURN uses them over UDP (RFC 8656), and what it sends without a message: the data of
 * a channel.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Address } from "../../_transport/transport.ts";
import {
  errorValue,
  maskAddress,
  parseFrame,
  readErrorCode,
  type StunAttribute,
  type StunClass,
  type StunKey,
  uint32,
  unmaskAddress,
  viewOf,
  writeFrame,
} from "./stun_frame.ts";

/** RFC 8656 section 17. */
const METHODS = {
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

/** RFC 8656 section 18, RFC 8489 section 18.3. */
const ATTRIBUTE = {
  username: 0x0006,
  errorCode: 0x0009,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
} as const;

/** Protocol number of UDP, which is what peers are relayed over. */
const UDP = 17;

/** Channel and length. */
const CHANNEL_HEADER_BYTES = 4;

/** Numbers that a channel may have (RFC 8656 section 12). */
export const FIRST_CHANNEL = 0x4000;
export const LAST_CHANNEL = 0x4fff;

export type TurnMethod = keyof typeof METHODS;

/** What a message says, as far as a client over UDP asks. */
export interface TurnFields {
  readonly method: TurnMethod;
  readonly class: StunClass;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  readonly username?: string;
  /** As the server has sent them, to be sent back. */
  readonly realm?: Uint8Array;
  readonly nonce?: Uint8Array;
  /** Seconds. */
  readonly lifetime?: number;
  readonly channel?: number;
  readonly peer?: Address;
  /** Where peers reach us. */
  readonly relayed?: Address;
  /** Where the server sees us. */
  readonly mapped?: Address;
  readonly data?: Uint8Array;
  readonly errorCode?: number;
}

/** A message that was received. */
export interface TurnMessage extends TurnFields {
  isSignedWith(key: StunKey): boolean;
}

/** Reads a message; `undefined` for what is not a sound one of TURN. */
export function parseTurn(bytes: Uint8Array): TurnMessage | undefined {
  const frame = parseFrame(bytes);
  const method = (Object.keys(METHODS) as TurnMethod[]).find((key) =>
    METHODS[key] === frame?.method
  );
  if (frame === undefined || method === undefined) return undefined;
  const fields: Attributes = {};
  for (const [type, value] of frame.attributes) readAttribute(type, value, fields);
  const { class: kind, transactionId, isSignedWith } = frame;
  return { ...fields, method, class: kind, transactionId, isSignedWith };
}

type Attributes = { -readonly [Key in keyof TurnFields]?: TurnFields[Key] };

function readAttribute(type: number, value: Uint8Array, fields: Attributes): void {
  const view = viewOf(value);
  const isWord = value.byteLength === 4;
  if (type === ATTRIBUTE.username) fields.username = new TextDecoder().decode(value);
  else if (type === ATTRIBUTE.realm) fields.realm = value;
  else if (type === ATTRIBUTE.nonce) fields.nonce = value;
  else if (type === ATTRIBUTE.data) fields.data = value;
  else if (type === ATTRIBUTE.lifetime && isWord) fields.lifetime = view.getUint32(0);
  else if (type === ATTRIBUTE.channelNumber && isWord) fields.channel = view.getUint16(0);
  else if (type === ATTRIBUTE.errorCode) {
    const code = readErrorCode(value);
    if (code !== undefined) fields.errorCode = code;
  } else readAddress(type, value, fields);
}

function readAddress(type: number, value: Uint8Array, fields: Attributes): void {
  const address = unmaskAddress(value);
  if (address === undefined) return;
  if (type === ATTRIBUTE.xorPeerAddress) fields.peer = address;
  else if (type === ATTRIBUTE.xorRelayedAddress) fields.relayed = address;
  else if (type === ATTRIBUTE.xorMappedAddress) fields.mapped = address;
}

/** Writes a message. @param key signs it; nothing is signed without one. */
export function writeTurn(fields: TurnFields, key?: StunKey): Uint8Array {
  const { class: kind, transactionId } = fields;
  const attributes = [...attributesOf(fields)];
  return writeFrame(
    { method: METHODS[fields.method], class: kind, transactionId, attributes },
    key,
  );
}

function* attributesOf(fields: TurnFields): Generator<StunAttribute> {
  const { transactionId, lifetime, channel, peer, relayed, mapped, errorCode } = fields;
  const { username, realm, nonce, data } = fields;
  if (errorCode !== undefined) yield [ATTRIBUTE.errorCode, errorValue(errorCode)];
  if (fields.method === "allocate" && fields.class === "request") {
    yield [ATTRIBUTE.requestedTransport, Uint8Array.of(UDP, 0, 0, 0)];
  }
  if (lifetime !== undefined) yield [ATTRIBUTE.lifetime, uint32(lifetime)];
  if (channel !== undefined) yield [ATTRIBUTE.channelNumber, uint32(channel * 2 ** 16)];
  if (peer !== undefined) yield [ATTRIBUTE.xorPeerAddress, maskAddress(peer, transactionId)];
  if (relayed !== undefined) {
    yield [ATTRIBUTE.xorRelayedAddress, maskAddress(relayed, transactionId)];
  }
  if (mapped !== undefined) yield [ATTRIBUTE.xorMappedAddress, maskAddress(mapped, transactionId)];
  if (data !== undefined) yield [ATTRIBUTE.data, data];
  if (username !== undefined) yield [ATTRIBUTE.username, new TextEncoder().encode(username)];
  if (realm !== undefined) yield [ATTRIBUTE.realm, realm];
  if (nonce !== undefined) yield [ATTRIBUTE.nonce, nonce];
}

/**
 * The key of a long-term credential as MD5 makes it (RFC 8489 section 9.2.2), which every server takes.
 *
 * @param realm as the server has sent it.
 */
export function longTermKey(username: string, realm: Uint8Array, password: string): Uint8Array {
  const hash = createHash("md5").update(`${username}:`).update(realm).update(`:${password}`);
  return new Uint8Array(hash.digest());
}

export interface ChannelData {
  readonly channel: number;
  readonly data: Uint8Array;
}

/** Reads what comes by a channel (RFC 8656 section 12.4); `undefined` for what is cut off. */
export function parseChannelData(bytes: Uint8Array): ChannelData | undefined {
  if (bytes.byteLength < CHANNEL_HEADER_BYTES) return undefined;
  const view = viewOf(bytes);
  const end = CHANNEL_HEADER_BYTES + view.getUint16(2);
  if (end > bytes.byteLength) return undefined;
  return { channel: view.getUint16(0), data: bytes.subarray(CHANNEL_HEADER_BYTES, end) };
}

/** Over UDP there is no padding. */
export function writeChannelData({ channel, data }: ChannelData): Uint8Array {
  const bytes = new Uint8Array(CHANNEL_HEADER_BYTES + data.byteLength);
  const view = viewOf(bytes);
  view.setUint16(0, channel);
  view.setUint16(2, data.byteLength);
  bytes.set(data, CHANNEL_HEADER_BYTES);
  return bytes;
}
