import { BitReader } from "./bit_reader.ts";
import type { AspectRatio } from "./aspect_ratio.ts";
import { unlessDamaged } from "./errors.ts";
import { type H264Vui, MAX_DPB_FRAMES, readH264Vui } from "./h264_vui.ts";
import { removeEmulationPrevention } from "./nal.ts";

/** What a sequence parameter set says of its pictures (ITU-T H.264 7.3.2.1.1). */
export interface H264Sps {
  readonly profileIdc: number;
  /** `constraint_set0_flag` in bit 7 to `constraint_set5_flag` in bit 2. */
  readonly constraintFlags: number;
  /** Level times ten; 9 stands for level 1b in the High profiles. */
  readonly levelIdc: number;
  /** Of the cropped frame, in luma samples. */
  readonly width: number;
  readonly height: number;
  /** Whether pictures may be fields or macroblock pairs of fields. */
  readonly interlaced: boolean;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  /** Frames that may precede a frame in decoding order and follow it in output order, at most. */
  readonly reorderDepth: number;
  readonly sliceFields: H264SliceFields;
  /** Frames per second. */
  readonly fps?: number;
  readonly sampleAspectRatio?: AspectRatio;
}

/** What the head of a slice is read with, as far as its picture order count (7.3.3). */
export interface H264SliceFields {
  readonly separatePlanes: boolean;
  /** Bits of `frame_num`. */
  readonly frameNumBits: number;
  /** `pic_order_cnt_type`: 0 counts in each slice, 2 has the output in decoding order. */
  readonly pocType: number;
  /** Bits of `pic_order_cnt_lsb`, of type 0. */
  readonly pocLsbBits: number;
}

/** Profiles whose SPS has the chroma format and bit depth fields (7.3.2.1.1). */
const HIGH_PROFILES: ReadonlySet<number> = new Set([
  100,
  110,
  122,
  244,
  44,
  83,
  86,
  118,
  128,
  138,
  139,
  134,
  135,
]);

/** Profiles in which `constraint_set3_flag` means "intra only" (E.2.1, max_num_reorder_frames). */
const INTRA_PROFILES: ReadonlySet<number> = new Set([44, 86, 100, 110, 122, 244]);

const BASELINE = 66;
const CONSTRAINT_SET3 = 0x10;

/** `MaxDpbMbs` by `level_idc`, ITU-T H.264 table A-1. */
const MAX_DPB_MACROBLOCKS: Readonly<Record<number, number>> = {
  9: 396,
  10: 396,
  11: 900,
  12: 2376,
  13: 2376,
  20: 2376,
  21: 4752,
  22: 8100,
  30: 8100,
  31: 18000,
  32: 20480,
  40: 32768,
  41: 32768,
  42: 34816,
  50: 110400,
  51: 184320,
  52: 184320,
  60: 696320,
  61: 696320,
  62: 696320,
};

/** Macroblocks per row or column: what `Sqrt(MaxFS * 8)` of level 6.2 allows is 1055 (A.3.1 f). */
const MAX_MACROBLOCKS_PER_SIDE = 4096;

/** `num_ref_frames_in_pic_order_cnt_cycle` (7.4.2.1.1). */
const MAX_POC_CYCLE = 255;

/** `bit_depth_luma_minus8` and `bit_depth_chroma_minus8` (7.4.2.1.1). */
const MAX_EXTRA_BIT_DEPTH = 6;

/**
 * Reads a sequence parameter set, with its NAL unit header and with emulation prevention.
 *
 * A VUI that cannot be read is left out.
 *
 * @throws {BitstreamError} when it is cut short or breaks a bound of 7.4.2.1.1.
 */
export function parseH264Sps(sps: Uint8Array): H264Sps {
  const reader = new BitReader(removeEmulationPrevention(sps), "H.264 SPS");
  reader.skip(8);
  const profileIdc = reader.bits(8);
  const constraintFlags = reader.bits(8);
  const levelIdc = reader.bits(8);
  reader.ueMax(31, "seq_parameter_set_id");
  const format = readSampleFormat(reader, profileIdc);
  const order = readPictureOrderCount(reader);
  const references = reader.ueMax(MAX_DPB_FRAMES, "max_num_ref_frames");
  reader.skip(1); // gaps_in_frame_num_value_allowed_flag
  const { macroblocks, ...size } = readSize(reader, format);
  // Some cameras cut the VUI short: it costs them what the VUI would say, not the picture size.
  const vuiPresent = reader.bit();
  const { reorderFrames, ...vui }: H264Vui =
    (vuiPresent && unlessDamaged(() => readH264Vui(reader))) || {};
  const level = { profileIdc, constraintFlags, levelIdc };
  const reorderDepth = reorderFrames ??
    inferReorderDepth({ ...level, pocType: order.pocType, references, macroblocks });
  return {
    ...level,
    ...size,
    chromaFormatIdc: format.chromaFormatIdc,
    bitDepthLuma: format.bitDepthLuma,
    bitDepthChroma: format.bitDepthChroma,
    reorderDepth,
    sliceFields: { separatePlanes: format.separatePlanes, ...order },
    ...vui,
  };
}

interface SampleFormat {
  readonly chromaFormatIdc: number;
  readonly separatePlanes: boolean;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
}

function readSampleFormat(reader: BitReader, profileIdc: number): SampleFormat {
  if (!HIGH_PROFILES.has(profileIdc)) {
    return { chromaFormatIdc: 1, separatePlanes: false, bitDepthLuma: 8, bitDepthChroma: 8 };
  }
  const chromaFormatIdc = reader.ueMax(3, "chroma_format_idc");
  const separatePlanes = chromaFormatIdc === 3 && reader.bit();
  const bitDepthLuma = 8 + reader.ueMax(MAX_EXTRA_BIT_DEPTH, "bit_depth_luma_minus8");
  const bitDepthChroma = 8 + reader.ueMax(MAX_EXTRA_BIT_DEPTH, "bit_depth_chroma_minus8");
  reader.skip(1); // qpprime_y_zero_transform_bypass_flag
  if (reader.bit()) skipScalingLists(reader, chromaFormatIdc === 3 ? 12 : 8);
  return { chromaFormatIdc, separatePlanes, bitDepthLuma, bitDepthChroma };
}

/** `seq_scaling_matrix`: six lists of 16 coefficients, then lists of 64 (7.3.2.1.1.1). */
function skipScalingLists(reader: BitReader, lists: number): void {
  for (let list = 0; list < lists; list++) {
    if (!reader.bit()) continue;
    const size = list < 6 ? 16 : 64;
    let last = 8;
    for (let i = 0; i < size; i++) {
      last = (last + reader.se()) & 0xff;
      if (last === 0) break;
    }
  }
}

function readPictureOrderCount(reader: BitReader): Omit<H264SliceFields, "separatePlanes"> {
  const frameNumBits = 4 + reader.ueMax(12, "log2_max_frame_num_minus4");
  const pocType = reader.ueMax(2, "pic_order_cnt_type");
  const pocLsbBits = pocType === 0 ? 4 + reader.ueMax(12, "log2_max_pic_order_cnt_lsb_minus4") : 0;
  const order = { frameNumBits, pocType, pocLsbBits };
  if (pocType !== 1) return order;
  reader.skip(1); // delta_pic_order_always_zero_flag
  reader.se(); // offset_for_non_ref_pic
  reader.se(); // offset_for_top_to_bottom_field
  const cycle = reader.ueMax(MAX_POC_CYCLE, "num_ref_frames_in_pic_order_cnt_cycle");
  for (let i = 0; i < cycle; i++) reader.se();
  return order;
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** In an uncropped frame. */
  readonly macroblocks: number;
}

function readSize(reader: BitReader, format: SampleFormat): Size {
  const columns = 1 + reader.ueMax(MAX_MACROBLOCKS_PER_SIDE - 1, "pic_width_in_mbs_minus1");
  const mapUnits = 1 + reader.ueMax(MAX_MACROBLOCKS_PER_SIDE - 1, "pic_height_in_map_units_minus1");
  const interlaced = !reader.bit();
  const rows = interlaced ? 2 * mapUnits : mapUnits;
  if (interlaced) reader.skip(1); // mb_adaptive_frame_field_flag
  reader.skip(1); // direct_8x8_inference_flag
  const [left, right, top, bottom] = reader.bit()
    ? [reader.ue(), reader.ue(), reader.ue(), reader.ue()] as const
    : [0, 0, 0, 0] as const;
  const [cropX, cropY] = cropUnits(format, interlaced);
  const width = columns * 16 - (left + right) * cropX;
  const height = rows * 16 - (top + bottom) * cropY;
  if (width <= 0 || height <= 0) throw reader.error("cropping leaves no picture");
  return { width, height, interlaced, macroblocks: columns * rows };
}

/** `CropUnitX` and `CropUnitY`, equations 7-19 to 7-22. */
function cropUnits(format: SampleFormat, interlaced: boolean): readonly [number, number] {
  const chroma = format.separatePlanes ? 0 : format.chromaFormatIdc;
  const horizontal = chroma === 1 || chroma === 2 ? 2 : 1;
  const vertical = chroma === 1 ? 2 : 1;
  return [horizontal, interlaced ? 2 * vertical : vertical];
}

interface ReorderClues {
  readonly profileIdc: number;
  readonly constraintFlags: number;
  readonly levelIdc: number;
  readonly pocType: number;
  readonly references: number;
  readonly macroblocks: number;
}

/** `max_num_reorder_frames` where the SPS does not state it: 0, or `MaxDpbFrames` (E.2.1). */
function inferReorderDepth(clues: ReorderClues): number {
  const intraOnly = INTRA_PROFILES.has(clues.profileIdc) &&
    (clues.constraintFlags & CONSTRAINT_SET3) !== 0;
  if (intraOnly || clues.profileIdc === BASELINE || clues.pocType === 2) return 0;
  // In Main and Extended, level 11 with this flag is level 1b (A.3.1).
  const level1b = clues.levelIdc === 11 && !INTRA_PROFILES.has(clues.profileIdc) &&
    (clues.constraintFlags & CONSTRAINT_SET3) !== 0;
  const capacity = MAX_DPB_MACROBLOCKS[level1b ? 9 : clues.levelIdc];
  if (capacity === undefined) return MAX_DPB_FRAMES;
  const frames = Math.max(clues.references, Math.floor(capacity / clues.macroblocks));
  return Math.min(MAX_DPB_FRAMES, frames);
}
