/**
 * Values of tags and attributes: RFC 8216bis sections 4.2 and 4.4.4.
 *
 * @module
 */
import { M3u8Error } from "./errors.ts";
import { type ByteRange, US_PER_SECOND } from "./playlist.ts";

/**
 * A decimal integer.
 *
 * @throws {M3u8Error} it is none, or larger than can be counted exactly.
 */
export function parseInteger(text: string, what: string, line: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw unexpected("an integer", text, what, line);
  return value;
}

/**
 * A decimal number that is not negative.
 *
 * @throws {M3u8Error} it is none.
 */
export function parseDecimal(text: string, what: string, line: number): number {
  if (!/^\d{1,15}(?:\.\d{0,30})?$/.test(text)) throw unexpected("a number", text, what, line);
  return Number(text);
}

/** Decimal seconds, to the nearest microsecond. */
export function parseSeconds(text: string, what: string, line: number): number {
  const us = Math.round(parseDecimal(text, what, line) * US_PER_SECOND);
  if (!Number.isSafeInteger(us)) throw unexpected("a duration", text, what, line);
  return us;
}

/** Microseconds as decimal seconds, without trailing zeros. */
export function writeSeconds(us: number): string {
  const whole = Math.floor(us / US_PER_SECOND);
  const fraction = String(us % US_PER_SECOND).padStart(6, "0").replace(/0+$/, "");
  return fraction === "" ? String(whole) : `${whole}.${fraction}`;
}

/**
 * `length[@offset]`.
 *
 * @param next the offset where none is written; undefined where it has to be.
 * @throws {M3u8Error}
 */
export function parseByteRange(
  text: string,
  next: number | undefined,
  what: string,
  line: number,
): ByteRange {
  const [length = "", written, ...rest] = text.split("@");
  const offset = written === undefined ? next : parseInteger(written, what, line);
  if (offset === undefined || rest.length > 0) {
    throw unexpected("length@offset", text, what, line);
  }
  const range = { length: parseInteger(length, what, line), offset };
  if (!Number.isSafeInteger(range.length + offset)) {
    throw unexpected("a byte range", text, what, line);
  }
  return range;
}

/** What {@linkcode parseByteRange} reads, with its offset. */
export function writeByteRange({ length, offset }: ByteRange): string {
  return `${length}@${offset}`;
}

/**
 * A date and time of ISO 8601, in milliseconds of UTC.
 *
 * @throws {M3u8Error}
 */
export function parseDate(text: string, what: string, line: number): number {
  // FFmpeg writes the zone without its colon.
  const ms = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  if (Number.isNaN(ms)) throw unexpected("a date and time", text, what, line);
  return ms;
}

/** The error of a value that is not what the tag or attribute `what` has to have. */
export function unexpected(expected: string, text: string, what: string, line: number): M3u8Error {
  return new M3u8Error(`${what} is not ${expected}: ${JSON.stringify(text.slice(0, 40))}`, line);
}

/** Fields that may be undefined as fields that may be absent. */
export type Defined<T> =
  & { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** The object without the fields that are undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
