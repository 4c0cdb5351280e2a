import { rescale } from "../../../registry/media/timebase.ts";
import type { Unit } from "../../../registry/media/unit.ts";

/** What is shown next begins so much later, in milliseconds: a picture at 25 fps. */
const STEP_MS = 40;

/**
 * Times of what one session is shown: they go on where it jumps to another place, as receivers expect
 * it of RTP timestamps (RFC 2326 appendix B). The registry's `Timeline` would also close the gaps of a
 * recording itself, and its pace has them.
 */
export class ShownTimes {
  /** Latest presentation time that was given out, in milliseconds. */
  #endMs = -Infinity;
  /** Milliseconds by which units come later than their reader has them; unknown after a jump. */
  #shiftMs: number | undefined;

  /** What is placed next is from another place. */
  jump(): void {
    this.#shiftMs = undefined;
  }

  /** The units at their times in the session. */
  place(units: readonly Unit[]): readonly Unit[] {
    const [first] = units;
    if (first === undefined) return units;
    const shiftMs = this.#shiftMs ??= this.#shiftFor(first);
    const placed = shiftMs === 0 ? units : units.map((unit) => shifted(unit, shiftMs));
    for (const unit of placed) this.#endMs = Math.max(this.#endMs, shownAt(unit));
    return placed;
  }

  #shiftFor({ dts, track: { timescale } }: Unit): number {
    if (this.#endMs === -Infinity) return 0;
    return Math.ceil(this.#endMs + STEP_MS - dts * 1000 / timescale);
  }
}

/** Presentation time in milliseconds. */
export function shownAt({ pts, track: { timescale } }: Pick<Unit, "pts" | "track">): number {
  return pts * 1000 / timescale;
}

function shifted(unit: Unit, byMs: number): Unit {
  const ticks = rescale(byMs, 1000, unit.track.timescale);
  return { ...unit, dts: unit.dts + ticks, pts: unit.pts + ticks };
}
