import type { IncomingFormat, IncomingTrack } from "../../_ingest/rtp/incoming_track.ts";
import type { RtpIngest } from "../../_ingest/rtp/rtp_ingest.ts";
import type { TrackState } from "../../_ingest/rtp/track_ingest.ts";
import type { JitterBufferOptions } from "../../_formats/rtp/jitter_buffer.ts";
import type { RtpPacket } from "../../_formats/rtp/packet.ts";
import { formatOfEncoding } from "../../_formats/rtp/payload/formats.ts";
import type { RtcpPacket } from "../../_formats/rtp/rtcp.ts";
import type { NegotiatedCodec, NegotiatedMedia } from "../negotiated.ts";
import { KeyTimer } from "./key_timer.ts";
import { MissingPackets } from "./missing_packets.ts";
import { originalOfRtx } from "./rtx.ts";

/**
 * How long packets wait for one that was asked for again: some round trips of 100 ms, or one across the
 * world. What comes later than this would be seen as a halt anyway.
 */
export const NACK_PATIENCE_MS = 400;

/** Packets that wait: as many as come in that time at 30 Mbit/s. */
const NACK_PATIENCE: JitterBufferOptions = { maxDelayMs: NACK_PATIENCE_MS, maxPackets: 1024 };

/** One section that the peer sends: what it may be as a track. */
export function incomingTrack(media: NegotiatedMedia, trackId: number): IncomingTrack {
  const [first, ...others] = media.codecs.map((codec) => incomingFormat(media, codec, trackId));
  if (first === undefined) throw new RangeError(`Cannot ingest media ${media.mid}: no codec`);
  const isRepaired = media.codecs.some(({ feedback }) => feedback.nack);
  const { config: _, ...initial } = first.track;
  return { formats: [first, ...others], initial, jitter: isRepaired ? NACK_PATIENCE : {} };
}

function incomingFormat(
  { kind }: NegotiatedMedia,
  media: NegotiatedCodec,
  id: number,
): IncomingFormat {
  const format = formatOfEncoding(media.encoding, kind);
  const config = format.config(media);
  const { codec } = format;
  const track = { id, kind, codec, timescale: media.clockRate, ...(config && { config }) };
  return { media, format, track };
}

/** A section, and its place among those that the peer sends. */
export interface MediaPlace {
  readonly media: NegotiatedMedia;
  readonly index: number;
  /** Longest time between two key pictures. */
  readonly keyIntervalMs: number;
}

/** One section that the peer sends: its packets in, and what is asked of its sender out. */
export class IncomingMedia {
  readonly #index: number;
  readonly #ingest: RtpIngest;
  readonly #track: TrackState;
  readonly #codecs: ReadonlyMap<number, NegotiatedCodec>;
  /** By the payload types of their retransmissions. */
  readonly #repaired: ReadonlyMap<number, NegotiatedCodec>;
  readonly #keys: KeyTimer | undefined;
  #codec: NegotiatedCodec | undefined;
  #missing = new MissingPackets(NACK_PATIENCE_MS);
  #ssrc: number | undefined;

  constructor(
    { media, index, keyIntervalMs }: MediaPlace,
    ingest: RtpIngest,
    track: TrackState,
  ) {
    this.#index = index;
    this.#ingest = ingest;
    this.#track = track;
    this.#codecs = new Map(media.codecs.map((codec) => [codec.payloadType, codec]));
    this.#repaired = new Map(
      media.codecs.flatMap((codec): [number, NegotiatedCodec][] =>
        codec.rtxPayloadType === undefined ? [] : [[codec.rtxPayloadType, codec]]
      ),
    );
    this.#keys = media.kind === "video" ? new KeyTimer(keyIntervalMs) : undefined;
  }

  take(packet: RtpPacket, nowMs: number): void {
    const repaired = this.#repaired.get(packet.payloadType);
    if (repaired !== undefined) return this.#recover(packet, repaired);
    this.#ingest.push(this.#index, packet);
    if (packet.ssrc !== this.#track.ssrc) return;
    if (packet.ssrc !== this.#ssrc) {
      this.#ssrc = packet.ssrc;
      this.#missing = new MissingPackets(NACK_PATIENCE_MS);
    }
    this.#codec = this.#codecs.get(packet.payloadType) ?? this.#codec;
    const isRepairable = this.#missing.receive(packet.sequence, nowMs);
    if (!isRepairable) this.wantKey();
  }

  /** Browsers send packets again also to probe the path: those that nobody misses are of no use. */
  #recover(rtx: RtpPacket, { payloadType }: NegotiatedCodec): void {
    const ssrc = this.#ssrc;
    const original = ssrc === undefined ? undefined : originalOfRtx(rtx, { ssrc, payloadType });
    if (original === undefined || !this.#missing.recover(original.sequence)) return;
    this.#ingest.recover(this.#index, original);
  }

  /** Has the sender asked for a key picture, where there are pictures. */
  wantKey(): void {
    this.#keys?.want();
  }

  /** What to ask of the sender now. */
  feedback(senderSsrc: number, nowMs: number): readonly RtcpPacket[] {
    return [...this.#nack(senderSsrc, nowMs), ...this.keyRequest(senderSsrc, nowMs)];
  }

  #nack(senderSsrc: number, nowMs: number): readonly RtcpPacket[] {
    const mediaSsrc = this.#ssrc;
    const sequences = this.#missing.due(nowMs);
    if (mediaSsrc === undefined || sequences.length === 0 || !this.#codec?.feedback.nack) return [];
    return [{ type: "nack", senderSsrc, mediaSsrc, sequences }];
  }

  /** A request for a key picture, if one is due. */
  keyRequest(senderSsrc: number, nowMs: number): readonly RtcpPacket[] {
    const ssrc = this.#ssrc;
    const feedback = this.#codec?.feedback;
    const keys = this.#keys;
    if (ssrc === undefined || !keys?.isDue(this.#track, nowMs)) return [];
    if (feedback?.pictureLoss) return [{ type: "pictureLoss", senderSsrc, mediaSsrc: ssrc }];
    if (!feedback?.fullIntraRequest) return [];
    const requests = [{ ssrc, sequence: keys.number }];
    // RFC 5104 section 4.3.1.2: each entry has its own source, and the head none.
    return [{ type: "fullIntraRequest", senderSsrc, mediaSsrc: 0, requests }];
  }
}
