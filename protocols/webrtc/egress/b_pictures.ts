/**
 * Pictures that are shown before one that is decoded earlier. WebRTC has no decoding times: browsers show
 * pictures in the order in which they come, so that those which no other picture needs are left out.
 *
 * @module
 */
import { isH264Slice } from "../../../registry/media/h264.ts";
import { h265NalType, isH265Slice } from "../../../registry/media/h265.ts";
import type { Unit } from "../../../registry/media/unit.ts";

/** What is to be done with a picture. */
export type PictureVerdict = "in order" | "disposable B-picture" | "needed B-picture";

/** Whether pictures to come may refer to one of these NAL units. */
type IsReferred = (payload: readonly Uint8Array[]) => boolean;

const REFERENCE_BITS = 0x60;

/** RADL_N, RADL_R, RASL_N and RASL_R: leading pictures, ITU-T H.265 table 7-1. */
const LEADING = { first: 6, last: 9 } as const;

/** Up to here, types of even number are of pictures that none of their own sub-layer refers to. */
const LAST_NON_REFERENCE = 14;

/** Codecs that may have B-pictures as units of their own. */
const IS_REFERRED: Readonly<Partial<Record<string, () => IsReferred>>> = {
  h264: () => (payload) =>
    payload.some((nal) => isH264Slice(nal) && ((nal[0] ?? 0) & REFERENCE_BITS) !== 0),
  h265: () => {
    let highestLayer = 0;
    return (payload) => {
      const slice = payload.find(isH265Slice);
      if (slice === undefined) return true;
      const type = h265NalType(slice);
      const layer = (slice[1] ?? 0) & 7; // nuh_temporal_id_plus1
      highestLayer = Math.max(highestLayer, layer);
      // Only other leading pictures refer to them, and those are all B-pictures.
      if (type >= LEADING.first && type <= LEADING.last) return false;
      // Pictures of a higher sub-layer may refer to one that is none for its own (section 3.142).
      return type > LAST_NON_REFERENCE || type % 2 === 1 || layer < highestLayer;
    };
  },
};

/** Tells the B-pictures of one track, which comes in decoding order. */
export class BPictures {
  readonly #isReferred: IsReferred | undefined;
  /** Latest presentation time since the last key picture, in ticks. */
  #latest = -Infinity;

  constructor(codec: string) {
    this.#isReferred = IS_REFERRED[codec]?.();
  }

  judge({ pts, isKey, payload }: Unit): PictureVerdict {
    // Also where no B-picture is: it follows the sub-layers.
    const isReferred = this.#isReferred?.(payload) ?? true;
    if (isKey || pts > this.#latest) {
      this.#latest = pts;
      return "in order";
    }
    return isReferred ? "needed B-picture" : "disposable B-picture";
  }
}
