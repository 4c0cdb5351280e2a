import { unwrap } from "../../../registry/media/timebase.ts";

/** Bits of the sequence number of an RTP packet. */
export const SEQUENCE_BITS = 16;

/** Bits of the timestamp of an RTP packet. */
export const TIMESTAMP_BITS = 32;

/**
 * Continues a counter of the RTP header past its wrap, from packets that need not be in order: each
 * value is taken for the one nearest to the one before.
 */
export class Unwrapper {
  readonly #bits: number;
  #last: number | undefined;

  /** @param bits {@linkcode SEQUENCE_BITS} or {@linkcode TIMESTAMP_BITS} */
  constructor(bits: number) {
    this.#bits = bits;
  }

  /** The unwrapped value; the first is `raw` itself, and values before it may be negative. */
  next(raw: number): number {
    this.#last = this.#last === undefined ? raw : unwrap(raw, this.#last, this.#bits);
    return this.#last;
  }
}

/** Folds an unwrapped counter, which may be negative, back into the bits of the header. */
export function wrap(value: number, bits: number): number {
  const span = 2 ** bits;
  return ((value % span) + span) % span;
}
