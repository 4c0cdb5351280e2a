/**
 * NAL units as H.264 and H.265 share them: the two framings (ISO/IEC 14496-15 lengths, Annex B
 * start codes) and emulation prevention.
 *
 * @module
 */

import { BitstreamError } from "./errors.ts";

const LENGTH_SIZES = [1, 2, 3, 4] as const;

/** Bytes of a NAL unit length, `lengthSizeMinusOne + 1` of ISO/IEC 14496-15 5.3.3.1.2. */
export type LengthSize = typeof LENGTH_SIZES[number];

/**
 * Reads `lengthSizeMinusOne` from the low bits of a byte of avcC or hvcC. A size of 3 is forbidden
 * there, but unambiguous.
 */
export function lengthSizeFrom(byte: number): LengthSize {
  return LENGTH_SIZES[byte & 3] ?? 4;
}

/**
 * NAL units in one access unit. Above what level limits allow (600 slices in H.265 A.4.1, one per
 * macroblock row or small packet in practice), below what makes a list costly.
 */
export const MAX_NALS_PER_UNIT = 4096;

const LENGTH_PREFIXED = "length-prefixed NAL units";
const ANNEX_B = "Annex B byte stream";

/**
 * Splits an access unit whose NAL units have length prefixes (ISO/IEC 14496-15 5.3.4.2) into views
 * of `data`. Lengths of zero, which some encoders write as padding, are passed over.
 *
 * @throws {BitstreamError} when a length runs past the end, or there are more units than
 * {@linkcode MAX_NALS_PER_UNIT}.
 */
export function splitLengthPrefixed(data: Uint8Array, lengthSize: LengthSize): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let offset = 0;
  let seen = 0;
  while (offset < data.length) {
    const start = offset + lengthSize;
    const end = start + readLength(data, offset, lengthSize);
    if (end > data.length) {
      const reason = `a NAL unit of ${end - start} bytes has ${Math.max(0, data.length - start)}`;
      throw new BitstreamError(LENGTH_PREFIXED, reason, offset);
    }
    if (++seen > MAX_NALS_PER_UNIT) throw tooMany(LENGTH_PREFIXED, offset);
    if (end > start) nals.push(data.subarray(start, end));
    offset = end;
  }
  return nals;
}

function readLength(data: Uint8Array, offset: number, size: LengthSize): number {
  let length = 0;
  for (let i = 0; i < size; i++) length = length * 256 + (data[offset + i] ?? 0);
  return length;
}

/**
 * Splits an Annex B byte stream (ITU-T H.264 B.1) into views of `data`: start codes of three or
 * four bytes, leading and trailing zero bytes dropped.
 *
 * @throws {BitstreamError} when `data` holds anything before its first start code, or more units
 * than {@linkcode MAX_NALS_PER_UNIT}.
 */
export function splitAnnexB(data: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let code = findStartCode(data, 0);
  if (trimmedEnd(data, 0, code < 0 ? data.length : code) > 0) {
    throw new BitstreamError(ANNEX_B, "a start code is missing", 0);
  }
  let seen = 0;
  while (code >= 0) {
    const start = code + 3;
    const next = findStartCode(data, start);
    const end = trimmedEnd(data, start, next < 0 ? data.length : next);
    if (++seen > MAX_NALS_PER_UNIT) throw tooMany(ANNEX_B, start);
    if (end > start) nals.push(data.subarray(start, end));
    code = next;
  }
  return nals;
}

/**
 * Divides what should be one NAL unit at the start codes in it, which emulation prevention keeps out
 * of a real one: some encoders hand on a piece of a byte stream in its place. Views of `data`.
 *
 * @throws {BitstreamError} when there are more units than {@linkcode MAX_NALS_PER_UNIT}.
 */
export function splitAtStartCodes(data: Uint8Array): Uint8Array[] {
  const code = findStartCode(data, 0);
  if (code < 0) return [data];
  const end = trimmedEnd(data, 0, code);
  const rest = splitAnnexB(data.subarray(code));
  return end === 0 ? rest : [data.subarray(0, end), ...rest];
}

/** Offset of the next `00 00 01` that lies wholly at or after `from`, or -1. */
export function findStartCode(data: Uint8Array, from: number): number {
  let one = data.indexOf(1, from + 2);
  while (one >= 0) {
    if (data[one - 1] === 0 && data[one - 2] === 0) return one - 2;
    one = data.indexOf(1, one + 1);
  }
  return -1;
}

/** The end of `data[start, end)` without trailing zeros: no NAL unit ends in one (7.4.1). */
export function trimmedEnd(data: Uint8Array, start: number, end: number): number {
  let last = end;
  while (last > start && data[last - 1] === 0) last--;
  return last;
}

function tooMany(what: string, offset: number): BitstreamError {
  return new BitstreamError(what, `there are more than ${MAX_NALS_PER_UNIT} NAL units`, offset);
}

/** Bytes that {@linkcode joinLengthPrefixed} makes of `nals`. */
export function lengthPrefixedSize(
  nals: readonly Uint8Array[],
  lengthSize: LengthSize = 4,
): number {
  let size = nals.length * lengthSize;
  for (const nal of nals) size += nal.length;
  return size;
}

/**
 * One buffer with a length before each NAL unit; the caller owns it.
 *
 * @throws {RangeError} when a NAL unit is too long for `lengthSize`.
 */
export function joinLengthPrefixed(
  nals: readonly Uint8Array[],
  lengthSize: LengthSize = 4,
): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(lengthPrefixedSize(nals, lengthSize));
  let offset = 0;
  for (const nal of nals) {
    if (nal.length >= 256 ** lengthSize) {
      throw new RangeError(
        `Cannot join NAL units: ${nal.length} does not fit in ${lengthSize} bytes`,
      );
    }
    for (let i = lengthSize - 1; i >= 0; i--) joined[offset++] = nal.length >>> (8 * i);
    joined.set(nal, offset);
    offset += nal.length;
  }
  return joined;
}

/**
 * The NAL unit without the `03` of every `00 00 03` (ITU-T H.264 7.3.1): the same view when there
 * is none, otherwise a copy that the caller owns.
 */
export function removeEmulationPrevention(nal: Uint8Array): Uint8Array {
  let at = findEmulation(nal, 0);
  if (at < 0) return nal;
  const raw = new Uint8Array(nal.length);
  let length = 0;
  let from = 0;
  while (at >= 0) {
    raw.set(nal.subarray(from, at), length);
    length += at - from;
    from = at + 1;
    at = findEmulation(nal, from);
  }
  raw.set(nal.subarray(from), length);
  return raw.subarray(0, length + nal.length - from);
}

/** Offset of the next `03` that follows two zeros lying at or after `from`, or -1. */
function findEmulation(nal: Uint8Array, from: number): number {
  let three = nal.indexOf(3, from + 2);
  while (three >= 0) {
    if (nal[three - 1] === 0 && nal[three - 2] === 0) return three;
    three = nal.indexOf(3, three + 1);
  }
  return -1;
}
