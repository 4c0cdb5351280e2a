import { BitstreamError } from "./errors.ts";

/** `obu_type`, AV1 section 6.2.2. */
export const AV1_OBU = {
  sequenceHeader: 1,
  temporalDelimiter: 2,
  frameHeader: 3,
  tileGroup: 4,
  metadata: 5,
  frame: 6,
  redundantFrameHeader: 7,
  tileList: 8,
  padding: 15,
} as const;

/**
 * OBUs in one temporal unit: above the 128 tiles of the highest levels (AV1 A.3) in a group of
 * their own in each of several layers, below what makes a list costly.
 */
export const MAX_OBUS_PER_UNIT = 4096;

const WHAT = "AV1 OBU";
const FORBIDDEN = 0x80;
const EXTENSION = 0x04;
const HAS_SIZE = 0x02;

/** A leb128 number has at most eight bytes and 32 significant bits (AV1 4.10.5). */
const MAX_LEB128_BYTES = 8;

/** `obu_type` of an OBU; 0, which is reserved, for an empty one. */
export function av1ObuType(obu: Uint8Array): number {
  return (obu[0] ?? 0) >> 3 & 0xf;
}

/** Where an OBU stands in a buffer: its header, and what follows the size field. */
interface ObuRange {
  readonly headerStart: number;
  readonly headerSize: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a temporal unit in the low-overhead format (AV1 5.2) into OBUs without size fields;
 * temporal delimiters are dropped. Since taking the size out moves bytes, the OBUs are views of one
 * new buffer, which the caller owns; an OBU that has no size field is a view of `data`.
 *
 * @throws {BitstreamError} when an OBU runs past the end, or there are more than
 * {@linkcode MAX_OBUS_PER_UNIT}.
 */
export function splitObus(data: Uint8Array): Uint8Array[] {
  const obus: Uint8Array[] = [];
  const copy = new Uint8Array(data.length);
  let used = 0;
  let seen = 0;
  for (let offset = 0; offset < data.length;) {
    const range = readObuRange(data, offset);
    offset = range.end;
    if (++seen > MAX_OBUS_PER_UNIT) {
      throw new BitstreamError(WHAT, `there are more than ${MAX_OBUS_PER_UNIT} OBUs`, offset);
    }
    const first = data[range.headerStart] ?? 0;
    if ((first >> 3 & 0xf) === AV1_OBU.temporalDelimiter) continue;
    if ((first & HAS_SIZE) === 0) {
      obus.push(data.subarray(range.headerStart, range.end));
      continue;
    }
    const start = used;
    copy.set(data.subarray(range.headerStart, range.headerStart + range.headerSize), used);
    copy[start] = first & ~HAS_SIZE;
    used += range.headerSize;
    copy.set(data.subarray(range.start, range.end), used);
    used += range.end - range.start;
    obus.push(copy.subarray(start, used));
  }
  return obus;
}

function readObuRange(data: Uint8Array, headerStart: number): ObuRange {
  const first = data[headerStart] ?? 0;
  if ((first & FORBIDDEN) !== 0) {
    throw new BitstreamError(WHAT, "the forbidden bit is set", headerStart);
  }
  const headerSize = (first & EXTENSION) === 0 ? 1 : 2;
  const afterHeader = headerStart + headerSize;
  if (afterHeader > data.length) {
    throw new BitstreamError(WHAT, "the header is cut short", headerStart);
  }
  if ((first & HAS_SIZE) === 0) {
    return { headerStart, headerSize, start: afterHeader, end: data.length };
  }
  const size = readLeb128(data, afterHeader);
  const end = size.end + size.value;
  if (end > data.length) {
    const reason = `${size.value} bytes are announced, ${data.length - size.end} are left`;
    throw new BitstreamError(WHAT, reason, headerStart);
  }
  return { headerStart, headerSize, start: size.end, end };
}

/**
 * Reads a leb128 number (AV1 4.10.5) and tells where it ends.
 *
 * @throws {BitstreamError} when it is cut short or longer than eight bytes.
 */
export function readLeb128(data: Uint8Array, offset: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < MAX_LEB128_BYTES; i++) {
    const byte = data[offset + i];
    if (byte === undefined) throw new BitstreamError(WHAT, "the size is cut short", offset + i);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if ((byte & 0x80) === 0) return { value, end: offset + i + 1 };
  }
  throw new BitstreamError(WHAT, `the size has more than ${MAX_LEB128_BYTES} bytes`, offset);
}

/**
 * One temporal unit in the low-overhead format, without a temporal delimiter, as MP4 samples and
 * FLV tags hold it; the caller owns it. The OBUs must have no size field.
 */
export function joinObus(obus: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const obu of obus) {
    const payload = payloadSize(obu);
    size += obu.length + leb128Size(payload);
  }
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const obu of obus) offset = writeObu(joined, offset, obu);
  return joined;
}

/** Bytes of the OBU header: two with the extension, which tells the layer. */
export function av1HeaderSize(obu: Uint8Array): number {
  return ((obu[0] ?? 0) & EXTENSION) === 0 ? 1 : 2;
}

function payloadSize(obu: Uint8Array): number {
  return Math.max(0, obu.length - av1HeaderSize(obu));
}

/** Bytes that {@linkcode writeLeb128} writes. */
export function leb128Size(value: number): number {
  let size = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) size++;
  return size;
}

function writeObu(target: Uint8Array, start: number, obu: Uint8Array): number {
  const header = obu.subarray(0, av1HeaderSize(obu));
  target.set(header, start);
  target[start] = (obu[0] ?? 0) | HAS_SIZE;
  const offset = writeLeb128(target, start + header.length, payloadSize(obu));
  target.set(obu.subarray(header.length), offset);
  return offset + payloadSize(obu);
}

/** Writes a leb128 number (AV1 4.10.5) in the fewest bytes and returns the offset after it. */
export function writeLeb128(target: Uint8Array, start: number, value: number): number {
  let offset = start;
  let rest = value;
  do {
    target[offset++] = rest % 128 | (rest >= 128 ? 0x80 : 0);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return offset;
}
