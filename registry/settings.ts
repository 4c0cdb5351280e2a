import type { QueueLimits } from "./fanout.ts";

/** How one stream behaves. All times in milliseconds. */
export interface StreamSettings extends QueueLimits {
  /** How long a stream is kept after its publisher dropped. */
  readonly graceMs: number;
  /** Whether a second publisher takes the name over instead of being refused. */
  readonly overridePublisher: boolean;
  /** How long an on-demand source goes on after its last reader left. */
  readonly sourceLingerMs: number;
}

export const DEFAULT_STREAM_SETTINGS: StreamSettings = {
  graceMs: 10_000,
  overridePublisher: false,
  sourceLingerMs: 10_000,
  // 30 s of a 12 Mbit/s stream are 45 MB; a group of pictures beyond either is not kept.
  gopBytes: 48 * 1024 * 1024,
  gopMs: 30_000,
  queueBytes: 16 * 1024 * 1024,
  queueMs: 10_000,
  stallMs: 30_000,
};
