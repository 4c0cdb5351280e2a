import type { Cancel, Clock } from "../../../registry/clock.ts";
import type { IncomingTrack, UnitSink } from "../../_ingest/rtp/incoming_track.ts";
import { RtpIngest } from "../../_ingest/rtp/rtp_ingest.ts";
import { parseRtpPacket } from "../../_formats/rtp/packet.ts";
import {
  MAX_RTCP_COUNT,
  parseRtcp,
  type RtcpPacket,
  serializeRtcp,
} from "../../_formats/rtp/rtcp.ts";
import type { ThrottledLog } from "../../protocol.ts";
import type { NegotiatedMedia } from "../negotiated.ts";
import type { RtcReceiver } from "../rtc_transport.ts";
import { HeaderReader } from "./header_extensions.ts";
import { IncomingMedia, incomingTrack } from "./incoming_media.ts";
import { MediaRouter } from "./media_router.ts";
import { ReceivedRate } from "./received_rate.ts";
import { TransportArrivals } from "./transport_arrivals.ts";

/** How often it is looked at what is missing: jitter of a network, and little beside its delay. */
const TICK_MS = 20;

/** How often a sender that estimates the bandwidth is told of arrivals. */
const ARRIVALS_MS = 100;

const REPORT_MS = 1000;

export interface PublisherIngestOptions {
  /** What was agreed to be received, one track each, whose ids count from 1 in this order. */
  readonly medias: readonly NegotiatedMedia[];
  readonly sink: UnitSink;
  readonly clock: Clock;
  /** Longest time between two key pictures, of who makes them on demand; else they come by themselves. */
  readonly keyIntervalMs?: number;
  /** Told of what cannot be used. */
  readonly trouble: ThrottledLog;
  /** Sends a compound packet to the peer. */
  readonly sendRtcp: (packet: Uint8Array) => void;
}

/** Takes the packets of a peer that publishes, and asks it for what is missing. */
export class PublisherIngest implements RtcReceiver {
  readonly #options: PublisherIngestOptions;
  readonly #ingest: RtpIngest;
  readonly #router: MediaRouter;
  readonly #headers: HeaderReader;
  readonly #medias: readonly IncomingMedia[];
  readonly #ssrc = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  /** How the sender comes to know what it may send: by arrivals, by an estimate, or by neither. */
  readonly #arrivals: TransportArrivals | undefined;
  readonly #rate: ReceivedRate | undefined;
  #arrivalsMs: number;
  #reportMs: number;
  /** Source of the last packet: feedback about the transport names one of those that share it. */
  #lastSsrc = 0;
  #cancelTick: Cancel;
  #isClosed = false;

  constructor(options: PublisherIngestOptions) {
    const { medias, sink, clock, keyIntervalMs = Infinity } = options;
    this.#options = options;
    const tracks = medias.map((media, index) => incomingTrack(media, index + 1));
    const ingest = new RtpIngest(tracks, withoutSilent(tracks, sink), options);
    this.#ingest = ingest;
    this.#medias = ingest.tracks.flatMap((track, index) => {
      const media = medias[index];
      if (media === undefined) return [];
      return [new IncomingMedia({ media, index, keyIntervalMs }, ingest, track)];
    });
    this.#router = new MediaRouter(medias);
    this.#headers = new HeaderReader(medias);
    const now = clock.now();
    const feedbacks = medias.flatMap(({ codecs }) => codecs.map(({ feedback }) => feedback));
    const hasArrivals = this.#headers.hasTransportSequence &&
      feedbacks.some(({ transportWide }) => transportWide);
    const hasRate = !hasArrivals && feedbacks.some(({ bitrateEstimate }) => bitrateEstimate);
    this.#arrivals = hasArrivals ? new TransportArrivals() : undefined;
    this.#rate = hasRate ? new ReceivedRate(now) : undefined;
    this.#arrivalsMs = now;
    this.#reportMs = now;
    this.#cancelTick = this.#schedule();
  }

  rtp(bytes: Uint8Array): void {
    if (!this.#isClosed) this.#ingest.attempt(() => this.#take(bytes));
  }

  #take(bytes: Uint8Array): void {
    const packet = parseRtpPacket(bytes);
    const { mid, transportSequence } = this.#headers.read(packet);
    const now = this.#options.clock.now();
    this.#lastSsrc = packet.ssrc;
    this.#rate?.add(bytes.length);
    if (transportSequence !== undefined) this.#arrivals?.receive(transportSequence, now);
    if (this.#arrivals?.isFull) this.#tellArrivals(now);
    const index = this.#router.route(packet, mid);
    const media = index === undefined ? undefined : this.#medias[index];
    if (media !== undefined) return media.take(packet, now);
    const reason = `source ${packet.ssrc} is of no section`;
    this.#options.trouble.log("section", "a packet was dropped", { reason });
  }

  rtcp(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#ingest.attempt(() => {
      for (const packet of parseRtcp(bytes)) this.#control(packet);
    });
  }

  /** A source that nobody knows yet may be that of any section. */
  #control(packet: RtcpPacket): void {
    const own = packet.type === "senderReport" ? this.#router.ofSource(packet.ssrc) : undefined;
    if (own !== undefined) this.#ingest.control(own, packet);
    else this.#medias.forEach((_, index) => this.#ingest.control(index, packet));
  }

  /** Asks for key pictures, not more often than a sender can follow, until they come. */
  requestKey(): void {
    if (this.#isClosed) return;
    for (const media of this.#medias) media.wantKey();
    const now = this.#options.clock.now();
    this.#send(this.#medias.flatMap((media) => media.keyRequest(this.#ssrc, now)));
  }

  #schedule(): Cancel {
    return this.#options.clock.schedule(TICK_MS, () => {
      this.#cancelTick = this.#schedule();
      this.#tick(this.#options.clock.now());
    });
  }

  #tick(now: number): void {
    this.#ingest.expire();
    this.#send(this.#medias.flatMap((media) => media.feedback(this.#ssrc, now)));
    if (now - this.#arrivalsMs >= ARRIVALS_MS) this.#tellArrivals(now);
    if (now - this.#reportMs >= REPORT_MS) this.#report(now);
  }

  #tellArrivals(now: number): void {
    this.#arrivalsMs = now;
    const target = { senderSsrc: this.#ssrc, mediaSsrc: this.#lastSsrc };
    for (const report of this.#arrivals?.take() ?? []) {
      this.#send([{ type: "transportFeedback", ...target, ...report }]);
    }
  }

  #report(now: number): void {
    this.#reportMs = now;
    const reports = this.#ingest.tracks.flatMap((track) => track.reportBlock() ?? [])
      .slice(0, MAX_RTCP_COUNT);
    if (reports.length === 0) return;
    const ssrcs = reports.map(({ ssrc }) => ssrc);
    const target = { senderSsrc: this.#ssrc, mediaSsrc: 0 };
    const bitrate = this.#rate?.estimate(now);
    const estimates: RtcpPacket[] = bitrate === undefined
      ? []
      : [{ type: "bitrateEstimate", ...target, bitrate, ssrcs }];
    this.#write([{ type: "receiverReport", ssrc: this.#ssrc, reports }, ...estimates]);
  }

  /** Feedback stands behind a report, though an empty one, for peers that know nothing of RFC 5506. */
  #send(feedback: readonly RtcpPacket[]): void {
    if (feedback.length === 0) return;
    this.#write([{ type: "receiverReport", ssrc: this.#ssrc, reports: [] }, ...feedback]);
  }

  #write([report, ...others]: readonly [RtcpPacket, ...RtcpPacket[]]): void {
    const name: RtcpPacket = {
      type: "sourceDescription",
      sources: [{ ssrc: this.#ssrc, cname: "sluice" }],
    };
    this.#options.sendRtcp(serializeRtcp([report, name, ...others]));
  }

  /** Hands on what is held back, and ends. May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelTick();
    this.#ingest.close();
  }
}

/**
 * A section that was agreed to and sends nothing, for want of a camera, is no track: viewers would wait for
 * its pictures.
 */
function withoutSilent(tracks: readonly IncomingTrack[], sink: UnitSink): UnitSink {
  const silent = new Set(tracks.map(({ initial }) => initial));
  return {
    describe: (description) => {
      const heard = description.tracks.filter((track) => !silent.has(track));
      sink.describe({ ...description, tracks: heard });
    },
    write: (units) => sink.write(units),
  };
}
