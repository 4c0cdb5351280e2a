import type { CodecConfig } from "../../../registry/media/codec.ts";
import { describeConfig } from "../../../registry/media/describe.ts";
import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { DtsDeriver } from "../../_formats/demux/dts.ts";
import type { Ordered } from "../../_formats/rtp/jitter_buffer.ts";
import type { RtpPacket } from "../../_formats/rtp/packet.ts";
import type { DepacketizerEvent, Frame } from "../../_formats/rtp/payload/format.ts";
import type { ReceiverClock } from "../../_formats/rtp/receiver_clock.ts";
import { type RtcpPacket, serializeRtcp } from "../../_formats/rtp/rtcp.ts";
import type { ReportBlock, SenderReport } from "../../_formats/rtp/rtcp_reports.ts";
import { TIMESTAMP_BITS, wrap } from "../../_formats/rtp/sequence.ts";
import type { IncomingFormat, IncomingTrack, TrackReception } from "./incoming_track.ts";
import type { RtpIngestOptions } from "./rtp_ingest.ts";
import { RtpSource } from "./rtp_source.ts";

/**
 * Packets of another source in a row after which it has taken the place of the first: senders that
 * start again do so without a word.
 */
const NEW_SOURCE_PACKETS = 8;

/** How a track fares, as its transport has to know. */
export interface TrackState {
  readonly track: Track;
  readonly reception: TrackReception;
  /** The source that is followed; undefined before the first packet. */
  readonly ssrc: number | undefined;
  /** Whether nothing can be shown before a key unit comes, which never is so without a source. */
  readonly awaitsKey: boolean;
  /** How many key units have come. */
  readonly keyUnits: number;
  /** The report block that is due now: its share of loss counts from the last one on. */
  reportBlock(): ReportBlock | undefined;
}

/** One track of a sender: one source of packets, in order, into frames with times. */
export class TrackIngest implements TrackState {
  readonly #incoming: IncomingTrack;
  readonly #index: number;
  readonly #times: ReceiverClock;
  readonly #options: RtpIngestOptions;
  readonly #onChange: () => void;
  readonly #reportSsrc = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  /** What comes; undefined before the first packet. */
  #format: IncomingFormat | undefined;
  #track: Track;
  #dts: DtsDeriver;
  #source: RtpSource | undefined;
  /** The report of a source that has sent no packet yet: FFmpeg sends it first. */
  #early: { readonly report: SenderReport; readonly arrivedMs: number } | undefined;
  #stranger = { ssrc: 0, packets: 0 };
  #recovered = 0;
  #dropped = 0;
  /** Pictures cannot be trusted before the next key unit. */
  #awaitsKey = false;
  #keyUnits = 0;
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
    this.#track = incoming.initial;
    this.#dts = deriverOf(this.#track);
  }

  get track(): Track {
    return this.#track;
  }

  get reception(): TrackReception {
    const { received = 0, lost = 0 } = this.#source?.reception ?? {};
    return { received, lost: lost - Math.min(this.#recovered, lost), dropped: this.#dropped };
  }

  get ssrc(): number | undefined {
    return this.#source?.ssrc;
  }

  get awaitsKey(): boolean {
    return this.#awaitsKey;
  }

  get keyUnits(): number {
    return this.#keyUnits;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  push(packet: RtpPacket): readonly Unit[] {
    const { payloadType, ssrc } = packet;
    const format = this.#formatOf(payloadType);
    if (format === undefined) {
      return this.#drop("payload-type", `payload type ${payloadType} was not announced`);
    }
    const source = this.#sourceOf(ssrc, format);
    if (source === undefined) return this.#drop("source", `source ${ssrc} is not known`);
    this.#hasEnded = false;
    return this.#units(source, source.receive(packet, this.#options.clock.now()));
  }

  /** Takes a packet of the present source that had been lost. */
  recover(packet: RtpPacket): readonly Unit[] {
    const source = this.#source;
    if (source === undefined || this.#formatOf(packet.payloadType) === undefined) return [];
    this.#recovered++;
    return this.#units(source, source.recover(packet, this.#options.clock.now()));
  }

  #formatOf(payloadType: number): IncomingFormat | undefined {
    return this.#incoming.formats.find(({ media }) => media.payloadType === payloadType);
  }

  /** Follows a sender that has started again under another name, and nobody else. */
  #sourceOf(ssrc: number, format: IncomingFormat): RtpSource | undefined {
    if (this.#source?.ssrc === ssrc) {
      this.#stranger.packets = 0;
      return this.#source;
    }
    if (this.#source === undefined) return this.#open(ssrc, format);
    if (this.#stranger.ssrc !== ssrc) this.#stranger = { ssrc, packets: 0 };
    if (++this.#stranger.packets < NEW_SOURCE_PACKETS) return undefined;
    this.#times.restart(this.#index);
    return this.#open(ssrc, format);
  }

  #open(ssrc: number, format: IncomingFormat): RtpSource {
    if (format !== this.#format) this.#adopt(format);
    this.#awaitsKey = this.#track.kind === "video";
    const source = new RtpSource(ssrc, format, this.#incoming.jitter);
    this.#source = source;
    this.#recovered = 0;
    const early = this.#early;
    this.#early = undefined;
    if (early?.report.ssrc === ssrc) this.#takeReport(source, early.report, early.arrivedMs);
    return source;
  }

  /** The track is of another format from here on. */
  #adopt(format: IncomingFormat): void {
    const { clockRate } = format.media;
    if (clockRate !== this.#track.timescale) this.#times.restart(this.#index, clockRate);
    this.#format = format;
    this.#track = format.track;
    this.#dts = deriverOf(format.track);
    this.#awaitsKey = format.track.kind === "video";
    this.#onChange();
  }

  #drop(cause: string, reason: string): readonly Unit[] {
    this.#dropped++;
    this.#options.trouble.log(cause, "a packet was dropped", { reason });
    return [];
  }

  #units(source: RtpSource, packets: readonly Ordered<RtpPacket>[]): readonly Unit[] {
    return packets.flatMap((ordered) => {
      const before = this.#follow(source, ordered.packet);
      const units = this.#take(source.depacketize(ordered));
      return before.length === 0 ? units : [...before, ...units];
    });
  }

  /** The sender has gone over to another format: what was left of the one before. */
  #follow(source: RtpSource, { payloadType }: RtpPacket): readonly Unit[] {
    const format = payloadType === source.payloadType ? undefined : this.#formatOf(payloadType);
    if (format === undefined) return [];
    const units = this.#take(source.flush());
    source.change(format);
    this.#adopt(format);
    return units;
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
    if (isKey) this.#keyUnits++;
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

  #takeReport(source: RtpSource, report: SenderReport, arrivedMs: number): void {
    this.#times.report(this.#index, report, this.#options.clock.utc());
    source.receiveSenderReport(report.ntp, arrivedMs);
  }

  expire(): readonly Unit[] {
    const source = this.#source;
    return source === undefined
      ? []
      : this.#units(source, source.expire(this.#options.clock.now()));
  }

  flush(): readonly Unit[] {
    const source = this.#source;
    if (source === undefined) return [];
    const units = this.#units(source, source.drain());
    return [...units, ...this.#take(source.flush())];
  }

  reportBlock(): ReportBlock | undefined {
    return this.#source?.report(this.#options.clock.now());
  }

  /** A receiver report of this track alone. */
  report(): Uint8Array | undefined {
    const block = this.reportBlock();
    if (block === undefined) return undefined;
    const ssrc = this.#reportSsrc;
    return serializeRtcp([
      { type: "receiverReport", ssrc, reports: [block] },
      { type: "sourceDescription", sources: [{ ssrc, cname: "sluice" }] },
    ]);
  }
}

function deriverOf({ timescale, config }: Track): DtsDeriver {
  return new DtsDeriver({ timescale, ...reordering(config) });
}

function reordering(
  config: CodecConfig | undefined,
): { readonly reorderDepth: number; readonly fps?: number } {
  const { reorderDepth = 0, fps } = config === undefined ? {} : describeConfig(config);
  return { reorderDepth, ...(fps !== undefined && { fps }) };
}
