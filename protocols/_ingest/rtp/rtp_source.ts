import {
  JitterBuffer,
  type JitterBufferOptions,
  type Ordered,
} from "../../_formats/rtp/jitter_buffer.ts";
import type { NtpTime } from "../../_formats/rtp/ntp.ts";
import type { RtpPacket } from "../../_formats/rtp/packet.ts";
import type { Depacketizer, DepacketizerEvent } from "../../_formats/rtp/payload/format.ts";
import { ReceiverStats, type Reception } from "../../_formats/rtp/receiver_stats.ts";
import type { ReportBlock } from "../../_formats/rtp/rtcp_reports.ts";
import { TIMESTAMP_BITS, Unwrapper } from "../../_formats/rtp/sequence.ts";
import type { IncomingFormat } from "./incoming_track.ts";

type OrderedPackets = readonly Ordered<RtpPacket>[];

/** A sender's stream of packets, from its first to the one of a successor. */
export class RtpSource {
  readonly ssrc: number;
  readonly #jitter: JitterBuffer<RtpPacket>;
  #format: IncomingFormat;
  #depacketizer: Depacketizer;
  #timestamps = new Unwrapper(TIMESTAMP_BITS);
  readonly #maxWaiting: number | undefined;
  #stats: ReceiverStats;

  constructor(ssrc: number, format: IncomingFormat, jitter: JitterBufferOptions) {
    this.ssrc = ssrc;
    this.#jitter = new JitterBuffer(jitter);
    this.#format = format;
    this.#depacketizer = format.format.createDepacketizer(format.media);
    this.#maxWaiting = jitter.maxPackets;
    this.#stats = this.#newStats();
  }

  #newStats(): ReceiverStats {
    return new ReceiverStats(this.ssrc, this.#format.media.clockRate, this.#maxWaiting);
  }

  get reception(): Reception {
    return this.#stats.reception;
  }

  /** What the packets are that come out in order. */
  get payloadType(): number {
    return this.#format.media.payloadType;
  }

  receive(packet: RtpPacket, nowMs: number): OrderedPackets {
    this.#stats.receive(packet, nowMs);
    return this.#jitter.push(packet, nowMs);
  }

  /** Takes a packet that came another way: to the reports it is still lost (RFC 4588 section 6). */
  recover(packet: RtpPacket, nowMs: number): OrderedPackets {
    return this.#jitter.push(packet, nowMs);
  }

  receiveSenderReport(ntp: NtpTime, nowMs: number): void {
    this.#stats.receiveSenderReport(ntp, nowMs);
  }

  expire(nowMs: number): OrderedPackets {
    return this.#jitter.expire(nowMs);
  }

  /** What waits for others. */
  drain(): OrderedPackets {
    return this.#jitter.flush();
  }

  report(nowMs: number): ReportBlock | undefined {
    return this.#stats.report(nowMs);
  }

  depacketize({ packet, lost, isRestart }: Ordered<RtpPacket>): readonly DepacketizerEvent[] {
    const { payload, marker } = packet;
    const timestamp = this.#timestamps.next(packet.timestamp);
    return this.#depacketizer.push({ payload, marker, timestamp, lost: lost > 0 || isRestart });
  }

  /** The frame under way, when nothing follows. */
  flush(): readonly DepacketizerEvent[] {
    return this.#depacketizer.flush();
  }

  /** The packets from here on are of another format. */
  change(format: IncomingFormat): void {
    const { clockRate } = this.#format.media;
    this.#format = format;
    this.#depacketizer = format.format.createDepacketizer(format.media);
    if (format.media.clockRate === clockRate) return;
    this.#timestamps = new Unwrapper(TIMESTAMP_BITS);
    this.#stats = this.#newStats();
  }
}
