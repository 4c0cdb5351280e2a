/**
 * STUN messages as ICE uses them (RFC 8489, RFC 8445 section 7.1).
 *
 * @module
 */
import type { Address } from "../../_transport/transport.ts";
import {
  errorValue,
  maskAddress,
  parseFrame,
  readErrorCode,
  type StunAttribute,
  type StunClass,
  type StunFrame,
  uint32,
  unmaskAddress,
  viewOf,
  writeFrame,
} from "./stun_frame.ts";

export type { StunClass } from "./stun_frame.ts";

/** The only method that ICE has. */
const BINDING = 0x001;

const ATTRIBUTE = {
  username: 0x0006,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

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
  const frame = parseFrame(bytes);
  return frame?.method === BINDING ? readMessage(frame) : undefined;
}

function readMessage(frame: StunFrame): StunMessage {
  const fields: Attributes = {};
  for (const [type, value] of frame.attributes) readAttribute(type, value, fields);
  const { class: kind, transactionId, isSignedWith } = frame;
  return { ...fields, class: kind, transactionId, isSignedWith };
}

type Attributes = { -readonly [Key in keyof StunFields]?: StunFields[Key] };

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
  } else if (type === ATTRIBUTE.errorCode) {
    const code = readErrorCode(value);
    if (code !== undefined) fields.errorCode = code;
  } else if (type === ATTRIBUTE.xorMappedAddress) {
    const address = unmaskAddress(value);
    if (address !== undefined) fields.mappedAddress = address;
  }
}

/** Writes a message. @param password signs it; nothing is signed without one. */
export function writeStun(fields: StunFields, password?: string): Uint8Array {
  const { class: kind, transactionId } = fields;
  const attributes = [...attributesOf(fields)];
  return writeFrame({ method: BINDING, class: kind, transactionId, attributes }, password);
}

function* attributesOf(fields: StunFields): Generator<StunAttribute> {
  const { username, priority, controlling, controlled, mappedAddress, errorCode } = fields;
  if (errorCode !== undefined) yield [ATTRIBUTE.errorCode, errorValue(errorCode)];
  if (mappedAddress !== undefined) {
    yield [ATTRIBUTE.xorMappedAddress, maskAddress(mappedAddress, fields.transactionId)];
  }
  if (username !== undefined) yield [ATTRIBUTE.username, new TextEncoder().encode(username)];
  if (priority !== undefined) yield [ATTRIBUTE.priority, uint32(priority)];
  if (controlling !== undefined) yield [ATTRIBUTE.iceControlling, uint64(controlling)];
  if (controlled !== undefined) yield [ATTRIBUTE.iceControlled, uint64(controlled)];
  if (fields.useCandidate) yield [ATTRIBUTE.useCandidate, new Uint8Array(0)];
}

function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, value);
  return bytes;
}
