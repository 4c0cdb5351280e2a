import type { AspectRatio } from "./aspect_ratio.ts";
import { BitReader } from "./bit_reader.ts";
import { unlessDamaged } from "./errors.ts";
import { type H265Profile, readMaxSubLayersMinus1, readProfileTierLevel } from "./h265_profile.ts";
import { readH265Vui } from "./h265_vui.ts";
import { removeEmulationPrevention } from "./nal.ts";

/** What a sequence parameter set says of its pictures (ITU-T H.265 7.3.2.2). */
export interface H265Sps {
  readonly profile: H265Profile;
  readonly temporalLayers: number;
  readonly temporalIdNesting: boolean;
  /** Of the picture inside the conformance window, in luma samples. */
  readonly width: number;
  readonly height: number;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  /** `sps_max_num_reorder_pics` of the highest temporal sub-layer. */
  readonly reorderDepth: number;
  /** Bits of `slice_pic_order_cnt_lsb`. */
  readonly pocLsbBits: number;
  readonly separatePlanes: boolean;
  /** Pictures per second; of interlaced video fields. */
  readonly fps?: number;
  readonly sampleAspectRatio?: AspectRatio;
  /** `min_spatial_segmentation_idc` (E.2.1); 0 when not stated. */
  readonly minSpatialSegmentation: number;
}

/** `Sqrt( MaxLumaPs * 8 )` of level 6.2 is 16888 (A.4.1); doubled for levels to come. */
const MAX_SIDE = 32768;

/** `sps_max_num_reorder_pics` is below `MaxDpbSize` (A.4.2). */
const MAX_DPB_PICTURES = 16;

/** Above what any profile has (16 bits, A.3.5). */
const MAX_EXTRA_BIT_DEPTH = 8;

/** `num_short_term_ref_pic_sets` and `num_long_term_ref_pics_sps` (7.4.3.2.1). */
const MAX_SHORT_TERM_SETS = 64;
const MAX_LONG_TERM_PICTURES = 32;

/**
 * Reads a sequence parameter set, with its NAL unit header and with emulation prevention. A VUI
 * that cannot be read is left out.
 *
 * @throws {BitstreamError} when it is cut short or breaks a bound of 7.4.3.2.1.
 */
export function parseH265Sps(sps: Uint8Array): H265Sps {
  const reader = new BitReader(removeEmulationPrevention(sps), "H.265 SPS");
  reader.skip(16 + 4); // NAL unit header, sps_video_parameter_set_id
  const maxSubLayersMinus1 = readMaxSubLayersMinus1(reader);
  const temporalIdNesting = reader.bit();
  const profile = readProfileTierLevel(reader, maxSubLayersMinus1);
  reader.ueMax(15, "sps_seq_parameter_set_id");
  const size = readSize(reader);
  const bitDepthLuma = 8 + reader.ueMax(MAX_EXTRA_BIT_DEPTH, "bit_depth_luma_minus8");
  const bitDepthChroma = 8 + reader.ueMax(MAX_EXTRA_BIT_DEPTH, "bit_depth_chroma_minus8");
  const pocLsbBits = 4 + reader.ueMax(12, "log2_max_pic_order_cnt_lsb_minus4");
  const reorderDepth = readReorderDepth(reader, maxSubLayersMinus1);
  skipCodingTools(reader);
  skipReferenceSets(reader, pocLsbBits);
  const vuiPresent = reader.bit();
  const vui = vuiPresent && unlessDamaged(() => readH265Vui(reader, maxSubLayersMinus1));
  return {
    profile,
    temporalLayers: maxSubLayersMinus1 + 1,
    temporalIdNesting,
    ...size,
    bitDepthLuma,
    bitDepthChroma,
    reorderDepth,
    pocLsbBits,
    minSpatialSegmentation: 0,
    ...vui,
  };
}

function readSize(
  reader: BitReader,
): Pick<H265Sps, "width" | "height" | "chromaFormatIdc" | "separatePlanes"> {
  const chromaFormatIdc = reader.ueMax(3, "chroma_format_idc");
  const separatePlanes = chromaFormatIdc === 3 && reader.bit();
  const codedWidth = reader.ueMax(MAX_SIDE, "pic_width_in_luma_samples");
  const codedHeight = reader.ueMax(MAX_SIDE, "pic_height_in_luma_samples");
  const [left, right, top, bottom] = reader.bit()
    ? [reader.ue(), reader.ue(), reader.ue(), reader.ue()] as const
    : [0, 0, 0, 0] as const;
  const chroma = separatePlanes ? 0 : chromaFormatIdc;
  const width = codedWidth - (left + right) * (chroma === 1 || chroma === 2 ? 2 : 1);
  const height = codedHeight - (top + bottom) * (chroma === 1 ? 2 : 1);
  if (width <= 0 || height <= 0) throw reader.error("the conformance window leaves no picture");
  return { width, height, chromaFormatIdc, separatePlanes };
}

/** The entries are for each sub-layer in turn, or for the highest alone. */
function readReorderDepth(reader: BitReader, maxSubLayersMinus1: number): number {
  const entries = reader.bit() ? maxSubLayersMinus1 + 1 : 1;
  let depth = 0;
  for (let i = 0; i < entries; i++) {
    reader.ueMax(MAX_DPB_PICTURES, "sps_max_dec_pic_buffering_minus1");
    depth = reader.ueMax(MAX_DPB_PICTURES, "sps_max_num_reorder_pics");
    reader.ue(); // sps_max_latency_increase_plus1
  }
  return depth;
}

function skipCodingTools(reader: BitReader): void {
  for (let i = 0; i < 6; i++) reader.ue(); // block sizes and transform hierarchy depths
  const scalingListEnabled = reader.bit();
  if (scalingListEnabled && reader.bit()) skipScalingLists(reader);
  reader.skip(2); // amp_enabled_flag, sample_adaptive_offset_enabled_flag
  const pcmEnabled = reader.bit();
  if (!pcmEnabled) return;
  reader.skip(8); // PCM bit depths
  reader.ue(); // log2_min_pcm_luma_coding_block_size_minus3
  reader.ue(); // log2_diff_max_min_pcm_luma_coding_block_size
  reader.skip(1); // pcm_loop_filter_disabled_flag
}

/** `scaling_list_data`, 7.3.4. */
function skipScalingLists(reader: BitReader): void {
  for (let sizeId = 0; sizeId < 4; sizeId++) {
    const coefficients = Math.min(64, 1 << (4 + (sizeId << 1)));
    for (let matrixId = 0; matrixId < 6; matrixId += sizeId === 3 ? 3 : 1) {
      const explicit = reader.bit();
      if (!explicit) {
        reader.ue(); // scaling_list_pred_matrix_id_delta
        continue;
      }
      if (sizeId > 1) reader.se(); // scaling_list_dc_coef_minus8
      for (let i = 0; i < coefficients; i++) reader.se();
    }
  }
}

function skipReferenceSets(reader: BitReader, pocBits: number): void {
  const sets = reader.ueMax(MAX_SHORT_TERM_SETS, "num_short_term_ref_pic_sets");
  let pictures = 0;
  for (let i = 0; i < sets; i++) {
    const predicted = i > 0 && reader.bit();
    pictures = predicted ? skipPredictedSet(reader, pictures) : skipExplicitSet(reader);
  }
  const longTermPresent = reader.bit();
  if (longTermPresent) {
    const count = reader.ueMax(MAX_LONG_TERM_PICTURES, "num_long_term_ref_pics_sps");
    reader.skip(count * (pocBits + 1));
  }
  reader.skip(2); // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
}

/** `st_ref_pic_set` (7.3.7) predicted from one of `pictures` entries; returns its own number. */
function skipPredictedSet(reader: BitReader, pictures: number): number {
  reader.skip(1); // delta_rps_sign
  reader.ue(); // abs_delta_rps_minus1
  let kept = 0;
  for (let i = 0; i <= pictures; i++) {
    const used = reader.bit();
    if (used || reader.bit()) kept++;
  }
  return kept;
}

/** `st_ref_pic_set` (7.3.7) with its pictures listed; returns how many. */
function skipExplicitSet(reader: BitReader): number {
  const negative = reader.ueMax(MAX_DPB_PICTURES, "num_negative_pics");
  const positive = reader.ueMax(MAX_DPB_PICTURES, "num_positive_pics");
  for (let i = 0; i < negative + positive; i++) {
    reader.ue(); // delta_poc_minus1
    reader.skip(1); // used_by_curr_pic_flag
  }
  return negative + positive;
}
