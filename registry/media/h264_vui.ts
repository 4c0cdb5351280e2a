import { type AspectRatio, aspectRatio } from "./aspect_ratio.ts";
import type { BitReader } from "./bit_reader.ts";

/** Frames in any decoded picture buffer (A.3.1 h). */
export const MAX_DPB_FRAMES = 16;

/** What the gateway needs of the video usability information. */
export interface H264Vui {
  /** Frames per second. */
  readonly fps?: number;
  readonly sampleAspectRatio?: AspectRatio;
  /** `max_num_reorder_frames`, where `bitstream_restriction` states it. */
  readonly reorderFrames?: number;
}

/** `vui_parameters`, ITU-T H.264 E.1.1. */
export function readH264Vui(reader: BitReader): H264Vui {
  const sampleAspectRatio = reader.bit() ? aspectRatio(reader) : undefined;
  if (reader.bit()) reader.skip(1); // overscan_appropriate_flag
  if (reader.bit()) {
    reader.skip(4); // video_format, video_full_range_flag
    if (reader.bit()) reader.skip(24); // colour description
  }
  if (reader.bit()) {
    reader.ue(); // chroma_sample_loc_type_top_field
    reader.ue(); // chroma_sample_loc_type_bottom_field
  }
  const fps = reader.bit() ? readFrameRate(reader) : undefined;
  const nalHrd = reader.bit();
  if (nalHrd) skipHrd(reader);
  const vclHrd = reader.bit();
  if (vclHrd) skipHrd(reader);
  if (nalHrd || vclHrd) reader.skip(1); // low_delay_hrd_flag
  reader.skip(1); // pic_struct_present_flag
  const reorderFrames = reader.bit() ? readReorderFrames(reader) : undefined;
  return {
    ...(fps !== undefined && { fps }),
    ...(sampleAspectRatio !== undefined && { sampleAspectRatio }),
    ...(reorderFrames !== undefined && { reorderFrames }),
  };
}

/** A tick is a field period (E.2.1), hence two of them per frame. */
function readFrameRate(reader: BitReader): number | undefined {
  const unitsInTick = reader.bits(32);
  const timeScale = reader.bits(32);
  reader.skip(1); // fixed_frame_rate_flag
  return unitsInTick > 0 && timeScale > 0 ? timeScale / (2 * unitsInTick) : undefined;
}

/** `hrd_parameters`, E.1.2. */
function skipHrd(reader: BitReader): void {
  const count = 1 + reader.ueMax(31, "cpb_cnt_minus1");
  reader.skip(8); // bit_rate_scale, cpb_size_scale
  for (let i = 0; i < count; i++) {
    reader.ue(); // bit_rate_value_minus1
    reader.ue(); // cpb_size_value_minus1
    reader.skip(1); // cbr_flag
  }
  reader.skip(20); // three delay lengths, time_offset_length
}

/** The part of `bitstream_restriction` up to `max_num_reorder_frames`. */
function readReorderFrames(reader: BitReader): number {
  reader.skip(1); // motion_vectors_over_pic_boundaries_flag
  for (let i = 0; i < 4; i++) reader.ue(); // size denominators, vector lengths
  return reader.ueMax(MAX_DPB_FRAMES, "max_num_reorder_frames");
}
