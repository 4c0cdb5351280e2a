import { rescale } from "../../../registry/media/timebase.ts";
import type { Unit } from "../../../registry/media/unit.ts";

/** Ticks per second of media times that are compared across tracks. */
export const MEDIA_TIMESCALE = 90_000;

const TICKS_PER_MS = MEDIA_TIMESCALE / 1000;

/**
 * Dates that the clock of this machine gives are put right when they are this wrong: the sender's
 * clock runs at another pace, or it was away for a while. Less is what networks do.
 */
const MAX_DRIFT_MS = 5000;

/** Presentation time of a unit in ticks of 90 kHz. */
export function mediaTime(unit: Unit): number {
  return rescale(unit.pts, unit.track.timescale, MEDIA_TIMESCALE);
}

/** Tells which date a media time has: what the sender says, else when it came. */
export class WallClock {
  /** Milliseconds of UTC at media time 0. */
  #origin: number | undefined;

  /**
   * Takes the newest unit at hand.
   *
   * @param utc milliseconds of UTC now.
   */
  observe(unit: Unit, utc: number): void {
    const time = mediaTime(unit);
    if (unit.wallClock !== undefined) this.#origin = unit.wallClock - time / TICKS_PER_MS;
    else if (this.#origin === undefined || Math.abs(this.at(time) - utc) > MAX_DRIFT_MS) {
      this.#origin = utc - time / TICKS_PER_MS;
    }
  }

  /** Milliseconds of UTC at a media time. */
  at(time: number): number {
    return Math.round((this.#origin ?? 0) + time / TICKS_PER_MS);
  }
}
