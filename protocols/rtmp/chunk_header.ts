/**
 * Headers of chunks as they stand on the wire: Adobe RTMP 1.0, section 5.3.1. What a header leaves
 * out is known to the chunk stream only (`chunk_stream.ts`).
 *
 * @module
 */

/** The form of the message header, by what it leaves out (section 5.3.1.2). */
export type ChunkFormat = 0 | 1 | 2 | 3;

/** Bytes of the message header by format, without extended timestamp. */
const MESSAGE_HEADER_SIZE: Record<ChunkFormat, number> = { 0: 11, 1: 7, 2: 3, 3: 0 };

/** A timestamp field of this value says that four bytes with the real one follow. */
export const EXTENDED_TIMESTAMP = 0xffffff;
export const EXTENDED_TIMESTAMP_SIZE = 4;

/** Chunk stream ids from here on take a second byte, from `MIN_THREE_BYTE_CSID` on a third. */
export const MIN_TWO_BYTE_CSID = 64;
export const MIN_THREE_BYTE_CSID = MIN_TWO_BYTE_CSID + 256;
export const MIN_CSID = 2;
export const MAX_CSID = MIN_TWO_BYTE_CSID + 0xffff;

/** Section 5.3.1.1. */
export interface BasicHeader {
  readonly format: ChunkFormat;
  readonly csid: number;
  /** Bytes that it takes. */
  readonly size: number;
}

/** Section 5.3.1.2, with the extended timestamp of 5.3.1.3; formats 0, 1 and 2. */
export interface MessageHeader {
  /** Format 0: the timestamp; formats 1 and 2: what it is later than that of the message before. */
  readonly time: number;
  readonly isExtended: boolean;
  /** Length and type of the message: formats 0 and 1. */
  readonly length?: number;
  readonly type?: number;
  /** Message stream id: format 0. */
  readonly streamId?: number;
  /** Bytes that it takes, extended timestamp included. */
  readonly size: number;
}

/** Reads the basic header at `offset`; `undefined` while it is incomplete. */
export function readBasicHeader(bytes: Uint8Array, offset: number): BasicHeader | undefined {
  const first = bytes[offset];
  if (first === undefined) return undefined;
  const format = (first >> 6) as ChunkFormat;
  const id = first & 0x3f;
  if (id >= MIN_CSID) return { format, csid: id, size: 1 };
  const low = bytes[offset + 1];
  if (low === undefined) return undefined;
  if (id === 0) return { format, csid: MIN_TWO_BYTE_CSID + low, size: 2 };
  const high = bytes[offset + 2];
  if (high === undefined) return undefined;
  return { format, csid: MIN_TWO_BYTE_CSID + low + (high << 8), size: 3 };
}

function readUint24(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] ?? 0) << 16 | (bytes[offset + 1] ?? 0) << 8 | (bytes[offset + 2] ?? 0);
}

function readUint32(bytes: Uint8Array, offset: number): number {
  return readUint24(bytes, offset) * 256 + (bytes[offset + 3] ?? 0);
}

/** The message stream id is the one field in little-endian order. */
function readUint32LittleEndian(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset + 3] ?? 0) << 24 | (bytes[offset + 2] ?? 0) << 16 |
    (bytes[offset + 1] ?? 0) << 8 | (bytes[offset] ?? 0)) >>> 0;
}

/** Reads the message header of format 0, 1 or 2 at `offset`; `undefined` while it is incomplete. */
export function readMessageHeader(
  bytes: Uint8Array,
  offset: number,
  format: 0 | 1 | 2,
): MessageHeader | undefined {
  let size = MESSAGE_HEADER_SIZE[format];
  if (bytes.length - offset < size) return undefined;
  let time = readUint24(bytes, offset);
  const isExtended = time === EXTENDED_TIMESTAMP;
  if (isExtended) {
    if (bytes.length - offset < size + EXTENDED_TIMESTAMP_SIZE) return undefined;
    time = readUint32(bytes, offset + size);
    size += EXTENDED_TIMESTAMP_SIZE;
  }
  if (format === 2) return { time, isExtended, size };
  const length = readUint24(bytes, offset + 3);
  const type = bytes[offset + 6] ?? 0;
  if (format === 1) return { time, isExtended, length, type, size };
  const streamId = readUint32LittleEndian(bytes, offset + 7);
  return { time, isExtended, length, type, streamId, size };
}

/**
 * Bytes of the extended timestamp behind a format 3 header, where the last header of its chunk
 * stream had one: 4 or 0; `undefined` while that is undecided.
 *
 * Deviation from section 5.3.1.3: there are encoders that leave it out on format 3, so it counts
 * as there only if it repeats the value.
 */
export function repeatedTimestampSize(
  bytes: Uint8Array,
  offset: number,
  time: number,
): number | undefined {
  for (let i = 0; i < EXTENDED_TIMESTAMP_SIZE; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) return undefined;
    if (byte !== (time >>> (24 - 8 * i) & 0xff)) return 0;
  }
  return EXTENDED_TIMESTAMP_SIZE;
}
