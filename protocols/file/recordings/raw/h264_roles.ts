import { BitReader } from "../../../../registry/media/bit_reader.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import {
  H264_NAL,
  h264NalType,
  type H264Sps,
  isFirstH264Slice,
  isH264Key,
  isH264Slice,
  parseH264Sps,
} from "../../../../registry/media/h264.ts";
import { removeEmulationPrevention } from "../../../../registry/media/nal.ts";
import { unwrap } from "../../../../registry/media/timebase.ts";
import type { NalRole, NalRoles, PictureHead } from "./access_units.ts";

/** Bytes that hold a slice header as far as `pic_order_cnt_lsb`, with room for emulation prevention. */
const SLICE_HEAD_BYTES = 40;

/** Types 14 to 18, of extensions, begin an access unit as parameter sets do (7.4.1.2.3). */
const FIRST_EXTENSION = 14;
const LAST_EXTENSION = 18;

const LEADS: ReadonlySet<number> = new Set([
  H264_NAL.sei,
  H264_NAL.sps,
  H264_NAL.pps,
  H264_NAL.accessUnitDelimiter,
]);

/** What a slice header says of its picture. */
interface Slice {
  readonly isIdr: boolean;
  readonly frameNum: number;
  readonly field: "frame" | "top" | "bottom";
  /** Absent where the output is in decoding order. */
  readonly lsb: number | undefined;
}

/**
 * H.264: pictures by their first slices, which the parameter set that came last tells how to read.
 * `pic_order_cnt_type` 1, which encoders do not use, is taken for decoding order.
 */
export class H264Roles implements NalRoles {
  #sps: H264Sps | undefined;
  #order = 0;
  #last: Slice | undefined;

  roleOf(nal: Uint8Array): NalRole {
    const type = h264NalType(nal);
    if (type === H264_NAL.sps) this.#sps = unlessDamaged(() => parseH264Sps(nal)) ?? this.#sps;
    if (isH264Slice(nal)) return this.#sliceRole(nal, type);
    const isLead = LEADS.has(type) || (type >= FIRST_EXTENSION && type <= LAST_EXTENSION);
    return { type: isLead ? "lead" : "other" };
  }

  #sliceRole(nal: Uint8Array, type: number): NalRole {
    // Partitions B and C go with the A before them.
    const isFirst = type !== H264_NAL.partitionB && type !== H264_NAL.partitionC &&
      isFirstH264Slice(nal);
    const slice = isFirst ? this.#readSlice(nal, type) : undefined;
    return { type: "slice", isFirst, head: slice && this.#headOf(slice) };
  }

  isKey(nals: readonly Uint8Array[]): boolean {
    return isH264Key(nals);
  }

  #headOf(slice: Slice): PictureHead {
    const last = this.#last;
    const isSecondField = last !== undefined && isOpposite(last, slice);
    // A frame has but one pair of fields.
    this.#last = isSecondField ? undefined : slice;
    const isReset = slice.isIdr && !isSecondField;
    const previous = isReset ? 0 : this.#order;
    const bits = this.#sps?.sliceFields.pocLsbBits ?? 0;
    this.#order = slice.lsb === undefined ? previous + 1 : unwrap(slice.lsb, previous, bits);
    return { isReset, order: this.#order, isSecondField };
  }

  #readSlice(nal: Uint8Array, type: number): Slice | undefined {
    const sps = this.#sps;
    return sps && unlessDamaged(() => readSlice(nal, type === H264_NAL.idr, sps));
  }
}

/** The slice header (7.3.3) up to its picture order count. Throws `BitstreamError`. */
function readSlice(
  nal: Uint8Array,
  isIdr: boolean,
  { sliceFields, interlaced }: H264Sps,
): Slice {
  const head = removeEmulationPrevention(nal.subarray(0, SLICE_HEAD_BYTES));
  const reader = new BitReader(head.subarray(1), "H.264 slice header");
  reader.ue(); // first_mb_in_slice
  reader.ue(); // slice_type
  reader.ue(); // pic_parameter_set_id
  if (sliceFields.separatePlanes) reader.skip(2); // colour_plane_id
  const frameNum = reader.bits(sliceFields.frameNumBits);
  const isField = interlaced && reader.bit();
  const field = !isField ? "frame" : reader.bit() ? "bottom" : "top";
  if (isIdr) reader.ue(); // idr_pic_id
  const lsb = sliceFields.pocType === 0 ? reader.bits(sliceFields.pocLsbBits) : undefined;
  return { isIdr, frameNum, field, lsb };
}

/** Whether two fields make one frame. */
function isOpposite(first: Slice, second: Slice): boolean {
  return first.field !== "frame" && second.field !== "frame" && first.field !== second.field &&
    first.frameNum === second.frameNum;
}
