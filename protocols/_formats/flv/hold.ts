import { payloadBytes, type Unit } from "../../../registry/media/unit.ts";
import { rescale } from "../../../registry/media/timebase.ts";
import { audioTrackId, videoTrackId } from "./track_ids.ts";

/** Media time that the first description may wait for a track, in milliseconds. */
export const HOLD_MS = 1000;

/** Payload that may wait with it: the largest message that is accepted, and once more. */
export const HOLD_BYTES = 16 << 20;

/** Units that may wait with it; a second of 60 pictures and 50 audio frames, many times over. */
export const HOLD_UNITS = 1024;

const BOTH_KINDS: ReadonlySet<number> = new Set([videoTrackId(0), audioTrackId(0)]);

/**
 * Units that wait until all tracks of a stream are known, so that its readers get one complete
 * description: an FLV file header, for one, cannot be taken back. Which tracks there will be is said
 * by `onMetaData`; without it, one of each kind is expected.
 */
export class Hold {
  readonly #units: Unit[] = [];
  #expected = BOTH_KINDS;
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
  isOver(known: ReadonlyMap<number, unknown>): boolean {
    if (!this.hasUnits) return false;
    return this.#expected.values().every((id) => known.has(id)) ||
      this.#bytes > HOLD_BYTES || this.#units.length >= HOLD_UNITS || this.#span() >= HOLD_MS;
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
