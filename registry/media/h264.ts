/**
 * H.264 access units: NAL unit types, random access, and parameter sets in and out of them. The
 * SPS is read in `h264_sps.ts`, the decoder configuration record in `avcc.ts`.
 *
 * @module
 */

import type { H264Config } from "./codec.ts";
import { unlessDamaged } from "./errors.ts";
import { BitReader } from "./bit_reader.ts";
import { removeEmulationPrevention } from "./nal.ts";
import { partition } from "./partition.ts";

export { type H264Sps, parseH264Sps } from "./h264_sps.ts";
export { type AvcC, parseAvcC, serializeAvcC } from "./avcc.ts";

/** `nal_unit_type`, ITU-T H.264 table 7-1. */
export const H264_NAL = {
  slice: 1,
  partitionA: 2,
  partitionB: 3,
  partitionC: 4,
  idr: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  endOfSequence: 10,
  endOfStream: 11,
  filler: 12,
} as const;

/** Whether a NAL unit carries a picture or a part of one: a slice or a data partition. */
export function isH264Slice(nal: Uint8Array): boolean {
  const type = h264NalType(nal);
  return type >= H264_NAL.slice && type <= H264_NAL.idr;
}

/** Whether a slice is the first of its picture: `first_mb_in_slice` is 0, one bit in `ue(v)`. */
export function isFirstH264Slice(slice: Uint8Array): boolean {
  return ((slice[1] ?? 0) & 0x80) !== 0;
}

/** `payloadType` of a recovery point SEI message, ITU-T H.264 D.1.8. */
const SEI_RECOVERY_POINT = 6;

/** `slice_type` values 2 and 7: I slices (ITU-T H.264 table 7-6). */
const I_SLICES: readonly number[] = [2, 7];

/** `nal_unit_type` of a NAL unit; 0, which is unspecified, for an empty one. */
export function h264NalType(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 0x1f;
}

/**
 * Whether decoding can start at this access unit: it is an IDR picture, or an I picture that a
 * recovery point SEI message announces (open GOPs). A recovery point of gradual intra refresh does
 * not count, since no whole picture is to be had there.
 */
export function isH264Key(nals: readonly Uint8Array[]): boolean {
  if (nals.some((nal) => h264NalType(nal) === H264_NAL.idr)) return true;
  if (!nals.some(hasRecoveryPoint)) return false;
  const slices = nals.filter((nal) => h264NalType(nal) === H264_NAL.slice);
  return slices.length > 0 && slices.every(isIntraSlice);
}

/** Reads as far as the bytes go: a damaged SEI NAL unit announces nothing. */
function hasRecoveryPoint(nal: Uint8Array): boolean {
  if (h264NalType(nal) !== H264_NAL.sei) return false;
  const sei = removeEmulationPrevention(nal);
  let offset = 1;
  while (offset + 2 < sei.length) {
    const type = seiNumber(sei, offset);
    const size = seiNumber(sei, type.end);
    if (type.value === SEI_RECOVERY_POINT) return true;
    offset = size.end + size.value;
  }
  return false;
}

/** A number written as a run of `ff` bytes and a last byte (ITU-T H.264 7.3.2.3.1). */
function seiNumber(sei: Uint8Array, offset: number): { value: number; end: number } {
  let end = offset;
  while (sei[end] === 0xff) end++;
  return { value: (end - offset) * 255 + (sei[end] ?? 0), end: end + 1 };
}

/** Bytes that hold `first_mb_in_slice` and `slice_type` with room for emulation prevention. */
const SLICE_HEAD_BYTES = 12;

function isIntraSlice(nal: Uint8Array): boolean {
  const head = removeEmulationPrevention(nal.subarray(0, SLICE_HEAD_BYTES));
  const reader = new BitReader(head.subarray(1), "H.264 slice header");
  const sliceType = unlessDamaged(() => {
    reader.ue(); // first_mb_in_slice
    return reader.ue();
  });
  return sliceType !== undefined && I_SLICES.includes(sliceType);
}

/** An access unit as `Unit.payload` wants it, and the parameter sets that were in it. */
export interface StrippedH264 {
  readonly payload: readonly Uint8Array[];
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
}

const STRIPPED: ReadonlySet<number> = new Set([
  H264_NAL.sps,
  H264_NAL.pps,
  H264_NAL.accessUnitDelimiter,
]);

/**
 * Takes parameter sets and access unit delimiters out of an access unit. Filler data stays: without
 * it a constant-bit-rate stream no longer conforms to its own HRD parameters (ITU-T H.264 C.2).
 */
export function stripH264(nals: readonly Uint8Array[]): StrippedH264 {
  const { payload, removed } = partition(nals, (nal) => STRIPPED.has(h264NalType(nal)));
  return {
    payload,
    sps: removed.filter((nal) => h264NalType(nal) === H264_NAL.sps),
    pps: removed.filter((nal) => h264NalType(nal) === H264_NAL.pps),
  };
}

/**
 * The codecs parameter of RFC 6381 section 3.3, as in "avc1.64001f"; undefined when the
 * configuration holds no whole SPS.
 */
export function h264CodecString(config: H264Config): string | undefined {
  const sps = config.sps[0];
  if (sps === undefined || sps.length < 4) return undefined;
  return `avc1.${sps.subarray(1, 4).toHex()}`;
}
