import { unwrap } from "../../../registry/media/timebase.ts";
import { SEQUENCE_BITS, wrap } from "./sequence.ts";

/**
 * A step ahead by this or more is not taken for loss at once (RFC 3550 appendix A.1): some seconds of
 * a stream of a few Mbit/s.
 */
export const MAX_DROPOUT = 3000;

/** A packet that is further behind than this is not taken for a late one (appendix A.1). */
export const MAX_MISORDER = 100;

/** Where a packet stands in its source's sequence. */
export type SequenceStep =
  /** Near the highest number so far, before or behind it. `extended` is the unwrapped number. */
  | { readonly kind: "near"; readonly extended: number }
  /** Far from all before: a stray packet, or the first of a sequence that starts anew. */
  | { readonly kind: "suspect" }
  /**
   * Confirms that the sequence started anew. Numbers go on above all that were given, `first` being
   * that of the suspect, or of this packet where none has to be confirmed.
   */
  | { readonly kind: "restart"; readonly extended: number; readonly first: number };

/**
 * Follows the sequence numbers of one source over wraps, losses, disorder and restarts, as in RFC 3550
 * appendix A.1, but without the probation of new sources: who may send is settled by the signaling.
 */
export class SequenceTracker {
  readonly #confirmRestarts: boolean;
  readonly #maxMisorder: number;
  #highest: number | undefined;
  /** The 16-bit number that would confirm a restart. */
  #confirming: number | undefined;

  /**
   * @param confirmRestarts whether a restart takes two packets in sequence; not so on a transport
   * that delivers all packets in order
   * @param maxWaiting packets that may come before one that is sent again, which is late by so many
   */
  constructor(confirmRestarts: boolean, maxWaiting = 0) {
    this.#confirmRestarts = confirmRestarts;
    this.#maxMisorder = Math.max(maxWaiting, MAX_MISORDER);
  }

  /** Places the 16-bit sequence number of a packet that has arrived. */
  next(sequence: number): SequenceStep {
    if (this.#highest === undefined) {
      this.#highest = sequence;
      return { kind: "near", extended: sequence };
    }
    const extended = unwrap(sequence, this.#highest, SEQUENCE_BITS);
    const step = extended - this.#highest;
    if (step < MAX_DROPOUT && step >= -this.#maxMisorder) {
      this.#highest = Math.max(this.#highest, extended);
      this.#confirming = undefined;
      return { kind: "near", extended };
    }
    if (!this.#confirmRestarts) return this.#restart(sequence, sequence);
    if (this.#confirming === sequence) {
      return this.#restart(wrap(sequence - 1, SEQUENCE_BITS), sequence);
    }
    this.#confirming = wrap(sequence + 1, SEQUENCE_BITS);
    return { kind: "suspect" };
  }

  #restart(firstSequence: number, sequence: number): SequenceStep {
    const highest = this.#highest ?? 0;
    const first = highest + 1 + wrap(firstSequence - highest - 1, SEQUENCE_BITS);
    const extended = first + wrap(sequence - firstSequence, SEQUENCE_BITS);
    this.#highest = extended;
    this.#confirming = undefined;
    return { kind: "restart", extended, first };
  }
}
