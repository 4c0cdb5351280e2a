import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { JitterBufferOptions } from "../../_formats/rtp/jitter_buffer.ts";
import type { MediaFormat, PayloadFormat } from "../../_formats/rtp/payload/format.ts";

/** One payload type of a track, and what it means. */
export interface IncomingFormat {
  readonly media: MediaFormat & { readonly payloadType: number };
  readonly format: PayloadFormat;
  /** What the track is while packets of this type come. Its ticks are those of the RTP clock. */
  readonly track: Track;
}

/** A track that a sender may send. */
export interface IncomingTrack {
  /** All of the same track id and kind, of which any may come; the likeliest first. */
  readonly formats: readonly [IncomingFormat, ...IncomingFormat[]];
  /** What it is before its first packet. Units wait for a while where it has no configuration. */
  readonly initial: Track;
  /** How packets wait for others. */
  readonly jitter: JitterBufferOptions;
}

/** Where units go: a publisher of the registry. */
export interface UnitSink {
  describe(description: Description): void;
  write(units: readonly Unit[]): void;
}

/** What was received of one track, in packets. */
export interface TrackReception {
  readonly received: number;
  /** Less those that were sent again. */
  readonly lost: number;
  /** Of no use: unknown source, other payload type, damaged. */
  readonly dropped: number;
}
