/**
 * What a payload format is: how units of one codec stand in RTP packets, and how SDP speaks of it.
 *
 * @module
 */

import type { CodecConfig, CodecName, ConfigOf } from "../../../../registry/media/codec.ts";
import type { Track, TrackKind } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";

/** Ticks per second of every video format, and of those that RFC 3551 gave a clock of their own. */
export const VIDEO_CLOCK_RATE = 90_000;

/**
 * The least `maxPayloadSize` that a {@linkcode PayloadFormat} can be asked for: every format has its
 * longest head (the quantization tables of JPEG) and some media in that many bytes.
 */
export const MIN_PAYLOAD_SIZE = 256;

/** The value of `a=rtpmap`, without the payload type. */
export interface RtpMap {
  readonly encoding: string;
  /** Ticks per second of the RTP timestamp. */
  readonly clockRate: number;
  /** Of audio; absent where SDP leaves it out, which means one. */
  readonly channels?: number;
}

/** What SDP says of one payload type. */
export interface MediaFormat extends RtpMap {
  /** The value of `a=fmtp`, without the payload type. */
  readonly fmtp?: string;
}

/** The payload of one RTP packet. The bytes are shared by every viewer and must not change. */
export interface RtpFragment {
  /** Heads of the format between views of the unit's own payload. */
  readonly parts: readonly Uint8Array[];
  readonly marker: boolean;
  /** Ticks of the RTP clock after the timestamp of the unit; absent where there are none. */
  readonly timestampOffset?: number;
}

/** One packet of a track, in the order of its sequence number. */
export interface PayloadPacket {
  /** Kept as a view until its frame is complete, and after that in the frame: must not change. */
  readonly payload: Uint8Array;
  readonly marker: boolean;
  /** Unwrapped ticks of the RTP clock. */
  readonly timestamp: number;
  /** Whether packets are missing right before this one. */
  readonly lost: boolean;
}

/** One access unit, in the order of decoding. */
export interface Frame {
  readonly type: "frame";
  /** Unwrapped ticks of the RTP clock: the time of presentation. */
  readonly timestamp: number;
  readonly isKey: boolean;
  /** As in `Unit.payload`. */
  readonly payload: readonly Uint8Array[];
  /** Present where the packets told a configuration that is new with this frame. */
  readonly config?: CodecConfig;
}

/**
 * Media is missing at this place, because packets were lost or could not be read. Frames of a codec
 * that predicts from others cannot be trusted from here to the next key frame.
 */
export interface Dropped {
  readonly type: "dropped";
  readonly timestamp: number;
  readonly reason: string;
}

export type DepacketizerEvent = Frame | Dropped;

/** The packets of one track into frames. Stateful; never throws for what a peer sent. */
export interface Depacketizer {
  push(packet: PayloadPacket): readonly DepacketizerEvent[];
  /** The frame under way, of a sender that has gone and never marked the end of one. */
  flush(): readonly DepacketizerEvent[];
}

/** How one codec travels in RTP. */
export interface PayloadFormat {
  readonly codec: CodecName;
  readonly kind: TrackKind;
  /** What SDP shall say of a track of this codec; its clock is that of the timestamps. */
  rtpmap(track: Track): RtpMap;
  /** The value of `a=fmtp` for a track; undefined where there is nothing to say. */
  fmtp(track: Track): string | undefined;
  /** What SDP tells of the configuration; undefined where it is left to the packets, or damaged. */
  config(media: MediaFormat): CodecConfig | undefined;
  createDepacketizer(media: MediaFormat): Depacketizer;
  /**
   * The packets of one unit: a pure function, so that they are made once and shared. None for a unit
   * without payload, or one that the format has no way to carry.
   *
   * @param maxPayloadSize at least {@linkcode MIN_PAYLOAD_SIZE}. Exceeded only by codecs whose
   * frames RTP cannot divide, when one is longer.
   */
  packetize(unit: Unit, maxPayloadSize: number): readonly RtpFragment[];
}

/** The configuration of a track, when it is known and of this codec. */
export function configOf<C extends CodecName>(
  { config }: Pick<Track, "config">,
  codec: C,
): ConfigOf<C> | undefined {
  return config !== undefined && isConfigOf(config, codec) ? config : undefined;
}

function isConfigOf<C extends CodecName>(config: CodecConfig, codec: C): config is ConfigOf<C> {
  return config.codec === codec;
}
