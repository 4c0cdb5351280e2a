import { rescale } from "../../../registry/media/timebase.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Recording } from "../../../registry/recording.ts";
import { decodedAt } from "../recordings/merge.ts";

/** A picture alone has no length. It is shown as long as one at 25 fps, so that time passes. */
const SHORTEST_MS = 40;

type Times = Pick<Recording, "startMs" | "durationMs">;

/**
 * Recordings one after the other in one time: each begins to be shown at the millisecond at which the one
 * before ends. Later only where a track of it would have to be decoded before its last unit in that.
 */
export class Splice {
  /** Milliseconds, in the common time, at which the next recording is shown. */
  #nextMs: number | undefined;
  /** The same, at which the last unit of each track is decoded. */
  readonly #decodedMs = new Map<number, number>();
  #current: Times | undefined;
  /** Milliseconds by which units of this recording come later than in it. */
  #shiftMs: number | undefined;

  /** The units from now on are those of this recording. */
  begin(recording: Times): void {
    this.end();
    this.#current = recording;
    this.#shiftMs = undefined;
  }

  /** This recording has ended before its time: the next is shown after what there was of it. */
  breakOff(): void {
    this.#current = undefined;
    this.#nextMs = Math.ceil(Math.max(0, ...this.#decodedMs.values()));
  }

  /** This recording has ended. */
  end(): void {
    if (this.#current === undefined || this.#shiftMs === undefined) return;
    const { startMs, durationMs } = this.#current;
    this.#nextMs = this.#shiftMs + startMs + Math.max(durationMs, SHORTEST_MS);
    this.#current = undefined;
  }

  /** The next units of this recording, at their times in all. */
  place(units: readonly Unit[]): readonly Unit[] {
    const shiftMs = this.#shiftMs ??= this.#shiftFor(units);
    const placed = units.map((unit) => shifted(unit, shiftMs));
    for (const unit of placed) this.#decodedMs.set(unit.track.id, decodedAt(unit));
    return placed;
  }

  /** @param units the first of this recording, of all its tracks. */
  #shiftFor(units: readonly Unit[]): number {
    if (this.#nextMs === undefined) return 0;
    const joinedMs = this.#nextMs - (this.#current?.startMs ?? 0);
    const overlaps = units.map((unit) =>
      Math.ceil((this.#decodedMs.get(unit.track.id) ?? -Infinity) - decodedAt(unit))
    );
    return Math.max(joinedMs, ...overlaps);
  }
}

function shifted(unit: Unit, byMs: number): Unit {
  if (byMs === 0) return unit;
  const ticks = rescale(byMs, 1000, unit.track.timescale);
  return { ...unit, dts: unit.dts + ticks, pts: unit.pts + ticks };
}
