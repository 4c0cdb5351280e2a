/**
 * Pictures that are shown before one that is decoded earlier: B-pictures. WebRTC has no decoding times,
 * and browsers set decoders so that they show each picture at once: Chromium takes one that is shown out
 * of order for a failure of the decoder, and waits for the next key picture.
 *
 * Nor can a B-picture of H.264 ride in one frame with the next picture that is shown: FFmpeg, which
 * decodes in Chromium, refuses the second picture of a packet. Without it, what refers to it is garbage:
 * 20 to 25 dB after a second, and less until the next key picture.
 *
 * @module
 */
import { h265NalType, isH265Slice } from "../../../registry/media/h265.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { H264References, isH264Reference } from "./h264_references.ts";

/** What is to be done with a picture. */
export type PictureVerdict =
  /** Sent. */
  | "in order"
  /** Left out, and nothing else is lost. */
  | "B-picture"
  /** Left out since it cannot be decoded without a B-picture. */
  | "needs B-pictures"
  /** Sent, since there is no telling what needs it. */
  | "needed B-picture";

/** Knowledge of one codec, about one track. */
interface References {
  restart(): void;
  /** Sees every picture. */
  judge(unit: Unit, isB: boolean): PictureVerdict;
}

class H264Pictures implements References {
  readonly #references = new H264References();

  restart(): void {
    this.#references.restart();
  }

  judge(unit: Unit, isB: boolean): PictureVerdict {
    if (!isB) return this.#references.isDecodable(unit) ? "in order" : "needs B-pictures";
    if (isH264Reference(unit.payload)) this.#references.leaveOut(unit);
    return "B-picture";
  }
}

/** RADL_N, RADL_R, RASL_N and RASL_R: leading pictures, ITU-T H.265 table 7-1. */
const LEADING = { first: 6, last: 9 } as const;

/** Up to here, types of even number are of pictures that none of their own sub-layer refers to. */
const LAST_NON_REFERENCE = 14;

class H265Pictures implements References {
  #highestLayer = 0;

  restart(): void {}

  judge({ payload }: Unit, isB: boolean): PictureVerdict {
    const slice = payload.find(isH265Slice) ?? new Uint8Array(0);
    const type = h265NalType(slice);
    const layer = (slice[1] ?? 0) & 7; // nuh_temporal_id_plus1
    this.#highestLayer = Math.max(this.#highestLayer, layer);
    if (!isB) return "in order";
    // Only other leading pictures refer to them, and those are all B-pictures.
    if (type >= LEADING.first && type <= LEADING.last) return "B-picture";
    // Pictures of a higher sub-layer may refer to one that is none for its own (section 3.142).
    const isReferred = type > LAST_NON_REFERENCE || type % 2 === 1 || layer < this.#highestLayer;
    return isReferred ? "needed B-picture" : "B-picture";
  }
}

/** Codecs that have B-pictures as units of their own. */
const PICTURES: Readonly<Partial<Record<string, () => References>>> = {
  h264: () => new H264Pictures(),
  h265: () => new H265Pictures(),
};

/** Judges the pictures of one track, which come in decoding order. */
export class PictureFilter {
  readonly #references: References | undefined;
  /** Latest presentation time since the last key picture, in ticks. */
  #latest = -Infinity;

  constructor(codec: string) {
    this.#references = PICTURES[codec]?.();
  }

  judge(unit: Unit): PictureVerdict {
    const { pts, isKey } = unit;
    const isB = !isKey && pts < this.#latest;
    if (isKey) this.#references?.restart();
    if (!isB) this.#latest = pts;
    return this.#references?.judge(unit, isB) ?? "in order";
  }
}
