import { unwrap } from "../../../registry/media/timebase.ts";
import { SEQUENCE_BITS, wrap } from "../../_formats/rtp/sequence.ts";

/**
 * Packets that are asked for at a time: half a second of 5 Mbit/s. Each takes at most 4 bytes of one
 * message, which then still fits a datagram; when more are missing, a key picture costs less.
 */
export const MAX_MISSING = 250;

/**
 * Time between two requests for one packet. The round trip is not known to who only receives; senders
 * answer no sooner than it takes.
 */
export const NACK_RETRY_MS = 40;

/** A step back by more than this is a sequence that has started anew. */
const MAX_STEP_BACK = 3000;

interface Missing {
  readonly sinceMs: number;
  askedMs: number;
}

/** The packets of one source that are missing, for as long as they are worth asking for. */
export class MissingPackets {
  readonly #patienceMs: number;
  /** By unwrapped number, in ascending order. */
  readonly #missing = new Map<number, Missing>();
  #highest: number | undefined;

  /** @param patienceMs after which a packet is of no more use */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  get size(): number {
    return this.#missing.size;
  }

  /** Takes the number of a packet that has come; false when too many are missing to ask for. */
  receive(sequence: number, nowMs: number): boolean {
    const highest = this.#highest;
    const extended = highest === undefined ? sequence : unwrap(sequence, highest, SEQUENCE_BITS);
    const step = highest === undefined ? 1 : extended - highest;
    if (step > 0) this.#highest = extended;
    else if (step >= -MAX_STEP_BACK) this.#missing.delete(extended);
    else this.#restart(extended);
    if (this.#missing.size + step - 1 > MAX_MISSING) {
      this.#missing.clear();
      return false;
    }
    for (let number = extended - step + 1; number < extended; number++) {
      this.#missing.set(number, { sinceMs: nowMs, askedMs: -Infinity });
    }
    return true;
  }

  #restart(extended: number): void {
    this.#missing.clear();
    this.#highest = extended;
  }

  /** Takes the number of a packet that has come another way, and tells whether it was missing. */
  recover(sequence: number): boolean {
    return this.#highest !== undefined &&
      this.#missing.delete(unwrap(sequence, this.#highest, SEQUENCE_BITS));
  }

  /** The numbers to ask for now, 16 bits each. */
  due(nowMs: number): readonly number[] {
    const due: number[] = [];
    for (const [number, missing] of this.#missing) {
      if (nowMs - missing.sinceMs >= this.#patienceMs) this.#missing.delete(number);
      else if (nowMs - missing.askedMs >= NACK_RETRY_MS) {
        missing.askedMs = nowMs;
        due.push(wrap(number, SEQUENCE_BITS));
      }
    }
    return due;
  }
}
