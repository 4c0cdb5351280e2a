/**
 * Decoding times of tracks with negative composition offsets (ISO/IEC 14496-12 8.6.1.3): QuickTime and
 * CMAF let a picture be shown before it is decoded, so that the first is shown at 0. Everything behind
 * the demuxer wants decoding to come first.
 *
 * @module
 */

import { describeConfig } from "../../../registry/media/describe.ts";
import type { TrackFragment } from "./movie_fragment.ts";
import type { MovieTrack } from "./movie.ts";
import { lowestOffset } from "./sample_table.ts";

/** No picture is that far from its place in decoding order; more is damage. */
const MAX_DELAY_SECONDS = 10;

/** How decoding times are moved. */
export interface DecodeDelays {
  /** Ticks by which each track is decoded earlier than its tables say, where it is. */
  readonly ticks: ReadonlyMap<number, number>;
  /** Whole seconds by which everything is later, so that this makes no time negative. */
  readonly lead: number;
}

/** Of tracks that all decode before they show. */
export const NO_DELAYS: DecodeDelays = { ticks: new Map(), lead: 0 };

/** What the tables of an unfragmented file ask for. Throws {@linkcode Mp4Error}. */
export function tableDelays(tracks: Iterable<MovieTrack>): DecodeDelays {
  return delaysOf([...tracks].map((track) => [track, -lowestOffset(track.table)]));
}

/** What the first fragment asks for, in which all tracks usually show how they are made. */
export function fragmentDelays(
  fragments: readonly TrackFragment[],
  tracks: ReadonlyMap<number, MovieTrack>,
): DecodeDelays {
  return delaysOf(fragments.flatMap((fragment) => {
    const track = tracks.get(fragment.trackId);
    return track === undefined ? [] : [[track, fragmentDelay(fragment, track)]];
  }));
}

function delaysOf(wanted: readonly (readonly [MovieTrack, number])[]): DecodeDelays {
  const ticks = new Map<number, number>();
  let lead = 0;
  for (const [{ id, timescale }, delay] of wanted) {
    if (delay <= 0 || delay > MAX_DELAY_SECONDS * timescale) continue;
    ticks.set(id, Math.max(delay, ticks.get(id) ?? 0));
    lead = Math.max(lead, Math.ceil(delay / timescale));
  }
  return { ticks, lead };
}

function fragmentDelay({ samples, end }: TrackFragment, { entries }: MovieTrack): number {
  const [first, second] = samples;
  if (first === undefined) return 0;
  const lowest = samples.reduce((low, sample) => Math.min(low, sample.compositionOffset), 0);
  if (second !== undefined || first.compositionOffset !== 0) return -lowest;
  // A single picture does not show it: what the parameter sets allow.
  const config = entries[first.description - 1]?.config;
  const depth = config && describeConfig(config).reorderDepth;
  return (depth ?? 0) * (end - first.dts);
}
