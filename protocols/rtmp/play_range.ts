import type { AmfValue } from "../_formats/amf/value.ts";

/** What part of a name `play` asks for. */
export interface PlayRange {
  /** Whether nothing but a live stream will do. */
  readonly isLiveOnly: boolean;
  /** Where a recording begins, in milliseconds. */
  readonly startMs: number;
  /** How much of a recording is played, in milliseconds; infinite for all of it. */
  readonly durationMs: number;
}

/**
 * Reads the arguments of `play` behind the name (Adobe RTMP 1.0 section 7.2.2.1). Both are said to be
 * seconds, and clients send milliseconds: -2000 for "whatever there is", -1000 for "live".
 */
export function parsePlayRange(start: AmfValue, duration: AmfValue): PlayRange {
  const startMs = typeof start === "number" && Number.isFinite(start) ? start : -2;
  const isWhole = typeof duration !== "number" || !Number.isFinite(duration) || duration < 0;
  return {
    isLiveOnly: startMs === -1 || startMs === -1000,
    startMs: Math.max(0, startMs),
    durationMs: isWhole ? Infinity : duration,
  };
}
