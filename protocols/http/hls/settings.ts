/** How streams are cut into segments, and how many of them are kept. Times in milliseconds. */
export interface HlsSettings {
  /** A segment ends at the first key picture after this long. */
  readonly segmentMs: number;
  /** About how long a part of low-latency HLS is; see `partTargetUs`. */
  readonly partMs: number;
  /**
   * A segment without another key picture ends after this long all the same, so that pictures that
   * are refreshed bit by bit, or a camera that has hung, do not fill the memory.
   */
  readonly maxSegmentMs: number;
  /** As `maxSegmentMs`, for streams that are too rich for it. */
  readonly maxSegmentBytes: number;
  /** Most segments in a playlist. */
  readonly windowSegments: number;
  /**
   * Most bytes in memory of the segments of one rendition, those included that playlists have left out
   * since.
   */
  readonly windowBytes: number;
  /** How long a viewer may be silent at least before it has left. */
  readonly lingerMs: number;
}

export const DEFAULT_HLS_SETTINGS: HlsSettings = {
  // What players that know no low latency buffer three of, and encoders send key pictures for.
  segmentMs: 2000,
  partMs: 200,
  maxSegmentMs: 30_000,
  maxSegmentBytes: 64 << 20,
  // More than six target durations, before which delta updates have nothing to leave out.
  windowSegments: 12,
  // A window and what has just left it: 48 s of 20 Mbit/s.
  windowBytes: 128 << 20,
  // A player that stalls, or changes networks, comes back within this.
  lingerMs: 10_000,
};
