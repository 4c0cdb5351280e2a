import type { CodecConfig } from "./codec.ts";
import type { Track } from "./track.ts";

/**
 * One access unit of one track: what a decoder takes in one call. Immutable plain data, shared by
 * every reader and never copied between the publisher and the last of them.
 */
export interface Unit {
  readonly track: Track;
  /** Presentation time: integer ticks of `track.timescale`, unwrapped. */
  readonly pts: number;
  /** Decoding time: integer ticks of `track.timescale`, unwrapped, never decreasing in a track. */
  readonly dts: number;
  /** Whether decoding can start here. Always true for audio and data. */
  readonly isKey: boolean;
  /** UTC in milliseconds, where the sender says so. */
  readonly wallClock?: number;
  /** Present only when the configuration changed with this unit; `track.config` is the same. */
  readonly config?: CodecConfig;
  /**
   * NAL units (H.264, H.265) or OBUs with their size field removed (AV1), without start codes and
   * lengths; one frame otherwise. Parameter sets, access unit delimiters and temporal delimiters
   * are not here but in the configuration.
   */
  readonly payload: readonly Uint8Array[];
}

/** Decoding time in milliseconds, with a fraction. */
export function decodingMs({ dts, track }: Unit): number {
  return dts * 1000 / track.timescale;
}

/** Bytes of payload, without any framing. */
export function payloadBytes(unit: Unit): number {
  let bytes = 0;
  for (const part of unit.payload) bytes += part.byteLength;
  return bytes;
}
