import { rescale } from "../../../registry/media/timebase.ts";
import type { Track } from "../../../registry/media/track.ts";
import { payloadBytes, type Unit } from "../../../registry/media/unit.ts";

/** Media time that the first description may wait for a track, in milliseconds. */
export const HOLD_MS = 1000;

/** Payload that may wait with it: the largest message that is accepted, and once more. */
const HOLD_BYTES = 16 << 20;

/** Units that may wait with it; a second of 60 pictures and 50 audio frames, many times over. */
export const HOLD_UNITS = 1024;

/**
 * Units that wait until all tracks of a stream are known, so that its readers get one complete
 * description: an FLV file header, for one, cannot be taken back. Which tracks there will be is said
 * by the container; where it does not, one of each kind is expected.
 */
export class Hold {
  readonly #units: Unit[] = [];
  #expected: ReadonlySet<number> | undefined;
  #bytes = 0;

  /** Sets which tracks to wait for. */
  expect(trackIds: ReadonlySet<number>): void {
    this.#expected = trackIds;
  }

  get hasUnits(): boolean {
    return this.#units.length > 0;
  }

  get units(): readonly Unit[] {
    return this.#units;
  }

  add(unit: Unit): void {
    this.#units.push(unit);
    this.#bytes += payloadBytes(unit);
  }

  /**
   * Whether nothing is left to wait for, or it has taken too long. Never before the first unit, since
   * sequence headers come in a row and those of further tracks need not have been announced.
   */
  isOver(known: ReadonlyMap<number, Track>): boolean {
    if (!this.hasUnits) return false;
    return this.#isComplete(known) ||
      this.#bytes > HOLD_BYTES || this.#units.length >= HOLD_UNITS || this.#span() >= HOLD_MS;
  }

  #isComplete(known: ReadonlyMap<number, Track>): boolean {
    if (this.#expected !== undefined) return this.#expected.values().every((id) => known.has(id));
    const kinds = new Set(known.values().map(({ kind }) => kind));
    return kinds.has("video") && kinds.has("audio");
  }

  /** Milliseconds between the first and the last unit; either may be the earlier one. */
  #span(): number {
    const [first, last] = [this.#units.at(0), this.#units.at(-1)];
    if (first === undefined || last === undefined) return 0;
    return Math.abs(milliseconds(last) - milliseconds(first));
  }
}

function milliseconds(unit: Unit): number {
  return rescale(unit.dts, unit.track.timescale, 1000);
}
