import { unwrap } from "../../../registry/media/timebase.ts";
import { TIMESTAMP_BITS } from "./clock.ts";

/** Beyond this, which 2^19 wraps reach, time counts from the wire again: it stays a safe integer. */
const MAX_TIME = 2 ** 52;

/** Continues the 33-bit times of all streams of a program on one line. */
export class TimeUnwrapper {
  #last: number | undefined;

  /** A decoding time of the wire: the one nearest to the decoding time before it. */
  decoding(raw: number): number {
    const time = unwrap(raw, this.#last ?? raw, TIMESTAMP_BITS);
    this.#last = Math.abs(time) < MAX_TIME ? time : raw;
    return this.#last;
  }

  /** A presentation time of the wire: the one nearest to its decoding time. */
  presentation(raw: number, decoding: number): number {
    return unwrap(raw, decoding, TIMESTAMP_BITS);
  }
}
