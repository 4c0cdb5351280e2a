/** The time at which a frame was sent, as text inside the frame: servers rewrite timestamps. */

const MARK = "SLUICE-BENCH:";
const DIGITS = 15;
const MARK_BYTES = new TextEncoder().encode(MARK);

/** Bytes of a stamp. No byte of it is 0, so that it looks like no start code to anybody. */
export const STAMP_SIZE = MARK.length + DIGITS;

/** Writes `ms`, in microseconds, at `offset`. */
export function writeStamp(target: Uint8Array, offset: number, ms: number): void {
  const text = MARK + Math.round(ms * 1000).toString().padStart(DIGITS, "0");
  new TextEncoder().encodeInto(text, target.subarray(offset, offset + STAMP_SIZE));
}

/** The milliseconds that stand at `offset`, or `undefined` where there is no stamp. */
export function readStamp(bytes: Uint8Array, offset: number): number | undefined {
  if (bytes.byteLength < offset + STAMP_SIZE) return undefined;
  if (MARK_BYTES.some((byte, at) => bytes[offset + at] !== byte)) return undefined;
  const digits = bytes.subarray(offset + MARK.length, offset + STAMP_SIZE);
  return Number(new TextDecoder().decode(digits)) / 1000;
}
