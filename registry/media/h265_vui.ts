import { type AspectRatio, aspectRatio } from "./aspect_ratio.ts";
import type { BitReader } from "./bit_reader.ts";

/** What the gateway needs of the video usability information. */
export interface H265Vui {
  readonly fps?: number;
  readonly sampleAspectRatio?: AspectRatio;
  readonly minSpatialSegmentation: number;
}

/** `cpb_cnt_minus1` (E.3.2). */
const MAX_CPB_COUNT = 32;

/** `min_spatial_segmentation_idc` (E.3.1). */
const MAX_SPATIAL_SEGMENTATION = 4095;

/** `vui_parameters`, ITU-T H.265 E.2.1. */
export function readH265Vui(reader: BitReader, maxSubLayersMinus1: number): H265Vui {
  const sampleAspectRatio = reader.bit() ? aspectRatio(reader) : undefined;
  skipVideoSignal(reader);
  reader.skip(3); // neutral_chroma, field_seq, frame_field_info_present
  if (reader.bit()) {
    for (let i = 0; i < 4; i++) reader.ue(); // default display window offsets
  }
  const fps = reader.bit() ? readTiming(reader, maxSubLayersMinus1) : undefined;
  const minSpatialSegmentation = reader.bit() ? readSpatialSegmentation(reader) : 0;
  return {
    ...(fps !== undefined && { fps }),
    ...(sampleAspectRatio !== undefined && { sampleAspectRatio }),
    minSpatialSegmentation,
  };
}

/** From `overscan_info_present_flag` to the chroma sample locations. */
function skipVideoSignal(reader: BitReader): void {
  if (reader.bit()) reader.skip(1); // overscan_appropriate_flag
  if (reader.bit()) {
    reader.skip(4); // video_format, video_full_range_flag
    if (reader.bit()) reader.skip(24); // colour description
  }
  if (reader.bit()) {
    reader.ue(); // chroma_sample_loc_type_top_field
    reader.ue(); // chroma_sample_loc_type_bottom_field
  }
}

/** `vui_timing_info`; a tick is a picture period. */
function readTiming(reader: BitReader, maxSubLayersMinus1: number): number | undefined {
  const unitsInTick = reader.bits(32);
  const timeScale = reader.bits(32);
  if (reader.bit()) reader.ue(); // vui_num_ticks_poc_diff_one_minus1
  if (reader.bit()) skipHrd(reader, maxSubLayersMinus1);
  return unitsInTick > 0 && timeScale > 0 ? timeScale / unitsInTick : undefined;
}

/** The part of `bitstream_restriction` up to `min_spatial_segmentation_idc`. */
function readSpatialSegmentation(reader: BitReader): number {
  reader.skip(3); // tiles_fixed_structure, motion_vectors_over_boundaries, restricted_ref_lists
  return reader.ueMax(MAX_SPATIAL_SEGMENTATION, "min_spatial_segmentation_idc");
}

/** `hrd_parameters( 1, maxSubLayersMinus1 )`, E.2.2. */
function skipHrd(reader: BitReader, maxSubLayersMinus1: number): void {
  const nal = reader.bit();
  const vcl = reader.bit();
  let subPictures = false;
  if (nal || vcl) {
    subPictures = reader.bit();
    if (subPictures) reader.skip(19); // sub-picture delays
    reader.skip(8); // bit_rate_scale, cpb_size_scale
    if (subPictures) reader.skip(4); // cpb_size_du_scale
    reader.skip(15); // delay lengths
  }
  const schedules = Number(nal) + Number(vcl);
  for (let i = 0; i <= maxSubLayersMinus1; i++) skipSubLayerHrd(reader, schedules, subPictures);
}

function skipSubLayerHrd(reader: BitReader, schedules: number, subPictures: boolean): void {
  const fixedGeneral = reader.bit();
  const fixedWithinSequence = fixedGeneral || reader.bit();
  let lowDelay = false;
  if (fixedWithinSequence) reader.ue(); // elemental_duration_in_tc_minus1
  else lowDelay = reader.bit();
  const count = lowDelay ? 1 : 1 + reader.ueMax(MAX_CPB_COUNT - 1, "cpb_cnt_minus1");
  for (let i = 0; i < schedules * count; i++) {
    reader.ue(); // bit_rate_value_minus1
    reader.ue(); // cpb_size_value_minus1
    if (subPictures) {
      reader.ue(); // cpb_size_du_value_minus1
      reader.ue(); // bit_rate_du_value_minus1
    }
    reader.skip(1); // cbr_flag
  }
}
