import type { Clock } from "../../../registry/clock.ts";

/** Media is let through this much faster than it plays: clocks of encoders differ by a tenth of it. */
const RATE = 1.001;

/** Times that are further apart than this, in milliseconds, are a jump of the sender's clock. */
const MAX_STEP_MS = 10_000;

/** What is later than this, in milliseconds, was held up on the way; tracks of a file differ by less. */
const MAX_LATE_MS = 2_000;

/** A wait that is shorter is not worth a timer, in milliseconds. */
const MIN_WAIT_MS = 10;

/** By what time media goes on. */
export interface PacerOptions {
  readonly clock: Clock;
  /** How far media may run ahead of the time in which it plays, in milliseconds. */
  readonly aheadMs: number;
}

/**
 * Says how long media that came all at once has to wait, so that readers get it as it plays. What
 * comes too late is not caught up with: it begins a new count.
 */
export class Pacer {
  readonly #options: PacerOptions;
  /** When the media began, in milliseconds of the clock, and at which of its own times. */
  #start: { readonly at: number; readonly timeMs: number } | undefined;
  #lastMs = 0;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** Milliseconds until media of the time `timeMs` is due; 0 for what may go on. */
  delay(timeMs: number): number {
    const { clock, aheadMs } = this.#options;
    const now = clock.now();
    const isJump = Math.abs(timeMs - this.#lastMs) > MAX_STEP_MS;
    this.#lastMs = timeMs;
    if (this.#start === undefined || isJump) this.#start = { at: now, timeMs };
    const { at, timeMs: first } = this.#start;
    const lead = timeMs - first - (now - at) * RATE;
    if (lead < -MAX_LATE_MS) this.#start = { at: now, timeMs };
    const wait = lead - aheadMs;
    return wait < MIN_WAIT_MS ? 0 : wait;
  }
}
