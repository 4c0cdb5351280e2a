import type { TrackKind } from "../../registry/media/track.ts";
import type { MediaFormat } from "../_formats/rtp/payload/format.ts";

/** The feedback that both sides have agreed to (RFC 4585, RFC 5104, transport-wide-cc). */
export interface Feedback {
  readonly nack: boolean;
  readonly pictureLoss: boolean;
  readonly fullIntraRequest: boolean;
  readonly transportWide: boolean;
  readonly bitrateEstimate: boolean;
}

/** One payload type that both sides have agreed to. */
export interface NegotiatedCodec extends MediaFormat {
  readonly payloadType: number;
  /** Payload type of its retransmissions (RFC 4588); absent where there are none. */
  readonly rtxPayloadType?: number;
  readonly feedback: Feedback;
}

/** One `m=` section that both sides have agreed to, as seen from here. */
export interface NegotiatedMedia {
  readonly mid: string;
  readonly kind: Exclude<TrackKind, "data">;
  readonly direction: "send" | "receive";
  /** The one that is sent; those that may come in, the preferred one first. Never empty. */
  readonly codecs: readonly NegotiatedCodec[];
  /** Ids of header extensions by their URI (RFC 8285). */
  readonly extensions: ReadonlyMap<string, number>;
  /** Track of the stream that is sent here. */
  readonly trackId?: number;
  /** Sources: ours where we send; those that the peer has announced where we receive, if it has. */
  readonly ssrc?: number;
  readonly rtxSsrc?: number;
}
