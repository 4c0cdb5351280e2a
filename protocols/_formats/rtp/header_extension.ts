/**
 * The elements of an RTP header extension, in the one-byte and the two-byte form of RFC 8285.
 *
 * @module
 */

import { RtpError } from "./errors.ts";
import type { RtpExtension } from "./packet.ts";

const WHAT = "RTP header extension";

/** Profile of the one-byte form (section 4.2). */
const ONE_BYTE = 0xbede;

/** Profile of the two-byte form (section 4.3): the low four bits are the application's own. */
const TWO_BYTE = 0x1000;
const TWO_BYTE_MASK = 0xfff0;

/** In the one-byte form this id ends the elements, whatever follows. */
const STOP_ID = 15;

/** Longest element and greatest id of the one-byte form. */
const MAX_SHORT_ID = 14;
const MAX_SHORT_LENGTH = 16;

/** Longest element and greatest id of the two-byte form. */
const MAX_BYTE = 0xff;

/** One element. */
export interface HeaderElement {
  /** Negotiated by `a=extmap`; 1 to 14 in the one-byte form, 1 to 255 in the two-byte one. */
  readonly id: number;
  readonly data: Uint8Array;
}

/**
 * Reads the elements, as views of the extension; none when its profile is not one of RFC 8285.
 *
 * @throws {RtpError} when an element runs past the end.
 */
export function parseHeaderElements({ profile, data }: RtpExtension): HeaderElement[] {
  const isShort = profile === ONE_BYTE;
  if (!isShort && (profile & TWO_BYTE_MASK) !== TWO_BYTE) return [];
  const elements: HeaderElement[] = [];
  for (let offset = 0; offset < data.length;) {
    const head = data[offset] ?? 0;
    const id = isShort ? head >> 4 : head;
    if (id === 0) { // padding
      offset++;
      continue;
    }
    if (isShort && id === STOP_ID) break;
    const start = offset + (isShort ? 1 : 2);
    const end = start + (isShort ? (head & 0xf) + 1 : data[offset + 1] ?? 0);
    if (start > data.length || end > data.length) {
      throw new RtpError(WHAT, `element ${id} is cut short`, offset);
    }
    elements.push({ id, data: data.subarray(start, end) });
    offset = end;
  }
  return elements;
}

/**
 * Writes elements, in the one-byte form where that can hold all of them; the caller owns the data.
 *
 * @throws {RangeError} when an id or a length does not fit in a byte.
 */
export function writeHeaderElements(elements: readonly HeaderElement[]): RtpExtension {
  const isShort = elements.every(({ id, data }) =>
    id <= MAX_SHORT_ID && data.length > 0 && data.length <= MAX_SHORT_LENGTH
  );
  const headSize = isShort ? 1 : 2;
  const size = elements.reduce((total, { data }) => total + headSize + data.length, 0);
  const bytes = new Uint8Array(4 * Math.ceil(size / 4));
  let offset = 0;
  for (const { id, data } of elements) {
    if (id < 1 || id > MAX_BYTE || data.length > MAX_BYTE) {
      const reason = `id ${id} or ${data.length} bytes do not fit`;
      throw new RangeError(`Cannot write RTP header extension: ${reason}`);
    }
    if (isShort) bytes[offset] = id << 4 | (data.length - 1);
    else bytes.set([id, data.length], offset);
    bytes.set(data, offset + headSize);
    offset += headSize + data.length;
  }
  return { profile: isShort ? ONE_BYTE : TWO_BYTE, data: bytes };
}
