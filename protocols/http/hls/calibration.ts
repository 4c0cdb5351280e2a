/**
 * What playlists promise of durations. A promise cannot be taken back, so both are made when the first
 * segment is whole, of what was measured in it; until then there is no playlist.
 *
 * @module
 */
import { US_PER_SECOND } from "../../_formats/m3u8/playlist.ts";

/** Parts are this much of a unit shorter than announced, for times that jitter. */
const JITTER_SHARE = 1 / 8;

/** Of streams whose first segment has one unit only. */
const DEFAULT_STEP_US = 40_000;

/** Seconds that a segment may be longer than the first one, before it breaks the promise. */
const HEADROOM_SECONDS = 1;

const US_PER_MS = 1000;

/**
 * EXT-X-PART-INF: the whole count of units that comes closest to `partMs`, and a bit. No part may be
 * longer, and none that follows another in its segment shorter than 85% of it (RFC 8216bis 4.4.4.9),
 * which a time that is no multiple of the units would not allow.
 *
 * @param stepsUs microseconds between the units of the leading track.
 * @returns microseconds, in whole milliseconds.
 */
export function partTargetUs(stepsUs: readonly number[], partMs: number): number {
  const sorted = stepsUs.filter((step) => step > 0).sort((a, b) => a - b);
  const step = sorted[sorted.length >> 1] ?? DEFAULT_STEP_US;
  const count = Math.max(1, Math.round(partMs * US_PER_MS / step));
  return Math.ceil((count + JITTER_SHARE) * step / US_PER_MS) * US_PER_MS;
}

/**
 * EXT-X-TARGETDURATION: the first segment and a bit. A segment that gets longer all the same, because
 * the sender left its key pictures out, breaks the promise. Players report that and play on; to begin a
 * segment without a key picture would be worse.
 *
 * @returns whole seconds.
 */
export function targetDuration(firstUs: number, segmentMs: number): number {
  const longest = Math.max(firstUs / US_PER_SECOND, segmentMs / 1000);
  return Math.round(longest) + HEADROOM_SECONDS;
}
