import type { CodecConfig, CodecName } from "./codec.ts";

export type TrackKind = "video" | "audio" | "data";

/** One elementary stream of a stream. Immutable: a new configuration makes a new `Track`. */
export interface Track {
  /** Stable inside its stream, across configuration changes and a returning publisher. */
  readonly id: number;
  readonly kind: TrackKind;
  readonly codec: CodecName;
  /** Ticks per second of `Unit.pts` and `Unit.dts`. */
  readonly timescale: number;
  /** Absent until known. */
  readonly config?: CodecConfig;
}

/** What a publisher says of itself beside the media: encoder, title, ... as in FLV `onMetaData`. */
export type Metadata = Readonly<Record<string, string | number | boolean>>;

/** Everything a reader must know before the first unit. Immutable: a change makes a new one. */
export interface Description {
  readonly tracks: readonly Track[];
  readonly metadata: Metadata;
}

/** No tracks: nobody has said anything yet. */
export const EMPTY_DESCRIPTION: Description = { tracks: [], metadata: {} };
