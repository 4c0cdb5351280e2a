import type { Clock } from "../../../registry/clock.ts";
import { RtpError } from "../../_formats/rtp/errors.ts";
import { parseRtpPacket, type RtpPacket } from "../../_formats/rtp/packet.ts";
import { ReceiverClock } from "../../_formats/rtp/receiver_clock.ts";
import { parseRtcp, type RtcpPacket } from "../../_formats/rtp/rtcp.ts";
import { RtcpError } from "../../_formats/rtp/rtcp_errors.ts";
import type { ThrottledLog } from "../../protocol.ts";
import { FirstDescription } from "./first_description.ts";
import type { IncomingTrack, UnitSink } from "./incoming_track.ts";
import { TrackIngest, type TrackState } from "./track_ingest.ts";

export interface RtpIngestOptions {
  readonly clock: Clock;
  /** Told of what cannot be used. */
  readonly trouble: ThrottledLog;
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
      tracks.map(({ initial: { kind, timescale } }) => ({ kind, clockRate: timescale })),
    );
    this.#tracks = tracks.map((track, index) =>
      new TrackIngest(track, index, this.#times, options, () => this.#describe())
    );
    this.#describe();
  }

  #describe(): void {
    this.#sink.describe({ tracks: this.#tracks.map(({ track }) => track), metadata: {} });
  }

  /** How each track fares. */
  get tracks(): readonly TrackState[] {
    return this.#tracks;
  }

  /** Takes `rtptime` of RTP-Info, before the first packet. */
  announce(index: number, timestamp: number): void {
    if (index < this.#tracks.length) this.#times.announce(index, timestamp);
  }

  /** Takes an RTP packet of the track at `index`; views of it live on as units. */
  rtp(index: number, bytes: Uint8Array): void {
    this.attempt(() => this.push(index, parseRtpPacket(bytes)));
  }

  /** Takes an RTCP packet of the track at `index`. */
  rtcp(index: number, bytes: Uint8Array): void {
    this.attempt(() => {
      for (const packet of parseRtcp(bytes)) this.control(index, packet);
    });
  }

  /** As `rtp`, of one that was parsed. */
  push(index: number, packet: RtpPacket): void {
    this.#sink.write(this.#tracks[index]?.push(packet) ?? []);
  }

  /** Takes a packet that was lost and has come another way: it is in no report. */
  recover(index: number, packet: RtpPacket): void {
    this.#sink.write(this.#tracks[index]?.recover(packet) ?? []);
  }

  /** Takes what an RTCP packet says of the track at `index`. */
  control(index: number, packet: RtcpPacket): void {
    this.#tracks[index]?.control(packet);
  }

  /** Does `work`, and logs what of a packet cannot be read. */
  attempt(work: () => void): void {
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
    const started = this.#tracks.filter(({ ssrc }) => ssrc !== undefined);
    return started.length > 0 && started.every(({ hasEnded }) => hasEnded);
  }

  /** Hands on what is held back, and tells what was missing. */
  close(): void {
    for (const track of this.#tracks) this.#sink.write(track.flush());
    this.#sink.flush();
    this.#tellLosses();
  }

  #tellLosses(): void {
    this.#tracks.forEach(({ track: { codec }, reception }, index) => {
      const { received, lost, dropped } = reception;
      if (lost === 0 && dropped === 0) return;
      const counts = { codec, received, lost, dropped };
      this.#options.trouble.log(`losses ${index}`, "packets of a track were missing", counts);
    });
  }
}
