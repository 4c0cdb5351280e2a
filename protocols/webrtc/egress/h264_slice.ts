/**
 * What a slice of H.264 refers to: ITU-T H.264 7.3.3 as far as the modification of reference lists.
 *
 * @module
 */
import { BitReader } from "../../../registry/media/bit_reader.ts";
import type { H264Config } from "../../../registry/media/codec.ts";
import { type H264Sps, parseH264Sps } from "../../../registry/media/h264.ts";
import { removeEmulationPrevention } from "../../../registry/media/nal.ts";

/** Bytes that hold a slice header so far: 32 modifications at most, of a few bytes each. */
const SLICE_HEAD_BYTES = 192;

/** `num_ref_idx_l0_active_minus1` (7.4.3). */
const MAX_ACTIVE = 31;

/** `slice_type` modulo 5 (table 7-6). */
const P = 0;
const SP = 3;

/** What the parameter sets say of slices. */
export interface SliceSyntax {
  readonly sps: H264Sps;
  /** By `pic_parameter_set_id`. */
  readonly pictureSets: ReadonlyMap<number, PictureSet>;
}

/** A picture parameter set as far as slices are read with it (7.3.2.2). */
interface PictureSet {
  readonly hasOrderDelta: boolean;
  /** Length of list 0, unless the slice says another. */
  readonly defaultActive: number;
  readonly hasRedundantCount: boolean;
}

/** What a slice of one picture predicts from. */
export interface SliceReferences {
  readonly frameNum: number;
  /** `frame_num` of the first in list 0, where the slice says them, and how many more there are. */
  readonly explicit: readonly number[];
  readonly others: number;
}

/** @throws {BitstreamError} damaged, or of a kind that is not read. */
export function readSyntax({ sps, pps }: H264Config): SliceSyntax {
  const [first] = sps;
  if (first === undefined) {
    throw new BitReader(new Uint8Array(0), "H.264 SPS").error("there is none");
  }
  return { sps: parseH264Sps(first), pictureSets: new Map(pps.map(readPictureSet)) };
}

function readPictureSet(pps: Uint8Array): readonly [number, PictureSet] {
  const reader = new BitReader(removeEmulationPrevention(pps).subarray(1), "H.264 PPS");
  const id = reader.ue();
  reader.ue(); // seq_parameter_set_id
  reader.skip(1); // entropy_coding_mode_flag
  const hasOrderDelta = reader.bit();
  if (reader.ue() > 0) throw reader.error("slice groups are not read");
  const defaultActive = 1 + reader.ueMax(MAX_ACTIVE, "num_ref_idx_l0_default_active_minus1");
  reader.ue(); // num_ref_idx_l1_default_active_minus1
  reader.skip(3); // weighted_pred_flag, weighted_bipred_idc
  reader.se(); // pic_init_qp_minus26
  reader.se(); // pic_init_qs_minus26
  reader.se(); // chroma_qp_index_offset
  reader.skip(2); // deblocking_filter_control_present_flag, constrained_intra_pred_flag
  return [id, { hasOrderDelta, defaultActive, hasRedundantCount: reader.bit() }];
}

/**
 * What a slice that is no IDR slice predicts from. Only P slices tell; others are in no place where it
 * would matter.
 *
 * @throws {BitstreamError} damaged, or of a kind that is not read: fields, picture order counts of type 1.
 */
export function readReferences(nal: Uint8Array, syntax: SliceSyntax): SliceReferences {
  const { sps: { sliceFields, interlaced }, pictureSets } = syntax;
  const head = removeEmulationPrevention(nal.subarray(0, SLICE_HEAD_BYTES));
  const reader = new BitReader(head.subarray(1), "H.264 slice header");
  reader.ue(); // first_mb_in_slice
  const type = reader.ue() % 5;
  const set = pictureSets.get(reader.ue());
  if (set === undefined) throw reader.error("its picture parameter set is missing");
  if (sliceFields.separatePlanes) reader.skip(2); // colour_plane_id
  const frameNum = reader.bits(sliceFields.frameNumBits);
  if (interlaced && reader.bit()) throw reader.error("fields are not read");
  if (sliceFields.pocType === 1) throw reader.error("pic_order_cnt_type 1 is not read");
  if (sliceFields.pocType === 0) {
    reader.skip(sliceFields.pocLsbBits);
    if (set.hasOrderDelta) reader.se();
  }
  if (set.hasRedundantCount) reader.ue();
  if (type !== P && type !== SP) return { frameNum, explicit: [], others: 0 };
  const active = reader.bit()
    ? 1 + reader.ueMax(MAX_ACTIVE, "num_ref_idx_l0_active_minus1")
    : set.defaultActive;
  const { explicit, count } = readModifications(reader, frameNum, 2 ** sliceFields.frameNumBits);
  return { frameNum, explicit, others: Math.max(0, active - count) };
}

/** `ref_pic_list_modification` (7.3.3.1, 8.2.4.3); long-term references are counted only. */
function readModifications(reader: BitReader, frameNum: number, span: number) {
  const explicit: number[] = [];
  let count = 0;
  let predicted = frameNum;
  for (let more = reader.bit(); more;) {
    const operation = reader.ueMax(3, "modification_of_pic_nums_idc");
    more = operation !== 3;
    if (!more) break;
    if (++count > MAX_ACTIVE + 1) throw reader.error("there are too many modifications");
    const value = reader.ue();
    if (operation === 2) continue;
    const difference = operation === 0 ? -(value + 1) : value + 1;
    predicted = (((predicted + difference) % span) + span) % span;
    explicit.push(predicted);
  }
  return { explicit, count };
}
