import { type RtpExtension, rtpHeaderSize, writeRtpHeader } from "../../_formats/rtp/packet.ts";
import { MAX_RTCP_COUNT } from "../../_formats/rtp/rtcp.ts";
import type { ReportBlock } from "../../_formats/rtp/rtcp_reports.ts";
import { SenderStats } from "../../_formats/rtp/sender_stats.ts";
import { SEQUENCE_BITS, TIMESTAMP_BITS, wrap } from "../../_formats/rtp/sequence.ts";
import type { NegotiatedCodec, NegotiatedMedia } from "../negotiated.ts";
import type { OutgoingRtp } from "../rtc_transport.ts";
import { outgoingExtension } from "./extensions.ts";
import { PacketHistory, type SentItem } from "./packet_history.ts";
import { type RtcFragment, type RtcItem, rtpFormat } from "./packaging.ts";
import { PictureTimes } from "./picture_times.ts";

/** Bytes of the original sequence number before the payload of a retransmission (RFC 4588 section 4). */
const OSN_SIZE = 2;

/**
 * Bits of the first sequence number: a receiver that misses the first packets of one near the end could
 * not know that it has wrapped, and would decrypt nothing (RFC 3711 section 3.3.1).
 */
const FIRST_SEQUENCE_BITS = SEQUENCE_BITS - 1;

/** What became of a track on its way to one viewer. */
export interface SentTrackStats {
  readonly trackId: number;
  readonly mid: string;
  readonly format: string;
  /** Without those that were sent again. */
  readonly packets: number;
  /** Of payload. */
  readonly bytes: number;
  /** Packets that were sent again. */
  readonly resent: number;
  /** What the viewer has reported last: share and number of lost packets, and jitter; absent before. */
  readonly reception?: {
    readonly fractionLost: number;
    readonly lost: number;
    readonly jitterMs: number;
  };
}

/** A media that can be sent: its codec, its source and the track that it shows. */
export interface SentMedia {
  readonly media: NegotiatedMedia;
  readonly codec: NegotiatedCodec;
  readonly trackId: number;
  readonly ssrc: number;
}

/** The media of these that are sent, as far as they say what, and as many as one report has room for. */
export function sentMedias(medias: readonly NegotiatedMedia[]): readonly SentMedia[] {
  const sent = medias.flatMap((media) => {
    const { direction, codecs: [codec], trackId, ssrc } = media;
    if (direction !== "send" || codec === undefined) return [];
    if (trackId === undefined || ssrc === undefined) return [];
    return [{ media, codec, trackId, ssrc }];
  });
  return sent.slice(0, MAX_RTCP_COUNT);
}

/** Where a retransmission of its own source goes (RFC 4588). */
interface RtxTarget {
  readonly payloadType: number;
  readonly ssrc: number;
  sequence: number;
}

/** One track on its way to one viewer: all that is the viewer's own. */
export class SentTrack {
  readonly trackId: number;
  readonly ssrc: number;
  /** As it was agreed to: items of another one must not be sent. */
  readonly format: string;
  readonly clockRate: number;
  readonly times = new PictureTimes();
  readonly #mid: string;
  readonly #payloadType: number;
  readonly #rtx: RtxTarget | undefined;
  readonly #history: PacketHistory | undefined;
  readonly #stats = new SenderStats();
  readonly #firstTimestamp: number;
  #sequence: number;
  /** On all packets until the viewer is known to have had one. */
  #extension: RtpExtension | undefined;
  #lastPts: number | undefined;
  #resent = 0;
  #block: ReportBlock | undefined;

  constructor({ media, codec, trackId, ssrc }: SentMedia) {
    const [timestamp = 0, sequence = 0, rtxSequence = 0] = crypto.getRandomValues(
      new Uint32Array(3),
    );
    this.trackId = trackId;
    this.ssrc = ssrc;
    this.format = rtpFormat(codec);
    this.clockRate = codec.clockRate;
    this.#mid = media.mid;
    this.#payloadType = codec.payloadType;
    this.#firstTimestamp = timestamp;
    this.#sequence = wrap(sequence, FIRST_SEQUENCE_BITS);
    this.#extension = outgoingExtension(media);
    this.#history = codec.feedback.nack ? new PacketHistory() : undefined;
    const { rtxPayloadType: payloadType } = codec;
    const { rtxSsrc } = media;
    this.#rtx = payloadType === undefined || rtxSsrc === undefined
      ? undefined
      : { payloadType, ssrc: rtxSsrc, sequence: wrap(rtxSequence, FIRST_SEQUENCE_BITS) };
  }

  /** Presentation time of the latest item that was sent, in ticks; `undefined` before the first. */
  get lastPts(): number | undefined {
    return this.#lastPts;
  }

  get counts(): { readonly packetCount: number; readonly octetCount: number } {
    return this.#stats.counts;
  }

  get stats(): SentTrackStats {
    const { packetCount: packets, octetCount: bytes } = this.counts;
    const block = this.#block;
    return {
      trackId: this.trackId,
      mid: this.#mid,
      format: this.format,
      packets,
      bytes,
      resent: this.#resent,
      ...(block && {
        reception: {
          fractionLost: block.fractionLost / 256,
          lost: block.cumulativeLost,
          jitterMs: block.jitter / this.clockRate * 1000,
        },
      }),
    };
  }

  /** The RTP timestamp of a time in ticks. */
  timestamp(ticks: number): number {
    return wrap(this.#firstTimestamp + ticks, TIMESTAMP_BITS);
  }

  /** Appends the packets of an item to `packets`, with `time` in the place of its presentation time. */
  write(item: RtcItem, time: number, now: number, packets: OutgoingRtp[]): void {
    const { fragments } = item;
    const sent = { item, time, sequence: this.#sequence, extension: this.#extension, sentAt: now };
    this.#history?.put(sent);
    for (const fragment of fragments) {
      packets.push(this.#packet(sent, fragment, this.#sequence));
      this.#sequence = (this.#sequence + 1) & 0xffff;
    }
    this.#stats.add(fragments.length, item.bytes);
    this.#lastPts = Math.max(this.#lastPts ?? item.pts, item.pts);
  }

  /** Makes the packet of a fragment: the same in every byte, however often. */
  #packet(
    { time, extension }: SentItem,
    { payload, marker, timestampOffset }: RtcFragment,
    sequence: number,
  ): OutgoingRtp {
    const fields = {
      marker,
      payloadType: this.#payloadType,
      sequence,
      timestamp: this.timestamp(time + timestampOffset),
      ssrc: this.ssrc,
      ...(extension && { extension }),
    };
    const header = new Uint8Array(rtpHeaderSize(fields));
    writeRtpHeader(header, 0, fields);
    return { header, payload };
  }

  /**
   * What answers the loss of a packet; `undefined` where it is too old, or was sent again just now.
   *
   * @param maxBytes that may be sent.
   */
  resend(
    sequence: number,
    { now, intervalMs, maxBytes }: {
      readonly now: number;
      readonly intervalMs: number;
      readonly maxBytes: number;
    },
  ): OutgoingRtp | undefined {
    const found = this.#history?.find(sequence, now, intervalMs);
    if (found === undefined) return undefined;
    const packet = this.#packet(found.sent, found.fragment, sequence);
    if (packetSize(packet) + OSN_SIZE > maxBytes) return undefined;
    this.#history?.resent(sequence, now);
    this.#resent++;
    return this.#rtx === undefined ? packet : toRtx(packet, sequence, this.#rtx);
  }

  /** Takes what the viewer says of this source. */
  report(block: ReportBlock): void {
    this.#block = block;
    this.#extension = undefined;
  }
}

/** Bytes of a packet, as it is before it is protected. */
export function packetSize({ header, payload }: OutgoingRtp): number {
  return header.byteLength + payload.byteLength;
}

/** The header with its extension is that of the lost packet, but for type, source and number. */
function toRtx(packet: OutgoingRtp, sequence: number, rtx: RtxTarget): OutgoingRtp {
  const header = packet.header.slice();
  const view = new DataView(header.buffer);
  view.setUint8(1, view.getUint8(1) & 0x80 | rtx.payloadType);
  view.setUint16(2, rtx.sequence);
  view.setUint32(8, rtx.ssrc);
  rtx.sequence = (rtx.sequence + 1) & 0xffff;
  const payload = new Uint8Array(OSN_SIZE + packet.payload.byteLength);
  payload[0] = sequence >> 8;
  payload[1] = sequence & 0xff;
  payload.set(packet.payload, OSN_SIZE);
  return { header, payload };
}
