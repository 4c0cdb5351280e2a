import { sameConfig } from "./config_equal.ts";
import type { Description, Metadata, Track } from "./track.ts";

/** Whether a reader that knows `a` has nothing to learn from `b`. */
export function sameDescription(a: Description, b: Description): boolean {
  return a === b || (sameTracks(a.tracks, b.tracks) && sameMetadata(a.metadata, b.metadata));
}

function sameTracks(a: readonly Track[], b: readonly Track[]): boolean {
  return a.length === b.length && a.every((track, index) => sameTrack(track, b[index]));
}

function sameTrack(a: Track, b: Track | undefined): boolean {
  if (b === undefined) return false;
  return a.id === b.id && a.kind === b.kind && a.codec === b.codec &&
    a.timescale === b.timescale && sameOptionalConfig(a, b);
}

function sameOptionalConfig(a: Track, b: Track): boolean {
  if (a.config === undefined || b.config === undefined) return a.config === b.config;
  return sameConfig(a.config, b.config);
}

/** Whether two publishers say the same of themselves. */
export function sameMetadata(a: Metadata, b: Metadata): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
