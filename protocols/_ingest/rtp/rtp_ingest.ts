import type { Clock } from "../../../registry/clock.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { RtpError } from "../../_formats/rtp/errors.ts";
import { parseRtpPacket } from "../../_formats/rtp/packet.ts";
import { ReceiverClock } from "../../_formats/rtp/receiver_clock.ts";
import { parseRtcp } from "../../_formats/rtp/rtcp.ts";
import { RtcpError } from "../../_formats/rtp/rtcp_errors.ts";
import type { TrackCandidate } from "../../_formats/rtp/sdp_tracks.ts";
import type { ThrottledLog } from "../../protocol.ts";
import { FirstDescription } from "./first_description.ts";
import { TrackIngest } from "./track_ingest.ts";

/** A track that a sender has described. */
export interface IncomingTrack extends Omit<TrackCandidate, "track"> {
  readonly track: Track;
}

/** Where units go: a publisher of the registry. */
export interface UnitSink {
  describe(description: Description): void;
  write(units: readonly Unit[]): void;
}

export interface RtpIngestOptions {
  readonly clock: Clock;
  /** Whether the transport keeps packets in order and loses none. */
  readonly isReliable: boolean;
  /** Told of what cannot be used. */
  readonly trouble: ThrottledLog;
}

/** What was received of one track, in packets. */
export interface TrackReception {
  readonly received: number;
  readonly lost: number;
  /** Of no use: unknown source, other payload type, damaged. */
  readonly dropped: number;
}

/** The RTP and RTCP packets of one sender, into units of one stream. */
export class RtpIngest {
  readonly #options: RtpIngestOptions;
  readonly #sink: FirstDescription;
  readonly #times: ReceiverClock;
  readonly #tracks: readonly TrackIngest[];

  constructor(tracks: readonly IncomingTrack[], sink: UnitSink, options: RtpIngestOptions) {
    this.#options = options;
    this.#sink = new FirstDescription(sink);
    this.#times = new ReceiverClock(
      tracks.map(({ track, media }) => ({ kind: track.kind, clockRate: media.clockRate })),
    );
    this.#tracks = tracks.map((track, index) =>
      new TrackIngest(track, index, this.#times, options, () => this.#describe())
    );
    this.#describe();
  }

  #describe(): void {
    this.#sink.describe({ tracks: this.#tracks.map(({ track }) => track), metadata: {} });
  }

  /** Takes `rtptime` of RTP-Info, before the first packet. */
  announce(index: number, timestamp: number): void {
    if (index < this.#tracks.length) this.#times.announce(index, timestamp);
  }

  /** Takes an RTP packet of the track at `index`; views of it live on as units. */
  rtp(index: number, bytes: Uint8Array): void {
    this.#try(() => this.#sink.write(this.#tracks[index]?.push(parseRtpPacket(bytes)) ?? []));
  }

  /** Takes an RTCP packet of the track at `index`. */
  rtcp(index: number, bytes: Uint8Array): void {
    this.#try(() => {
      for (const packet of parseRtcp(bytes)) this.#tracks[index]?.control(packet);
    });
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof RtpError || error instanceof RtcpError)) throw error;
      this.#options.trouble.log("packet", "a packet was dropped", { reason: error.message });
    }
  }

  /** Gives up on packets that have been missing for too long; to be called every few milliseconds. */
  expire(): void {
    for (const track of this.#tracks) this.#sink.write(track.expire());
  }

  /** The receiver report of each track that has something to report, for its sender. */
  reports(): readonly { readonly index: number; readonly bytes: Uint8Array }[] {
    return this.#tracks.flatMap((track, index) => {
      const bytes = track.report();
      return bytes === undefined ? [] : [{ index, bytes }];
    });
  }

  /** Whether the sender has said goodbye (RTCP BYE) for every track of which it had sent packets. */
  get hasEnded(): boolean {
    const started = this.#tracks.filter(({ hasStarted }) => hasStarted);
    return started.length > 0 && started.every(({ hasEnded }) => hasEnded);
  }

  /** What was received, by track. */
  get receptions(): readonly TrackReception[] {
    return this.#tracks.map(({ reception }) => reception);
  }

  /** Hands on what is held back. */
  flush(): void {
    for (const track of this.#tracks) this.#sink.write(track.flush());
    this.#sink.flush();
  }
}
