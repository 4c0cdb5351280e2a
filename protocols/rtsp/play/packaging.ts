import type { Clock } from "../../../registry/clock.ts";
import type { LogItem } from "../../../registry/gop_cache.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Packager, Packaging } from "../../../registry/packaging.ts";
import type { MediaBatch } from "../../../registry/reader.ts";
import { RTP_HEADER_SIZE, writeRtpHeader } from "../../_formats/rtp/packet.ts";
import type { RtpFragment } from "../../_formats/rtp/payload/format.ts";
import { type RtcpPacket, serializeRtcp } from "../../_formats/rtp/rtcp.ts";
import { rtcpDelay } from "../../_formats/rtp/rtcp_schedule.ts";
import { SenderClock } from "../../_formats/rtp/sender_clock.ts";
import { SenderStats } from "../../_formats/rtp/sender_stats.ts";
import { SEQUENCE_BITS, TIMESTAMP_BITS, wrap } from "../../_formats/rtp/sequence.ts";
import { trackControl } from "../url.ts";
import { type SdpTrack, sdpTracks } from "../../_formats/rtp/sdp_tracks.ts";

/**
 * Largest RTP packet: with the heads of UDP and IPv6 below an MTU of 1500, and below what tunnels and
 * mobile networks leave of it.
 */
export const MAX_PACKET_SIZE = 1400;

/** How presentation times of a track become RTP timestamps. */
export interface RtpTimeline {
  /** RTP timestamp of presentation time 0. */
  readonly firstTimestamp: number;
  /** Ticks per second. */
  readonly clockRate: number;
}

/** The packets of one unit, the same for every viewer. */
export interface RtpItem extends LogItem {
  readonly trackId: number;
  /** Of the track, as {@linkcode formatOf} gives it. */
  readonly format: string;
  /** Whole RTP packets. */
  readonly packets: readonly Uint8Array[];
  /** Sequence number of the first packet, and the presentation time in milliseconds: for RTP-Info. */
  readonly sequence: number;
  readonly presentedAt: number;
  /** Of all tracks, by id: the same map for as long as the tracks are the same. */
  readonly timelines: ReadonlyMap<number, RtpTimeline>;
  readonly ssrc: number;
  /** A compound RTCP packet that goes out before, where a sender report is due. */
  readonly report?: Uint8Array;
}

/**
 * Streams as RTP. Sequence numbers, timestamps, sources and sender reports are those of the stream and
 * not of a viewer, so that a packet is made once for all of them.
 */
export class RtpPackaging implements Packaging<RtpItem> {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(): Packager<RtpItem> {
    return new RtpPackager(this.#clock);
  }
}

/**
 * What makes packets readable to whoever was told of the track: payload type and `rtpmap`. Changes of
 * parameter sets do not count, since they go along with the pictures.
 */
export function formatOf({ track, format, payloadType }: SdpTrack): string {
  const { encoding, clockRate, channels = 1 } = format.rtpmap(track);
  return `${payloadType} ${encoding}/${clockRate}/${channels}`;
}

/** A track as it goes out, for as long as its stream has viewers. */
interface Sender {
  readonly out: SdpTrack;
  readonly format: string;
  /** Its place in the clock. */
  readonly index: number;
  readonly ssrc: number;
  readonly firstTimestamp: number;
  readonly stats: SenderStats;
  sequence: number;
  /** Milliseconds of the clock at which the next report is due. */
  reportDue: number;
}

/** A stream, or what one session sees of a recording, as RTP. */
export class RtpPackager implements Packager<RtpItem> {
  readonly #clock: Clock;
  #description: Description | undefined;
  #senders: ReadonlyMap<number, Sender> = new Map();
  #times = new SenderClock([]);
  #timelines: ReadonlyMap<number, RtpTimeline> = new Map();
  /** What the reports of all tracks say. */
  #reportedOrigin: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  package({ description, units }: MediaBatch): readonly RtpItem[] {
    if (description !== this.#description) this.#describe(description);
    const lead = description.tracks.find(({ kind }) => kind === "video");
    return units.flatMap((unit) => {
      const sender = this.#senders.get(unit.track.id);
      const item = sender && this.#toItem(unit, sender, lead);
      return item === undefined ? [] : [item];
    });
  }

  /** Number and source of the next packet of a track; `undefined` before anything was packaged. */
  nextPacket(trackId: number): Pick<RtpItem, "sequence" | "ssrc"> | undefined {
    return this.#senders.get(trackId);
  }

  /** A track that stays what it is goes on with its source and its numbers. */
  #describe(description: Description): void {
    const senders = sdpTracks(description.tracks, controlOf).map((out, index) =>
      this.#sender(out, index)
    );
    this.#description = description;
    this.#senders = new Map(senders.map((sender) => [sender.out.track.id, sender]));
    const sent = senders.map(({ out: { track, format }, firstTimestamp }) => ({
      id: track.id,
      timescale: track.timescale,
      clockRate: format.rtpmap(track).clockRate,
      firstTimestamp,
    }));
    this.#times = new SenderClock(sent);
    this.#timelines = new Map(sent.map((timeline) => [timeline.id, timeline]));
  }

  #sender(out: SdpTrack, index: number): Sender {
    const format = formatOf(out);
    const last = this.#senders.get(out.track.id);
    const known = last?.format === format ? last : undefined;
    const [ssrc = 0, firstTimestamp = 0, sequence = 0] = crypto.getRandomValues(new Uint32Array(3));
    return {
      ssrc: known?.ssrc ?? ssrc,
      firstTimestamp: known?.firstTimestamp ?? firstTimestamp,
      stats: known?.stats ?? new SenderStats(),
      sequence: known?.sequence ?? wrap(sequence, SEQUENCE_BITS),
      reportDue: known?.reportDue ?? -Infinity,
      out,
      format,
      index,
    };
  }

  #toItem(unit: Unit, sender: Sender, lead: Track | undefined): RtpItem | undefined {
    const fragments = sender.out.format.packetize(unit, MAX_PACKET_SIZE - RTP_HEADER_SIZE);
    if (fragments.length === 0) return undefined;
    const { index, sequence, ssrc } = sender;
    this.#times.sent(index, unit, this.#clock.utc());
    this.#reportAnew();
    const timestamp = this.#times.timestamp(index, unit.pts);
    const isKey = lead === undefined || (unit.isKey && unit.track.id === lead.id);
    if (isKey && lead !== undefined) this.#expireReports();
    const report = this.#report(sender);
    const packets = fragments.map((fragment) => writePacket(fragment, sender, timestamp));
    const bytes = packets.reduce((sum, packet) => sum + packet.byteLength, 0);
    sender.stats.add(packets.length, bytes - packets.length * RTP_HEADER_SIZE);
    return {
      trackId: unit.track.id,
      format: sender.format,
      packets,
      sequence,
      presentedAt: unit.pts * 1000 / unit.track.timescale,
      timelines: this.#timelines,
      ssrc,
      bytes,
      time: unit.dts * 1000 / unit.track.timescale,
      isKey,
      rides: lead !== undefined && unit.track.id !== lead.id,
      ...(report && { report }),
    };
  }

  /** Players compare the reports of tracks: none may go on saying what holds no more. */
  #reportAnew(): void {
    if (this.#times.origin === this.#reportedOrigin) return;
    this.#reportedOrigin = this.#times.origin;
    this.#expireReports();
  }

  /**
   * Lets a report of each track go out with its next unit. Viewers begin at key units: reports of all
   * tracks behind each put them in sync at once.
   */
  #expireReports(): void {
    for (const sender of this.#senders.values()) sender.reportDue = -Infinity;
  }

  #report(sender: Sender): Uint8Array | undefined {
    const now = this.#clock.now();
    if (now < sender.reportDue) return undefined;
    const instant = this.#times.report(sender.index, this.#clock.utc());
    if (instant === undefined) return undefined;
    sender.reportDue = now + rtcpDelay(Math.random());
    const { ssrc, stats } = sender;
    return serializeRtcp([
      { type: "senderReport", ssrc, ...instant, ...stats.counts, reports: [] },
      sourceOf(ssrc),
    ]);
  }
}

function sourceOf(ssrc: number): RtcpPacket {
  return { type: "sourceDescription", sources: [{ ssrc, cname: "sluice" }] };
}

/** The control attribute of a track of ours. */
export function controlOf({ id }: Track): string {
  return trackControl(id);
}

/** Tells viewers that a source has ended. */
export function goodbyeOf(ssrc: number): Uint8Array {
  return serializeRtcp([
    { type: "receiverReport", ssrc, reports: [] },
    sourceOf(ssrc),
    { type: "goodbye", ssrcs: [ssrc] },
  ]);
}

function writePacket(
  { parts, marker, timestampOffset = 0 }: RtpFragment,
  sender: Sender,
  timestamp: number,
): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.byteLength, RTP_HEADER_SIZE);
  const packet = new Uint8Array(size);
  let offset = writeRtpHeader(packet, 0, {
    marker,
    payloadType: sender.out.payloadType,
    sequence: sender.sequence,
    timestamp: wrap(timestamp + timestampOffset, TIMESTAMP_BITS),
    ssrc: sender.ssrc,
  });
  for (const part of parts) {
    packet.set(part, offset);
    offset += part.byteLength;
  }
  sender.sequence = wrap(sender.sequence + 1, SEQUENCE_BITS);
  return packet;
}
