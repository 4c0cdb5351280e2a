import type { CodecConfig, CodecName } from "../../../registry/media/codec.ts";
import type { Description, TrackKind } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";

/** What comes out of a container. */
export type DemuxEvent =
  /** The tracks are these from now on. */
  | { readonly type: "description"; readonly description: Description }
  | { readonly type: "unit"; readonly unit: Unit }
  /** Something could not be used; the stream goes on. */
  | { readonly type: "dropped"; readonly reason: string; readonly error?: Error };

/** Which track, and what it carries. */
export interface TrackSource {
  readonly id: number;
  readonly kind: TrackKind;
  readonly codec: CodecName;
  /** Ticks per second. */
  readonly timescale: number;
  /** Absent for data, whose codec needs none. */
  readonly config?: CodecConfig;
}

/** A unit without its track. */
export type UnitContent = Pick<Unit, "pts" | "dts" | "isKey" | "payload">;

/** What reads one container that comes in pieces. */
export interface Demuxer {
  /**
   * Whether tracks and units are being held back for others to come. A caller that waits longer
   * than it wants to, by the clock on the wall, calls `flush`.
   */
  readonly isHolding: boolean;
  /**
   * Takes the next bytes, which must not change afterwards: payloads are views of them.
   *
   * Throws the error type of the container when it cannot go on; what can be left out comes as
   * `dropped`.
   */
  push(bytes: Uint8Array): readonly DemuxEvent[];
  /** Gives what is held back: the end has come, or a track is late. */
  flush(): readonly DemuxEvent[];
}
