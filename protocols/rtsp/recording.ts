import type { Cancel, Clock } from "../../registry/clock.ts";
import type { Publisher } from "../../registry/publisher.ts";
import { rtcpDelay } from "../_formats/rtp/rtcp_schedule.ts";
import type { ByteStream } from "../_transport/byte_stream.ts";
import type { ThrottledLog } from "../protocol.ts";
import { type IncomingTrack, RtpIngest } from "./ingest.ts";
import { interleavedFrame } from "./message.ts";
import type { TrackTransport } from "./track_transport.ts";
import type { UdpPorts } from "./udp_ports.ts";

/** How often packets that are missing are looked at. */
const EXPIRE_MS = 20;

export interface RecordingOptions {
  readonly publisher: Publisher;
  readonly stream: ByteStream;
  readonly udp: UdpPorts | undefined;
  readonly clock: Clock;
  readonly trouble: ThrottledLog;
  /** Called for every packet: a sign of life. */
  readonly onPacket: () => void;
}

/** A track that a client records, and how its packets come. */
export interface RecordedTrack {
  readonly incoming: IncomingTrack;
  readonly transport: TrackTransport;
}

/** Receives a stream from one client, from RECORD to its end. */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #tracks: readonly RecordedTrack[];
  readonly #ingest: RtpIngest;
  /** What takes an interleaved frame, by channel. */
  readonly #channels = new Map<number, (bytes: Uint8Array) => void>();
  readonly #stopListening: (() => void)[] = [];
  #cancelExpire: Cancel | undefined;
  #cancelReport: Cancel;

  constructor(tracks: readonly RecordedTrack[], options: RecordingOptions) {
    this.#options = options;
    this.#tracks = tracks;
    const isReliable = tracks.every(({ transport }) => transport.lower === "tcp");
    const { clock, trouble, publisher } = options;
    this.#ingest = new RtpIngest(tracks.map(({ incoming }) => incoming), publisher, {
      clock,
      isReliable,
      trouble,
    });
    tracks.forEach(({ transport }, index) => this.#listen(transport, index));
    if (!isReliable) this.#scheduleExpire();
    this.#cancelReport = this.#scheduleReport();
  }

  #listen(transport: TrackTransport, index: number): void {
    const rtp = (bytes: Uint8Array) => {
      this.#options.onPacket();
      this.#ingest.rtp(index, bytes);
    };
    const rtcp = (bytes: Uint8Array) => {
      this.#options.onPacket();
      this.#ingest.rtcp(index, bytes);
    };
    if (transport.lower === "tcp") {
      this.#channels.set(transport.channels.rtp, rtp);
      this.#channels.set(transport.channels.rtcp, rtcp);
      return;
    }
    const { udp } = this.#options;
    if (udp === undefined) return;
    this.#stopListening.push(udp.listen("rtp", transport.rtp, rtp));
    this.#stopListening.push(udp.listen("rtcp", transport.rtcp, rtcp));
  }

  /** Takes an interleaved frame; those of channels that nobody set up are dropped. */
  frame(channel: number, payload: Uint8Array): void {
    this.#channels.get(channel)?.(payload);
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
    const { stream, udp } = this.#options;
    for (const { index, bytes } of this.#ingest.reports()) {
      const transport = this.#tracks[index]?.transport;
      if (transport?.lower === "tcp") {
        stream.post(interleavedFrame(transport.channels.rtcp, [bytes]));
      } else if (transport !== undefined) udp?.send("rtcp", [bytes], transport.rtcp);
    }
  }

  close(end: { readonly resumable: boolean }): void {
    this.#cancelExpire?.();
    this.#cancelReport();
    for (const stop of this.#stopListening) stop();
    this.#ingest.flush();
    this.#options.publisher.close(end);
  }
}
