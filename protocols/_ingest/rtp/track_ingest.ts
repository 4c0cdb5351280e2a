import type { CodecConfig } from "../../../registry/media/codec.ts";
import { describeConfig } from "../../../registry/media/describe.ts";
import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { DtsDeriver } from "../../_formats/demux/dts.ts";
import { JitterBuffer, type Ordered } from "../../_formats/rtp/jitter_buffer.ts";
import type { RtpPacket } from "../../_formats/rtp/packet.ts";
import type { Depacketizer, DepacketizerEvent, Frame } from "../../_formats/rtp/payload/format.ts";
import type { ReceiverClock } from "../../_formats/rtp/receiver_clock.ts";
import { ReceiverStats } from "../../_formats/rtp/receiver_stats.ts";
import { type RtcpPacket, serializeRtcp } from "../../_formats/rtp/rtcp.ts";
import type { SenderReport } from "../../_formats/rtp/rtcp_reports.ts";
import { TIMESTAMP_BITS, Unwrapper, wrap } from "../../_formats/rtp/sequence.ts";
import type { IncomingTrack, RtpIngestOptions, TrackReception } from "./rtp_ingest.ts";

/**
 * Packets of another source in a row after which it has taken the place of the first: senders that
 * start again do so without a word.
 */
const NEW_SOURCE_PACKETS = 8;

/** One track of a sender: one source of packets, in order, into frames with times. */
export class TrackIngest {
  readonly #incoming: IncomingTrack;
  readonly #index: number;
  readonly #times: ReceiverClock;
  readonly #options: RtpIngestOptions;
  readonly #onChange: () => void;
  readonly #dts: DtsDeriver;
  readonly #reportSsrc = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  #track: Track;
  #source: Source | undefined;
  /** The report of a source that has sent no packet yet: FFmpeg sends it first. */
  #early: { readonly report: SenderReport; readonly arrivedMs: number } | undefined;
  #stranger = { ssrc: 0, packets: 0 };
  #dropped = 0;
  /** Pictures cannot be trusted before the next key unit. */
  #awaitsKey = false;
  /** The sender has said goodbye, and nothing has come since. */
  #hasEnded = false;

  constructor(
    incoming: IncomingTrack,
    index: number,
    times: ReceiverClock,
    options: RtpIngestOptions,
    onChange: () => void,
  ) {
    this.#incoming = incoming;
    this.#index = index;
    this.#times = times;
    this.#options = options;
    this.#onChange = onChange;
    this.#track = incoming.track;
    const { timescale, config } = incoming.track;
    this.#dts = new DtsDeriver({ timescale, ...reordering(config) });
  }

  get track(): Track {
    return this.#track;
  }

  get reception(): TrackReception {
    const { received = 0, lost = 0 } = this.#source?.stats.reception ?? {};
    return { received, lost, dropped: this.#dropped };
  }

  get hasStarted(): boolean {
    return this.#source !== undefined;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  push(packet: RtpPacket): readonly Unit[] {
    const { payloadType, ssrc } = packet;
    const source = this.#sourceOf(ssrc);
    if (source === undefined) return this.#drop("source", `source ${ssrc} is not known`);
    if (payloadType !== this.#incoming.media.payloadType) {
      return this.#drop("payload-type", `payload type ${payloadType} was not announced`);
    }
    this.#hasEnded = false;
    const now = this.#options.clock.now();
    source.stats.receive(packet, now);
    return this.#units(source, source.jitter.push(packet, now));
  }

  /** Follows a sender that has started again under another name, and nobody else. */
  #sourceOf(ssrc: number): Source | undefined {
    if (this.#source?.ssrc === ssrc) {
      this.#stranger.packets = 0;
      return this.#source;
    }
    if (this.#source === undefined) return this.#source = this.#open(ssrc);
    if (this.#stranger.ssrc !== ssrc) this.#stranger = { ssrc, packets: 0 };
    if (++this.#stranger.packets < NEW_SOURCE_PACKETS) return undefined;
    this.#times.restart(this.#index);
    return this.#source = this.#open(ssrc);
  }

  #open(ssrc: number): Source {
    const { format, media } = this.#incoming;
    this.#awaitsKey = this.#track.kind === "video";
    const source: Source = {
      ssrc,
      jitter: new JitterBuffer(this.#options.isReliable ? { maxPackets: 0 } : {}),
      depacketizer: format.createDepacketizer(media),
      timestamps: new Unwrapper(TIMESTAMP_BITS),
      stats: new ReceiverStats(ssrc, media.clockRate),
    };
    const early = this.#early;
    this.#early = undefined;
    if (early?.report.ssrc === ssrc) this.#takeReport(source, early.report, early.arrivedMs);
    return source;
  }

  #drop(cause: string, reason: string): readonly Unit[] {
    this.#dropped++;
    this.#options.trouble.log(cause, "a packet was dropped", { reason });
    return [];
  }

  #units(source: Source, packets: readonly Ordered<RtpPacket>[]): readonly Unit[] {
    return packets.flatMap(({ packet, lost, isRestart }) => {
      const { payload, marker } = packet;
      const timestamp = source.timestamps.next(packet.timestamp);
      const events = source.depacketizer.push({
        payload,
        marker,
        timestamp,
        lost: lost > 0 || isRestart,
      });
      return this.#take(events);
    });
  }

  #take(events: readonly DepacketizerEvent[]): readonly Unit[] {
    const units: Unit[] = [];
    for (const event of events) {
      if (event.type === "frame") units.push(...this.#toUnit(event));
      else {
        this.#awaitsKey = this.#track.kind === "video";
        this.#options.trouble.log("damaged", "media is missing", { reason: event.reason });
      }
    }
    return units;
  }

  #toUnit(frame: Frame): readonly Unit[] {
    const { isKey, payload, config } = frame;
    if (config !== undefined) this.#configure(config);
    if (this.#awaitsKey && !isKey) return [];
    this.#awaitsKey = false;
    const raw = wrap(frame.timestamp, TIMESTAMP_BITS);
    const placed = this.#times.place(this.#index, raw, this.#options.clock.now());
    const { pts, dts } = this.#dts.next(placed.pts, isKey);
    const { wallClock } = placed;
    return [{
      track: this.#track,
      pts,
      dts,
      isKey,
      payload,
      ...(config && { config }),
      ...(wallClock !== undefined && { wallClock }),
    }];
  }

  #configure(config: CodecConfig): void {
    this.#track = { ...this.#track, config };
    this.#dts.configure(reordering(config));
    this.#onChange();
  }

  control(packet: RtcpPacket): void {
    if (packet.type === "goodbye" && this.#source !== undefined) {
      this.#hasEnded ||= packet.ssrcs.includes(this.#source.ssrc);
    }
    if (packet.type !== "senderReport") return;
    const arrivedMs = this.#options.clock.now();
    if (packet.ssrc !== this.#source?.ssrc) this.#early = { report: packet, arrivedMs };
    else this.#takeReport(this.#source, packet, arrivedMs);
  }

  #takeReport({ stats }: Source, report: SenderReport, arrivedMs: number): void {
    this.#times.report(this.#index, report, this.#options.clock.utc());
    stats.receiveSenderReport(report.ntp, arrivedMs);
  }

  expire(): readonly Unit[] {
    const source = this.#source;
    return source === undefined
      ? []
      : this.#units(source, source.jitter.expire(this.#options.clock.now()));
  }

  flush(): readonly Unit[] {
    const source = this.#source;
    if (source === undefined) return [];
    const units = this.#units(source, source.jitter.flush());
    return [...units, ...this.#take(source.depacketizer.flush())];
  }

  report(): Uint8Array | undefined {
    const block = this.#source?.stats.report(this.#options.clock.now());
    if (block === undefined) return undefined;
    const ssrc = this.#reportSsrc;
    return serializeRtcp([
      { type: "receiverReport", ssrc, reports: [block] },
      { type: "sourceDescription", sources: [{ ssrc, cname: "sluice" }] },
    ]);
  }
}

/** A sender's stream of packets, from its first to the one of a successor. */
interface Source {
  readonly ssrc: number;
  readonly jitter: JitterBuffer<RtpPacket>;
  readonly depacketizer: Depacketizer;
  readonly timestamps: Unwrapper;
  readonly stats: ReceiverStats;
}

function reordering(
  config: CodecConfig | undefined,
): { readonly reorderDepth: number; readonly fps?: number } {
  const { reorderDepth = 0, fps } = config === undefined ? {} : describeConfig(config);
  return { reorderDepth, ...(fps !== undefined && { fps }) };
}
