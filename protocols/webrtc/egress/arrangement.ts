import type { RtcItem } from "./packaging.ts";
import type { SentTrack } from "./sent_track.ts";

/** An item, and the time that it is sent with, in ticks of its clock. */
export interface TimedItem {
  readonly item: RtcItem;
  readonly track: SentTrack;
  readonly time: number;
}

/**
 * Sound from a cache that is sent, in milliseconds: what players buffer before they begin. More of it
 * would be played with the delay of its oldest, or in a hurry.
 */
const KEPT_SOUND_MS = 60;

/**
 * What is sent of items that have waited in a cache: all pictures, as if they were of one moment, and the
 * latest sound. What was sent before is sent again where it is a picture.
 */
export function arrangeBurst(
  items: readonly (readonly [RtcItem, SentTrack])[],
): readonly TimedItem[] {
  const ofTrack = Map.groupBy(items, ([, track]) => track);
  const times = new Map<RtcItem, number>();
  for (const [track, own] of ofTrack) {
    const pts = own.map(([item]) => item.pts);
    const given = own[0]?.[0].isVideo ? track.times.squeeze(pts) : soundTimes(pts, track);
    own.forEach(([item], index) => {
      const time = given[index];
      if (time !== undefined) times.set(item, time);
    });
  }
  return items.flatMap(([item, track]) => {
    const time = times.get(item);
    return time === undefined ? [] : [{ item, track, time }];
  });
}

/** The true times of what is sent; `undefined` for what is left out. */
function soundTimes(
  pts: readonly number[],
  { clockRate, lastPts = -Infinity }: SentTrack,
): readonly (number | undefined)[] {
  const newest = pts.reduce((latest, each) => Math.max(latest, each), -Infinity);
  const first = newest - KEPT_SOUND_MS * clockRate / 1000;
  return pts.map((each) => each > lastPts && each > first ? each : undefined);
}
