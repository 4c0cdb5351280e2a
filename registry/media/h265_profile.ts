import { BitReader } from "./bit_reader.ts";
import { removeEmulationPrevention } from "./nal.ts";

/** The general part of `profile_tier_level`, ITU-T H.265 7.3.3. */
export interface H265Profile {
  readonly profileSpace: number;
  readonly highTier: boolean;
  readonly profileIdc: number;
  /** `general_profile_compatibility_flag[0]` in the most significant of 32 bits. */
  readonly compatibilityFlags: number;
  /** The 48 bits from `general_progressive_source_flag` on, in six bytes. */
  readonly constraintFlags: readonly number[];
  /** Level times thirty. */
  readonly levelIdc: number;
}

const SUB_LAYER_PROFILE_BITS = 88;
const SUB_LAYER_LEVEL_BITS = 8;

/** `profile_tier_level( 1, maxSubLayersMinus1 )`. */
export function readProfileTierLevel(reader: BitReader, maxSubLayersMinus1: number): H265Profile {
  const profile: H265Profile = {
    profileSpace: reader.bits(2),
    highTier: reader.bit(),
    profileIdc: reader.bits(5),
    compatibilityFlags: reader.bits(32),
    constraintFlags: Array.from({ length: 6 }, () => reader.bits(8)),
    levelIdc: reader.bits(8),
  };
  if (maxSubLayersMinus1 > 0) skipSubLayers(reader, maxSubLayersMinus1);
  return profile;
}

/** The presence flags always stand for eight sub-layers, the unused ones as reserved bits. */
function skipSubLayers(reader: BitReader, count: number): void {
  let bits = 0;
  for (let i = 0; i < count; i++) {
    if (reader.bit()) bits += SUB_LAYER_PROFILE_BITS;
    if (reader.bit()) bits += SUB_LAYER_LEVEL_BITS;
  }
  reader.skip(2 * (8 - count) + bits);
}

/** `*_max_sub_layers_minus1` (7.4.3.1). */
export function readMaxSubLayersMinus1(reader: BitReader): number {
  const value = reader.bits(3);
  if (value > 6) throw reader.error("max_sub_layers_minus1 is 7, more than 6");
  return value;
}

/** What the gateway needs of a video parameter set (ITU-T H.265 7.3.2.1). */
export interface H265Vps {
  readonly id: number;
  readonly temporalLayers: number;
  readonly temporalIdNesting: boolean;
  readonly profile: H265Profile;
}

/**
 * Reads a video parameter set as far as its profile, with its NAL unit header and with emulation
 * prevention.
 *
 * @throws {BitstreamError} when it is cut short.
 */
export function parseH265Vps(vps: Uint8Array): H265Vps {
  const reader = new BitReader(removeEmulationPrevention(vps), "H.265 VPS");
  reader.skip(16);
  const id = reader.bits(4);
  reader.skip(8); // base layer flags, vps_max_layers_minus1
  const maxSubLayersMinus1 = readMaxSubLayersMinus1(reader);
  const temporalIdNesting = reader.bit();
  reader.skip(16); // vps_reserved_0xffff_16bits
  const profile = readProfileTierLevel(reader, maxSubLayersMinus1);
  return { id, temporalLayers: maxSubLayersMinus1 + 1, temporalIdNesting, profile };
}
