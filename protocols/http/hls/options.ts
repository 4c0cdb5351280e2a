import { z } from "zod";
import { DEFAULT_HLS_SETTINGS, type HlsSettings } from "./settings.ts";

const MIN_SEGMENT_SECONDS = 0.5;
/** Less than `HlsSettings.maxSegmentMs`, at which segments end anyhow. */
const MAX_SEGMENT_SECONDS = 20;
const SEGMENT_RANGE = `expected ${MIN_SEGMENT_SECONDS} to ${MAX_SEGMENT_SECONDS} s`;

const MIN_PART_SECONDS = 0.05;
const MAX_PART_SECONDS = 2;
const PART_RANGE = `expected ${MIN_PART_SECONDS} to ${MAX_PART_SECONDS} s`;

/** Players begin three segments before the end (RFC 8216bis section 6.3.3). */
const MIN_WINDOW = 3;
const MAX_WINDOW = 1000;
const WINDOW_RANGE = `expected ${MIN_WINDOW} to ${MAX_WINDOW} segments`;

const MAX_LINGER_SECONDS = 600;
const LINGER_RANGE = `expected 1 to ${MAX_LINGER_SECONDS} s`;

const seconds = (ms: number) => ms / 1000;

/** The `hls` part of the `http:` section. */
export const hlsSection = z.strictObject({
  segment: z.number("expected seconds").min(MIN_SEGMENT_SECONDS, SEGMENT_RANGE)
    .max(MAX_SEGMENT_SECONDS, SEGMENT_RANGE).default(seconds(DEFAULT_HLS_SETTINGS.segmentMs)),
  part: z.number("expected seconds").min(MIN_PART_SECONDS, PART_RANGE)
    .max(MAX_PART_SECONDS, PART_RANGE).default(seconds(DEFAULT_HLS_SETTINGS.partMs)),
  window: z.int("expected a number of segments").min(MIN_WINDOW, WINDOW_RANGE)
    .max(MAX_WINDOW, WINDOW_RANGE).default(DEFAULT_HLS_SETTINGS.windowSegments),
  linger: z.number("expected seconds").min(1, LINGER_RANGE).max(MAX_LINGER_SECONDS, LINGER_RANGE)
    .default(seconds(DEFAULT_HLS_SETTINGS.lingerMs)),
  directory: z.string("expected a directory").min(1, "expected a directory").optional(),
});

export interface HlsSection {
  /** Seconds after which a segment ends at the next key picture. */
  readonly segment: number;
  /** Seconds of a part of low-latency HLS, about. */
  readonly part: number;
  /** Most segments in a playlist. */
  readonly window: number;
  /** Seconds that a viewer may be silent at least before it has left. */
  readonly linger: number;
  /** Where live segments are kept; in memory without. */
  readonly directory?: string | undefined;
}

export function hlsSettings({ segment, part, window, linger }: HlsSection): HlsSettings {
  return {
    ...DEFAULT_HLS_SETTINGS,
    segmentMs: Math.round(segment * 1000),
    partMs: Math.round(part * 1000),
    windowSegments: window,
    lingerMs: Math.round(linger * 1000),
  };
}
