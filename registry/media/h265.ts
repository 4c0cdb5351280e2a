/**
 * H.265 access units: NAL unit types, random access, and parameter sets in and out of them. The
 * SPS is read in `h265_sps.ts`, the decoder configuration record in `hvcc.ts`.
 *
 * @module
 */

import type { H265Config } from "./codec.ts";
import { unlessDamaged } from "./errors.ts";
import { parseH265Sps } from "./h265_sps.ts";
import { partition } from "./partition.ts";

export { type H265Profile, type H265Vps, parseH265Vps } from "./h265_profile.ts";
export { type H265Sps, parseH265Sps } from "./h265_sps.ts";
export { type HvcC, type HvcCOptions, parseHvcC, serializeHvcC } from "./hvcc.ts";

/** `nal_unit_type`, ITU-T H.265 table 7-1. */
export const H265_NAL = {
  blaWLp: 16,
  idrWRadl: 19,
  idrNLp: 20,
  cra: 21,
  vps: 32,
  sps: 33,
  pps: 34,
  accessUnitDelimiter: 35,
  endOfSequence: 36,
  endOfBitstream: 37,
  filler: 38,
  prefixSei: 39,
  suffixSei: 40,
} as const;

/** `nal_unit_type` of a NAL unit; 63, which is unspecified, for an empty one. */
export function h265NalType(nal: Uint8Array): number {
  return (nal[0] ?? 0xff) >> 1 & 0x3f;
}

/** Whether a NAL unit carries a picture or a part of one: it is in the VCL range of types. */
export function isH265Slice(nal: Uint8Array): boolean {
  return h265NalType(nal) < H265_NAL.vps;
}

/** Whether a slice segment says that it is the first of its picture (7.3.6.1). */
export function isFirstH265Slice(slice: Uint8Array): boolean {
  return ((slice[2] ?? 0) & 0x80) !== 0;
}

/** Whether decoding can start at this access unit: it holds an IRAP picture (BLA, IDR or CRA). */
export function isH265Key(nals: readonly Uint8Array[]): boolean {
  return nals.some((nal) => {
    const type = h265NalType(nal);
    return type >= H265_NAL.blaWLp && type <= H265_NAL.cra;
  });
}

/** An access unit as `Unit.payload` wants it, and the parameter sets that were in it. */
export interface StrippedH265 {
  readonly payload: readonly Uint8Array[];
  readonly vps: readonly Uint8Array[];
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
}

/**
 * Takes parameter sets and access unit delimiters out of an access unit. Filler data stays, as in
 * H.264: HRD conformance counts it (ITU-T H.265 C.4).
 */
export function stripH265(nals: readonly Uint8Array[]): StrippedH265 {
  const { payload, removed } = partition(nals, (nal) => {
    const type = h265NalType(nal);
    return type >= H265_NAL.vps && type <= H265_NAL.accessUnitDelimiter;
  });
  const ofType = (type: number) => removed.filter((nal) => h265NalType(nal) === type);
  return {
    payload,
    vps: ofType(H265_NAL.vps),
    sps: ofType(H265_NAL.sps),
    pps: ofType(H265_NAL.pps),
  };
}

const PROFILE_SPACES = ["", "A", "B", "C"] as const;

/**
 * The codecs parameter of ISO/IEC 14496-15 E.3, as in "hvc1.1.6.L93.90"; undefined when the
 * configuration holds no SPS that can be read.
 */
export function h265CodecString(config: H265Config): string | undefined {
  const bytes = config.sps[0];
  const sps = bytes && unlessDamaged(() => parseH265Sps(bytes));
  if (sps === undefined) return undefined;
  const { profileSpace, profileIdc, compatibilityFlags, constraintFlags } = sps.profile;
  const profile = `${PROFILE_SPACES[profileSpace] ?? ""}${profileIdc}`;
  const compatibility = reverseBits(compatibilityFlags).toString(16).toUpperCase();
  const level = `${sps.profile.highTier ? "H" : "L"}${sps.profile.levelIdc}`;
  const used = constraintFlags.findLastIndex((byte) => byte !== 0) + 1;
  const constraints = constraintFlags.slice(0, used).map((byte) => byte.toString(16).toUpperCase());
  return ["hvc1", profile, compatibility, level, ...constraints].join(".");
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let i = 0; i < 32; i++) reversed = reversed * 2 + (value >>> i & 1);
  return reversed;
}
