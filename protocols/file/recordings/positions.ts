/**
 * Positions of people, and times of units: the one is milliseconds from the first picture or sound, the
 * other ticks from a start so early that nothing is decoded before 0.
 *
 * @module
 */

/**
 * Starts lie at multiples of so many milliseconds: whole ticks at all sample rates that codecs have, down
 * to 7350 Hz, so that tracks stay in sync to the tick.
 */
const START_STEP_MS = 40;

/** Milliseconds at which position 0 lies, when the first decoding is `earliestMs` away from it. */
export function startMsFor(earliestMs: number): number {
  return Math.ceil(Math.max(0, -earliestMs) / START_STEP_MS) * START_STEP_MS;
}

/** A hundredth of a microsecond: what sums of floating-point seconds are off by, and no clock counts. */
export const ROUNDING_MS = 1e-5;

/**
 * The position of something at `ms`: whole milliseconds, as all protocols write them, rounded down. So
 * whoever seeks to a position that it was told arrives at what lies there.
 */
export function positionOf(ms: number): number {
  return Math.floor(ms + ROUNDING_MS);
}

/** The last of ascending positions at or before `ms`; the first where none is. */
export function lastAtOrBefore(positions: readonly number[], ms: number): number {
  return positions[indexAtOrBefore(positions, ms)] ?? 0;
}

/** The index of that position; 0 where none is. */
export function indexAtOrBefore(positions: readonly number[], ms: number): number {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** The latest milliseconds whose position is `ms`: what a seek to `ms` may still arrive at. */
export function latestAt(ms: number): number {
  return ms + 1 - 2 * ROUNDING_MS;
}
