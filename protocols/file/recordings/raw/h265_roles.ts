import { BitReader } from "../../../../registry/media/bit_reader.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import {
  H265_NAL,
  h265NalType,
  type H265Sps,
  isFirstH265Slice,
  isH265Key,
  isH265Slice,
  parseH265Sps,
} from "../../../../registry/media/h265.ts";
import { removeEmulationPrevention } from "../../../../registry/media/nal.ts";
import { unwrap } from "../../../../registry/media/timebase.ts";
import type { NalRole, NalRoles, PictureHead } from "./access_units.ts";

/** Bytes that hold a slice segment header as far as its picture order count. */
const SLICE_HEAD_BYTES = 40;

/** Reserved and unspecified types that begin an access unit (7.4.2.4.4). */
const LEAD_RANGES = [[41, 44], [48, 55]] as const;

const LEADS: ReadonlySet<number> = new Set([
  H265_NAL.vps,
  H265_NAL.sps,
  H265_NAL.pps,
  H265_NAL.accessUnitDelimiter,
  H265_NAL.prefixSei,
]);

/** IRAP types, reserved ones included (7.4.2.2). */
const LAST_IRAP = 23;

/** What a slice segment header is read with. */
interface PictureParameters {
  readonly hasOutputFlag: boolean;
  readonly extraBits: number;
}

/** H.265: pictures by their first slices, which the parameter sets that came last tell how to read. */
export class H265Roles implements NalRoles {
  #sps: H265Sps | undefined;
  #pps: PictureParameters | undefined;
  #order = 0;
  #isAfterEnd = true;

  roleOf(nal: Uint8Array): NalRole {
    const type = h265NalType(nal);
    if (type === H265_NAL.sps) this.#sps = unlessDamaged(() => parseH265Sps(nal)) ?? this.#sps;
    if (type === H265_NAL.pps) this.#pps = unlessDamaged(() => readPps(nal)) ?? this.#pps;
    if (type === H265_NAL.endOfSequence) this.#isAfterEnd = true;
    if (isH265Slice(nal)) return this.#sliceRole(nal, type);
    const isLead = LEADS.has(type) ||
      LEAD_RANGES.some(([first, last]) => type >= first && type <= last);
    return { type: isLead ? "lead" : "other" };
  }

  #sliceRole(nal: Uint8Array, type: number): NalRole {
    const isFirst = isFirstH265Slice(nal) && layerOf(nal) === 0;
    return { type: "slice", isFirst, head: isFirst ? this.#headOf(nal, type) : undefined };
  }

  isKey(nals: readonly Uint8Array[]): boolean {
    return isH265Key(nals);
  }

  #headOf(nal: Uint8Array, type: number): PictureHead | undefined {
    const [sps, pps] = [this.#sps, this.#pps];
    const lsb = sps && pps && unlessDamaged(() => readOrder(nal, type, sps, pps));
    if (sps === undefined || lsb === undefined) return undefined;
    const isCra = type === H265_NAL.cra;
    const isReset = isIrap(type) && (!isCra || this.#isAfterEnd);
    this.#isAfterEnd = false;
    this.#order = isReset ? lsb : unwrap(lsb, this.#order, sps.pocLsbBits);
    return { isReset, order: this.#order, isSecondField: false };
  }
}

function isIrap(type: number): boolean {
  return type >= H265_NAL.blaWLp && type <= LAST_IRAP;
}

/** `nuh_layer_id`: pictures of other layers than 0 go with that of layer 0. */
function layerOf(nal: Uint8Array): number {
  return ((nal[0] ?? 0) & 1) << 5 | (nal[1] ?? 0) >> 3;
}

/** As much of a PPS (7.3.2.3) as slices need. Throws `BitstreamError`. */
function readPps(nal: Uint8Array): PictureParameters {
  const reader = new BitReader(removeEmulationPrevention(nal), "H.265 PPS");
  reader.skip(16); // NAL unit header
  reader.ue(); // pps_pic_parameter_set_id
  reader.ue(); // pps_seq_parameter_set_id
  reader.skip(1); // dependent_slice_segments_enabled_flag
  return { hasOutputFlag: reader.bit(), extraBits: reader.bits(3) };
}

/** `slice_pic_order_cnt_lsb` of a first slice segment (7.3.6.1); 0 in an IDR picture. */
function readOrder(nal: Uint8Array, type: number, sps: H265Sps, pps: PictureParameters): number {
  if (type === H265_NAL.idrWRadl || type === H265_NAL.idrNLp) return 0;
  const head = removeEmulationPrevention(nal.subarray(0, SLICE_HEAD_BYTES));
  const reader = new BitReader(head, "H.265 slice segment header");
  reader.skip(16 + 1); // NAL unit header, first_slice_segment_in_pic_flag
  if (isIrap(type)) reader.skip(1); // no_output_of_prior_pics_flag
  reader.ue(); // slice_pic_parameter_set_id
  reader.skip(pps.extraBits);
  reader.ue(); // slice_type
  if (pps.hasOutputFlag) reader.skip(1); // pic_output_flag
  if (sps.separatePlanes) reader.skip(2); // colour_plane_id
  return reader.bits(sps.pocLsbBits);
}
