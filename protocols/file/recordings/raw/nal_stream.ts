import { BitstreamError } from "../../../../registry/media/errors.ts";
import { findStartCode, trimmedEnd } from "../../../../registry/media/nal.ts";
import { Accumulator } from "../../../_formats/demux/accumulator.ts";

/** Largest NAL unit: above any picture that levels allow at usual qualities, and what is ever held. */
export const MAX_NAL_BYTES = 16 << 20;

/** Bytes of the start code that counts; a zero before it belongs to nobody. */
const START_CODE_BYTES = 3;

/** A NAL unit of a byte stream. */
export interface StreamNal {
  /** View of what was fed, or of what was joined of it. */
  readonly nal: Uint8Array;
  /** Of its start code, in the stream. */
  readonly offset: number;
}

/**
 * Divides a byte stream (ITU-T H.264 and H.265 annex B) that comes in pieces of any size into NAL units.
 * What comes before the first start code is passed over.
 */
export class NalStream {
  readonly #pending = new Accumulator();
  /** Of the first byte that is pending, in the stream. */
  #offset = 0;
  /** Pending bytes in which no start code begins. */
  #searched = 0;
  /** Whether what is pending begins with a start code. */
  #isInNal = false;

  /**
   * Takes the next bytes, which must not change afterwards, and gives the NAL units that end in them.
   *
   * @throws {BitstreamError} a NAL unit is longer than {@linkcode MAX_NAL_BYTES}.
   */
  feed(bytes: Uint8Array): readonly StreamNal[] {
    const data = this.#pending.join(bytes);
    const nals: StreamNal[] = [];
    let start = 0;
    let from = this.#searched;
    for (let code = findStartCode(data, from); code >= 0; code = findStartCode(data, from)) {
      this.#give(nals, data, start, code);
      start = code;
      this.#isInNal = true;
      from = code + START_CODE_BYTES;
    }
    // The first bytes of a start code may have come.
    const undecided = Math.max(from, data.byteLength - START_CODE_BYTES + 1);
    if (!this.#isInNal) start = Math.min(undecided, data.byteLength);
    this.#keep(data, start, undecided);
    return nals;
  }

  #keep(data: Uint8Array, start: number, searched: number): void {
    if (data.byteLength - start > MAX_NAL_BYTES) {
      const reason = `a NAL unit is longer than ${MAX_NAL_BYTES} bytes`;
      throw new BitstreamError("Annex B byte stream", reason, this.#offset + start);
    }
    this.#pending.keep(data, start);
    this.#offset += start;
    this.#searched = searched - start;
  }

  /** The last NAL unit. */
  flush(): readonly StreamNal[] {
    const data = this.#pending.join(new Uint8Array(0));
    const nals: StreamNal[] = [];
    this.#give(nals, data, 0, data.byteLength);
    this.#pending.keep(data, data.byteLength);
    this.#isInNal = false;
    return nals;
  }

  #give(nals: StreamNal[], data: Uint8Array, start: number, end: number): void {
    if (!this.#isInNal) return;
    const first = start + START_CODE_BYTES;
    const nal = data.subarray(first, trimmedEnd(data, first, Math.max(first, end)));
    if (nal.byteLength > 0) nals.push({ nal, offset: this.#offset + start });
  }
}
