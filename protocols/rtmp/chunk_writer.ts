/**
 * Messages into chunks, Adobe RTMP 1.0 section 5.3.
 *
 * The first chunk of a message always has the full header (format 0), although formats 1 to 3 would
 * save 4 to 11 bytes: the bytes of a message then depend on nothing that was sent before, so one
 * serialization serves every player, and any message can be left out.
 *
 * @module
 */
import { bodySize } from "../_formats/flv/message.ts";
import {
  EXTENDED_TIMESTAMP,
  EXTENDED_TIMESTAMP_SIZE,
  MAX_CSID,
  MIN_CSID,
  MIN_THREE_BYTE_CSID,
  MIN_TWO_BYTE_CSID,
} from "./chunk_header.ts";
import type { OutgoingMessage } from "./message.ts";

/** The length field of a message header has 24 bits. */
const MAX_MESSAGE_SIZE = 0xffffff;
const FULL_HEADER_SIZE = 11;
const CONTINUATION = 3;

function wireTimestamp(message: OutgoingMessage): number {
  const remainder = message.timestamp % 2 ** 32;
  return remainder < 0 ? remainder + 2 ** 32 : remainder;
}

function basicHeaderSize(csid: number): number {
  if (csid < MIN_CSID || csid > MAX_CSID) {
    throw new RangeError(`Cannot write RTMP chunk: chunk stream id is ${csid}`);
  }
  if (csid < MIN_TWO_BYTE_CSID) return 1;
  return csid < MIN_THREE_BYTE_CSID ? 2 : 3;
}

/**
 * Bytes that the message takes on the wire in chunks of at most `chunkSize` payload bytes.
 *
 * @throws {RangeError} for a chunk stream id or payload that no header can express.
 */
export function chunkedSize(message: OutgoingMessage, chunkSize: number): number {
  const size = bodySize(message.parts);
  if (size > MAX_MESSAGE_SIZE) {
    throw new RangeError(`Cannot write RTMP message: it has ${size} bytes`);
  }
  const isExtended = wireTimestamp(message) >= EXTENDED_TIMESTAMP;
  const header = basicHeaderSize(message.csid) + (isExtended ? EXTENDED_TIMESTAMP_SIZE : 0);
  const chunks = Math.max(1, Math.ceil(size / chunkSize));
  return FULL_HEADER_SIZE + chunks * header + size;
}

function writeBasicHeader(
  target: Uint8Array,
  offset: number,
  format: number,
  csid: number,
): number {
  const bits = format << 6;
  if (csid < MIN_TWO_BYTE_CSID) {
    target[offset] = bits | csid;
    return offset + 1;
  }
  const id = csid - MIN_TWO_BYTE_CSID;
  target[offset] = csid < MIN_THREE_BYTE_CSID ? bits : bits | 1;
  target[offset + 1] = id & 0xff;
  if (csid < MIN_THREE_BYTE_CSID) return offset + 2;
  target[offset + 2] = id >> 8;
  return offset + 3;
}

function writeUint24(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value >> 16;
  target[offset + 1] = value >> 8;
  target[offset + 2] = value;
}

function writeExtendedTimestamp(target: Uint8Array, offset: number, timestamp: number): number {
  if (timestamp < EXTENDED_TIMESTAMP) return offset;
  target[offset] = timestamp >>> 24;
  writeUint24(target, offset + 1, timestamp);
  return offset + EXTENDED_TIMESTAMP_SIZE;
}

function writeFullHeader(
  target: Uint8Array,
  offset: number,
  message: OutgoingMessage,
  timestamp: number,
): number {
  const at = writeBasicHeader(target, offset, 0, message.csid);
  writeUint24(target, at, Math.min(timestamp, EXTENDED_TIMESTAMP));
  writeUint24(target, at + 3, bodySize(message.parts));
  target[at + 6] = message.type;
  // Little-endian, unlike every other field.
  target[at + 7] = message.streamId;
  target[at + 8] = message.streamId >> 8;
  target[at + 9] = message.streamId >> 16;
  target[at + 10] = message.streamId >>> 24;
  return writeExtendedTimestamp(target, at + FULL_HEADER_SIZE, timestamp);
}

/**
 * Writes the message at `offset` of `target`, which has room for its {@linkcode chunkedSize}, and
 * returns the offset behind it. Each payload byte is copied once.
 */
export function writeChunked(
  target: Uint8Array,
  offset: number,
  message: OutgoingMessage,
  chunkSize: number,
): number {
  const timestamp = wireTimestamp(message);
  let at = writeFullHeader(target, offset, message, timestamp);
  let room = chunkSize;
  for (const part of message.parts) {
    let taken = 0;
    while (taken < part.length) {
      if (room === 0) {
        at = writeBasicHeader(target, at, CONTINUATION, message.csid);
        at = writeExtendedTimestamp(target, at, timestamp);
        room = chunkSize;
      }
      const size = Math.min(room, part.length - taken);
      target.set(size === part.length ? part : part.subarray(taken, taken + size), at);
      at += size;
      taken += size;
      room -= size;
    }
  }
  return at;
}

/** Serializes messages, one after the other, into one buffer that is the caller's. */
export function chunkMessages(
  messages: readonly OutgoingMessage[],
  chunkSize: number,
): Uint8Array {
  let size = 0;
  for (const message of messages) size += chunkedSize(message, chunkSize);
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const message of messages) offset = writeChunked(bytes, offset, message, chunkSize);
  return bytes;
}

/** Serializes one message into a buffer of its own. */
export function chunkMessage(message: OutgoingMessage, chunkSize: number): Uint8Array {
  return chunkMessages([message], chunkSize);
}
