import type { Cancel, Clock } from "../../../registry/clock.ts";
import { rtcpDelay } from "../../_formats/rtp/rtcp_schedule.ts";
import type { ByteStream } from "../../_transport/byte_stream.ts";
import type { ThrottledLog } from "../../protocol.ts";
import type { UnitSink } from "../../_ingest/rtp/incoming_track.ts";
import { RtpIngest } from "../../_ingest/rtp/rtp_ingest.ts";
import type { IncomingTrack } from "./incoming_track.ts";
import { interleavedFrame } from "../message.ts";
import type { TrackTransport } from "../transport/track_transport.ts";

/** How often packets that are missing are looked at. */
const EXPIRE_MS = 20;

/** A track that a peer sends, and how its packets come. */
export interface ReceivedTrack {
  readonly incoming: IncomingTrack;
  readonly transport: TrackTransport;
}

export interface ReceptionOptions {
  readonly sink: UnitSink;
  readonly stream: ByteStream;
  readonly clock: Clock;
  readonly trouble: ThrottledLog;
}

/** The receiver of what a peer sends: packets in, units and receiver reports out. */
export class Reception {
  readonly #options: ReceptionOptions;
  readonly #tracks: readonly ReceivedTrack[];
  readonly #ingest: RtpIngest;
  #cancelExpire: Cancel | undefined;
  #cancelReport: Cancel;

  constructor(tracks: readonly ReceivedTrack[], options: ReceptionOptions) {
    this.#options = options;
    this.#tracks = tracks;
    const isReliable = tracks.every(({ transport }) => transport.lower === "tcp");
    const jitter = isReliable ? { maxPackets: 0 } : {};
    const incoming = tracks.map(({ incoming }) =>
      ({ formats: [incoming], initial: incoming.track, jitter }) as const
    );
    this.#ingest = new RtpIngest(incoming, options.sink, options);
    if (!isReliable) this.#scheduleExpire();
    this.#cancelReport = this.#scheduleReport();
  }

  /** Whether the sender has said goodbye for every track that it had sent. */
  get hasEnded(): boolean {
    return this.#ingest.hasEnded;
  }

  /** Takes `rtptime` of RTP-Info, before the first packet. */
  announce(index: number, timestamp: number): void {
    this.#ingest.announce(index, timestamp);
  }

  /** Takes a packet of the track at `index`; views of it live on as units. */
  take(role: "rtp" | "rtcp", index: number, bytes: Uint8Array): void {
    this.#ingest[role](index, bytes);
  }

  #scheduleExpire(): void {
    this.#cancelExpire = this.#options.clock.schedule(EXPIRE_MS, () => {
      this.#ingest.expire();
      this.#scheduleExpire();
    });
  }

  #scheduleReport(): Cancel {
    return this.#options.clock.schedule(rtcpDelay(Math.random()), () => {
      this.#report();
      this.#cancelReport = this.#scheduleReport();
    });
  }

  #report(): void {
    const { stream } = this.#options;
    for (const { index, bytes } of this.#ingest.reports()) {
      const transport = this.#tracks[index]?.transport;
      if (transport?.lower === "tcp") {
        stream.post(interleavedFrame(transport.channels.rtcp, [bytes]));
      } else transport?.ports.send("rtcp", [bytes], transport.rtcp);
    }
  }

  /** Hands on what is held back, and ends. */
  close(): void {
    this.#cancelExpire?.();
    this.#cancelReport();
    this.#ingest.close();
  }
}
