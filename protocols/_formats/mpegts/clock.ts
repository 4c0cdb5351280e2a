/**
 * The clock of a transport stream: 33 bits of 90 kHz, on the wire in PTS, DTS and PCR
 * (ISO/IEC 13818-1 2.4.2.2 and 2.4.3.7).
 *
 * @module
 */

/** Ticks per second of PTS, DTS and the base of the PCR. */
export const TS_TIMESCALE = 90_000;

/** Bits of a timestamp, which wraps after 26.5 hours. */
export const TIMESTAMP_BITS = 33;

const TIMESTAMP_SPAN = 2 ** TIMESTAMP_BITS;

/** Bytes of a PTS or DTS in a PES header. */
export const TIMESTAMP_SIZE = 5;

/** Bytes of a PCR. */
export const PCR_SIZE = 6;

/** What stands before a PTS and a DTS (2.4.3.6, table 2-21). */
export const TIMESTAMP_PREFIX = { ptsAlone: 2, pts: 3, dts: 1 } as const;

/** Any integer tick as the wire has it: modulo 2^33. */
function wrapTimestamp(ticks: number): number {
  return ((ticks % TIMESTAMP_SPAN) + TIMESTAMP_SPAN) % TIMESTAMP_SPAN;
}

/** Writes the five bytes of a PTS or DTS at `offset`; `ticks` is any integer. */
export function writeTimestamp(
  target: Uint8Array,
  offset: number,
  ticks: number,
  prefix: number,
): void {
  const value = wrapTimestamp(ticks);
  const high = Math.floor(value / 2 ** 30);
  const low = value % 2 ** 30;
  target[offset] = prefix << 4 | high << 1 | 1;
  target[offset + 1] = low >>> 22;
  target[offset + 2] = low >>> 14 & 0xfe | 1;
  target[offset + 3] = low >>> 7;
  target[offset + 4] = low << 1 & 0xfe | 1;
}

/**
 * Reads the five bytes of a PTS or DTS at `offset`, which must be there. The prefix and the marker
 * bits are not looked at: muxers in the field get them wrong and the time right.
 */
export function readTimestamp(data: Uint8Array, offset: number): number {
  const at = (i: number) => data[offset + i] ?? 0;
  return (at(0) >> 1 & 7) * 2 ** 30 +
    (at(1) << 22 | (at(2) & 0xfe) << 14 | at(3) << 7 | at(4) >> 1);
}

/** Writes the six bytes of a PCR without extension at `offset`; `ticks` is any integer of 90 kHz. */
export function writePcr(target: Uint8Array, offset: number, ticks: number): void {
  const value = wrapTimestamp(ticks);
  const high = Math.floor(value / 2);
  target[offset] = high >>> 24;
  target[offset + 1] = high >>> 16;
  target[offset + 2] = high >>> 8;
  target[offset + 3] = high;
  target[offset + 4] = value % 2 << 7 | 0x7e;
  target[offset + 5] = 0;
}
