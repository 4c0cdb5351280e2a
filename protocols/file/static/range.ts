/**
 * Range requests: RFC 9110, section 14.
 *
 * @module
 */

/** A part of a file: `length` bytes from `offset`. Never empty. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What a Range header asks of a file. */
export type RangeRequest =
  /** All of it: there is no header, or none that has to be obeyed. */
  | { readonly type: "whole" }
  /** One part or several, in the order in which they were asked for. */
  | { readonly type: "parts"; readonly ranges: readonly ByteRange[] }
  /** Nothing that it has: 416. */
  | { readonly type: "unsatisfiable" };

/** More is no player's way to read a file, but a way to make one answer out of very many. */
export const MAX_RANGES = 64;

const UNIT = /^bytes=/i;
const SPEC = /^[ \t]*(\d*)[ \t]*-[ \t]*(\d*)[ \t]*$/;

const WHOLE: RangeRequest = { type: "whole" };
const UNSATISFIABLE: RangeRequest = { type: "unsatisfiable" };

/**
 * Reads a Range header, for a file of `size` bytes. Of several ranges, those outside of the file are
 * left out; ranges that are together longer than the file are not obeyed, and neither are too many.
 */
export function parseRange(header: string | undefined, size: number): RangeRequest {
  // Units other than bytes are for others to understand (section 14.2).
  if (header === undefined || !UNIT.test(header)) return WHOLE;
  const specs = header.replace(UNIT, "").split(",");
  if (specs.length > MAX_RANGES) return WHOLE;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = parseSpec(spec, size);
    if (range === "invalid") return UNSATISFIABLE;
    if (range !== undefined) ranges.push(range);
  }
  if (ranges.length === 0) return UNSATISFIABLE;
  const total = ranges.reduce((sum, { length }) => sum + length, 0);
  return total > size ? WHOLE : { type: "parts", ranges };
}

/** `undefined` for a range outside of the file, or for an empty one. */
function parseSpec(spec: string, size: number): ByteRange | "invalid" | undefined {
  const [, first = "", last = ""] = SPEC.exec(spec) ?? [];
  if (first === "") return last === "" ? "invalid" : suffixRange(Number(last), size);
  const offset = Number(first);
  const end = last === "" ? size : Number(last) + 1;
  if (end <= offset && last !== "") return "invalid";
  return rangeBetween(offset, Math.min(end, size));
}

function suffixRange(length: number, size: number): ByteRange | undefined {
  return rangeBetween(Math.max(0, size - length), size);
}

function rangeBetween(offset: number, end: number): ByteRange | undefined {
  return offset < end ? { offset, length: end - offset } : undefined;
}

/** `Content-Range` of a part (section 14.4). */
export function contentRange({ offset, length }: ByteRange, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`;
}

/** `Content-Range` of a 416. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}
