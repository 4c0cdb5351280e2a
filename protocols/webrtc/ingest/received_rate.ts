/** Who sends less is not held back: starts are slow enough. Bits per second. */
export const MIN_ESTIMATE = 1_000_000;

/** More than a browser sends of one camera or screen. Bits per second. */
export const MAX_ESTIMATE = 20_000_000;

/** The room that a sender is given above what it sends, so that it tries more. */
const HEADROOM = 1.5;

/**
 * An estimate for senders that go by REMB alone. It lets them grow; they slow down by themselves for the
 * losses that reports tell them.
 */
export class ReceivedRate {
  #bytes = 0;
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Bits per second, by what came since the last call. */
  estimate(nowMs: number): number {
    const seconds = Math.max(nowMs - this.#sinceMs, 1) / 1000;
    const bitrate = this.#bytes * 8 / seconds * HEADROOM;
    this.#bytes = 0;
    this.#sinceMs = nowMs;
    return Math.max(MIN_ESTIMATE, Math.min(bitrate, MAX_ESTIMATE));
  }
}
