import type { PeerRequest } from "../../registry/registry.ts";
import { formatAddress } from "../_transport/transport.ts";
import type { ByteStream } from "../_transport/byte_stream.ts";
import { type Context, ThrottledLog } from "../protocol.ts";
import { InvalidRangeError, RtspStateError } from "./errors.ts";
import { parseRange, type Range } from "./headers/range.ts";
import type { Transport } from "./headers/transport.ts";
import type { IncomingTrack } from "./ingest.ts";
import type { RtspOptions } from "./options.ts";
import type { RtpPackaging } from "./packaging.ts";
import { type FirstPacket, Playing } from "./playing.ts";
import { Recording } from "./recording.ts";
import { reasonOf } from "./refusals.ts";
import { nextSessionState, type SessionEdge, type SessionState } from "./state.ts";
import { chooseTransport, type ChosenTransport, type TrackTransport } from "./track_transport.ts";
import type { UdpPorts } from "./udp_ports.ts";
import type { StreamTarget } from "./url.ts";

/** How long PLAY waits for the first packets, so that it can tell their numbers. */
const FIRST_PACKETS_MS = 250;

/** What a session has of its connection and server. */
export interface SessionHost {
  readonly context: Context;
  readonly options: RtspOptions;
  readonly stream: ByteStream;
  readonly udp: UdpPorts | undefined;
  readonly packaging: RtpPackaging;
  /** Ends the connection; the reason goes to the log. */
  readonly end: (reason: string) => void;
}

export interface SessionIdentity {
  readonly id: string;
  readonly target: StreamTarget;
  /** Who signed the request that made the session. */
  readonly user: string | undefined;
}

/** One RTSP session: what a client set up of one stream, to play it or to record it. */
export class RtspSession {
  readonly identity: SessionIdentity;
  readonly #host: SessionHost;
  readonly #transports = new Map<number, TrackTransport>();
  readonly #stopListening: (() => void)[] = [];
  #announced: readonly IncomingTrack[] | undefined;
  #state: SessionState = "init";
  #playing: Playing | undefined;
  #recording: Recording | undefined;
  #lastSign: number;

  constructor(identity: SessionIdentity, host: SessionHost) {
    this.identity = identity;
    this.#host = host;
    this.#lastSign = host.context.registry.clock.now();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Milliseconds since the client last showed that it is there. */
  get silentMs(): number {
    return this.#host.context.registry.clock.now() - this.#lastSign;
  }

  /** Takes note of a sign of life. */
  readonly touch = (): void => {
    this.#lastSign = this.#host.context.registry.clock.now();
  };

  /** Whether packets travel in the connection, so that the session cannot outlive it. */
  get needsConnection(): boolean {
    return this.#recording !== undefined ||
      [...this.#transports.values()].some(({ lower }) => lower === "tcp");
  }

  /** The tracks that were announced, for a session that records. */
  get announced(): readonly IncomingTrack[] | undefined {
    return this.#announced;
  }

  #step(edge: SessionEdge): void {
    this.#state = nextSessionState(this.#state, edge);
  }

  /** Takes what the client is going to record. @throws {RtspStateError} */
  announce(tracks: readonly IncomingTrack[]): void {
    this.#step("announce");
    this.#announced = tracks;
  }

  /**
   * Sets up one track, or sets it up anew before anything flows.
   *
   * @throws {RtspStateError} @throws {UnsupportedTransportError}
   */
  setup(trackId: number, alternatives: readonly Transport[]): ChosenTransport {
    if (this.#playing !== undefined || this.#recording !== undefined) {
      throw new RtspStateError(this.#state, "setup");
    }
    nextSessionState(this.#state, "setup");
    const others = [...this.#transports].filter(([id]) => id !== trackId);
    const chosen = chooseTransport(alternatives, {
      peer: this.#host.stream.remote,
      udp: this.#host.udp,
      direction: this.#announced === undefined ? "play" : "record",
      usedChannels: new Set(others.flatMap(([, transport]) => channelsOf(transport))),
    });
    this.#step("setup");
    this.#transports.set(trackId, chosen.transport);
    return chosen;
  }

  /**
   * Starts to send, or goes on: a live stream goes on where it is then.
   *
   * @returns the first packets of each track, where they are there at once.
   * @throws {RtspStateError} @throws {RegistryError} @throws {InvalidRangeError}
   */
  async play(range: string | undefined): Promise<readonly FirstPacket[]> {
    nextSessionState(this.#state, "play");
    if (range !== undefined) assertLive(parseRange(range));
    if (this.#playing !== undefined) return [];
    const { context, options, packaging, stream } = this.#host;
    const reader = await context.registry.readPackaged(this.#request(), packaging, {
      mergeMs: options.merge,
      patienceMs: options.wait * 1000,
    });
    this.#step("play");
    reader.signal.addEventListener("abort", () => this.#host.end(reasonOf(reader.signal.reason)));
    const { clock } = context.registry;
    this.#playing = new Playing({ reader, stream, clock, transports: this.#transports });
    this.#listenToReports();
    return await this.#playing.firstPackets(FIRST_PACKETS_MS);
  }

  /** Lets packets flow after PLAY was answered. */
  startFlow(): void {
    const playing = this.#playing;
    playing?.run().catch((error) => {
      if (this.#playing === playing) this.#host.end(reasonOf(error));
    });
  }

  /** Receiver reports over UDP are signs of life. */
  #listenToReports(): void {
    for (const transport of this.#transports.values()) {
      if (transport.lower !== "udp") continue;
      this.#stopListening.push(transport.ports.listen("rtcp", transport.rtcp, this.touch));
    }
  }

  /** @throws {RtspStateError} */
  async pause(): Promise<void> {
    this.#step("pause");
    const playing = this.#playing;
    this.#playing = undefined;
    await playing?.close(false);
  }

  /** Becomes the publisher of the stream. @throws {RtspStateError} @throws {RegistryError} */
  async record(): Promise<void> {
    nextSessionState(this.#state, "record");
    if (this.#recording !== undefined) return;
    const { context, stream } = this.#host;
    const { registry, log } = context;
    const publisher = await registry.publish(this.#request());
    this.#step("record");
    publisher.signal.addEventListener(
      "abort",
      () => this.#host.end(reasonOf(publisher.signal.reason)),
    );
    const { name } = this.identity.target;
    const tracks = (this.#announced ?? []).flatMap((incoming) => {
      const transport = this.#transports.get(incoming.track.id);
      return transport === undefined ? [] : [{ incoming, transport }];
    });
    this.#recording = new Recording(tracks, {
      publisher,
      stream,
      clock: registry.clock,
      trouble: new ThrottledLog(
        () => registry.clock.now(),
        (message, fields) => log.warn(message, { stream: name, ...fields }),
      ),
      onPacket: this.touch,
    });
  }

  #request(): PeerRequest {
    const { name, query } = this.identity.target;
    const remote = formatAddress(this.#host.stream.remote);
    return { name, query, protocol: "rtsp", remote };
  }

  /** Takes an interleaved frame of the client. */
  frame(channel: number, payload: Uint8Array): void {
    this.touch();
    this.#recording?.frame(channel, payload);
  }

  /** Ends the session. A recording that did not say goodbye may come back. */
  async close(end: { readonly isOrderly: boolean }): Promise<void> {
    this.#state = "init";
    for (const stop of this.#stopListening.splice(0)) stop();
    const playing = this.#playing;
    this.#playing = undefined;
    this.#recording?.close({ resumable: !end.isOrderly });
    this.#recording = undefined;
    await playing?.close(true);
  }
}

function channelsOf(transport: TrackTransport): readonly number[] {
  return transport.lower === "tcp" ? [transport.channels.rtp, transport.channels.rtcp] : [];
}

/** A live stream is played from now on; players ask for that in several ways. */
function assertLive(range: Range): void {
  if (range.type === "npt") return;
  throw new InvalidRangeError(`${range.type} times do not apply to a live stream`);
}
