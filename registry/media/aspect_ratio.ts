import type { BitReader } from "./bit_reader.ts";

/** Width of a sample to its height. */
export type AspectRatio = readonly [width: number, height: number];

const EXTENDED_SAR = 255;

/** `aspect_ratio_idc` 1 to 16: table E-1 of ITU-T H.264 and of ITU-T H.265 alike. */
const ASPECT_RATIOS: readonly AspectRatio[] = [
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];

/** Reads `aspect_ratio_idc` and what may follow it; undefined for unspecified and reserved ones. */
export function aspectRatio(reader: BitReader): AspectRatio | undefined {
  const idc = reader.bits(8);
  if (idc !== EXTENDED_SAR) return ASPECT_RATIOS[idc - 1];
  const width = reader.bits(16);
  const height = reader.bits(16);
  return width > 0 && height > 0 ? [width, height] : undefined;
}
