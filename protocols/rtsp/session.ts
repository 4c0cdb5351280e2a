import type { Description } from "../../registry/media/track.ts";
import type { RecordedReader } from "../../registry/recording.ts";
import type { PeerRequest } from "../../registry/registry.ts";
import type { Address } from "../_transport/transport.ts";
import { ThrottledLog } from "../protocol.ts";
import { RtspStateError, SessionNotFoundError } from "./errors.ts";
import type { RtpTransport, Transport } from "./headers/transport.ts";
import type { IncomingTrack } from "./ingest/incoming_track.ts";
import { LivePlay } from "./play/live_play.ts";
import type { Play, Played, PlayWish } from "./play/play.ts";
import { RecordedPlay } from "./play/recorded_play.ts";
import { Recording } from "./session/recording.ts";
import { reasonOf } from "./refusals.ts";
import { peerRequest, type SessionHost } from "./session/host.ts";
import { SessionTracks } from "./session/tracks.ts";
import { nextSessionState, type SessionEdge, type SessionState } from "./state.ts";
import { chooseTransport, isMulticast } from "./transport/track_transport.ts";
import type { UdpRole } from "./transport/udp_ports.ts";
import type { StreamTarget } from "./url.ts";

/** Seconds without a sign of life after which a session is ended. */
export const SESSION_TIMEOUT_S = 65;

/** How long the last packets over UDP may come behind the request that ends a recording. */
const DRAIN_MS = 50;

export interface SessionIdentity {
  readonly id: string;
  readonly target: StreamTarget;
  /** Who signed the request that made the session. */
  readonly user: string | undefined;
}

/** A track that is set up. */
export interface SessionTrack {
  readonly id: number;
  /** As it was described, of a track that is played. */
  readonly format?: string;
}

/** One RTSP session: what a client set up of one stream, to play it or to record it. */
export class RtspSession {
  readonly identity: SessionIdentity;
  readonly #host: SessionHost;
  readonly #request: PeerRequest;
  readonly #tracks = new SessionTracks((...datagram) => this.#datagram(...datagram));
  #announced: readonly IncomingTrack[] | undefined;
  #state: SessionState = "init";
  readonly #recorded: RecordedReader | undefined;
  readonly #live: LivePlay | undefined;
  readonly #play: Play;
  #recording: Recording | undefined;
  #lastSign: number;
  #isClosed = false;

  /** @param recorded closed with the session; absent where a live stream is played, or none. */
  constructor(identity: SessionIdentity, host: SessionHost, recorded?: RecordedReader) {
    this.identity = identity;
    this.#host = host;
    this.#lastSign = host.context.registry.clock.now();
    this.#request = peerRequest(host, identity.target, identity.user);
    this.#recorded = recorded;
    const tracks = this.#tracks.byId;
    const onFailed = (error: unknown) => this.#fail(error);
    if (recorded === undefined) {
      this.#live = new LivePlay({ host, request: this.#request, tracks, onFailed });
      this.#play = this.#live;
      return;
    }
    const { stream, context: { registry: { clock } } } = host;
    const onOver = () => this.#over();
    this.#play = new RecordedPlay({ reader: recorded, stream, clock, tracks, onOver, onFailed });
  }

  /** What it plays, where that is a recording. */
  get recorded(): Description | undefined {
    return this.#recorded?.recording.description;
  }

  /** Whether the client has not shown for too long that it is there. */
  get isSilent(): boolean {
    return this.#host.context.registry.clock.now() - this.#lastSign > SESSION_TIMEOUT_S * 1000;
  }

  get #isMulticast(): boolean {
    return this.#live?.isMulticast ?? false;
  }

  get isPlaying(): boolean {
    return this.#state === "playing";
  }

  /** Takes note of a sign of life. */
  touch(): void {
    this.#lastSign = this.#host.context.registry.clock.now();
  }

  /** Whether it may go on without its connection: receiver reports show that its player is there. */
  get outlivesConnection(): boolean {
    return this.isPlaying && !this.#isMulticast && this.#tracks.useDatagramsOnly;
  }

  /** Whether it sends to, or takes from, an address. */
  usesAddress(address: Address): boolean {
    return this.#tracks.useAddress(address);
  }

  /** Channels of the connection that its tracks have. */
  get channels(): readonly number[] {
    return this.#tracks.channels;
  }

  /** The tracks that were announced, for a session that records. */
  get announced(): readonly IncomingTrack[] | undefined {
    return this.#announced;
  }

  hasTrack(id: number): boolean {
    return this.#tracks.byId.has(id);
  }

  get trackCount(): number {
    return this.#tracks.byId.size;
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
   * @param usedChannels those of other sessions of the connection.
   * @returns what SETUP is answered with.
   * @throws {RtspStateError} @throws {UnsupportedTransportError}
   */
  setup(
    { id, format = "" }: SessionTrack,
    alternatives: readonly Transport[],
    usedChannels: readonly number[],
  ): RtpTransport {
    if (this.#state === "playing" || this.#state === "recording") {
      throw new RtspStateError(this.#state, "setup");
    }
    nextSessionState(this.#state, "setup");
    this.#tracks.forget(id);
    const { transport, answer } = chooseTransport(this.#matching(alternatives), {
      peer: this.#host.stream.remote,
      udp: this.#host.udp,
      // A group of viewers has no position of its own.
      multicast: () =>
        this.#live && this.#host.multicast?.of(this.identity.target.name).transportOf(id, format),
      onAddress: (address) => this.#host.orphans.yield(address),
      direction: this.#announced === undefined ? "play" : "record",
      usedChannels: new Set([...usedChannels, ...this.channels]),
    });
    this.#step("setup");
    this.#tracks.add(id, { transport, format });
    if (transport.lower === "udp" && transport.group !== undefined) {
      this.#live?.join(transport.group);
    } else if (transport.lower === "udp") this.#tracks.listen(id, transport);
    return answer;
  }

  /** A group has all tracks of a session, or none. */
  #matching(alternatives: readonly Transport[]): readonly Transport[] {
    if (this.trackCount === 0) return alternatives;
    return alternatives.filter((transport) => isMulticast(transport) === this.#isMulticast);
  }

  /** Of a player they are receiver reports, and what opens the way through its firewall. */
  #datagram(trackId: number, role: UdpRole, bytes: Uint8Array): void {
    this.touch();
    this.#recording?.datagram(trackId, role, bytes);
  }

  /**
   * Starts to send, or goes on: a live stream where it is then, a recording where it was left or is
   * asked for.
   *
   * @throws {RtspStateError} @throws {RegistryError} @throws {InvalidRangeError}
   * @throws {HeaderNotValidError} @throws {TimeFormatError}
   */
  async play(wish: PlayWish): Promise<Played> {
    nextSessionState(this.#state, "play");
    const played = await this.#play.start(wish);
    this.#assertOpen();
    this.#step("play");
    return played;
  }

  /** All of a recording that was asked for has been sent: more may be asked for. */
  #over(): void {
    if (!this.#isClosed) this.#step("end");
  }

  /** Lets packets flow after PLAY was answered. */
  startFlow(): void {
    this.#play.startFlow();
  }

  /**
   * Stops what flows. A recording is over with it: a publisher that says nothing would hold its name,
   * and GStreamer closes the connection next, with no TEARDOWN.
   *
   * @throws {RtspStateError}
   */
  async pause(): Promise<void> {
    this.#step("pause");
    await this.#play.pause();
    await this.#drain();
    this.#endRecording(false);
  }

  /** Ends the session because its client says so. */
  async teardown(): Promise<void> {
    await this.#drain();
    await this.close({ isOrderly: true });
  }

  /** Lets datagrams arrive that the request, which came by the connection, has passed. */
  async #drain(): Promise<void> {
    if (this.#recording === undefined || !this.#tracks.useDatagrams) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#host.context.registry.clock.schedule(DRAIN_MS, resolve);
    await promise;
  }

  #endRecording(resumable: boolean): void {
    const recording = this.#recording;
    this.#recording = undefined;
    recording?.close({ resumable });
  }

  /** Becomes the publisher of the stream. @throws {RtspStateError} @throws {RegistryError} */
  async record(): Promise<void> {
    nextSessionState(this.#state, "record");
    if (this.#recording !== undefined) return;
    const { context: { registry, log }, stream } = this.#host;
    const publisher = await registry.publish(this.#request);
    if (this.#isClosed) publisher.close();
    this.#assertOpen();
    this.#step("record");
    publisher.signal.addEventListener("abort", () => this.#fail(publisher.signal.reason));
    const { name } = this.identity.target;
    const tracks = (this.#announced ?? []).flatMap((incoming) => {
      const transport = this.#tracks.byId.get(incoming.track.id)?.transport;
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
    });
  }

  /** A policy may take its time: meanwhile the connection may have ended. */
  #assertOpen(): void {
    if (this.#isClosed) throw new SessionNotFoundError(this.identity.id);
  }

  /** Takes an interleaved frame of the client. */
  frame(channel: number, payload: Uint8Array): void {
    this.touch();
    this.#recording?.frame(channel, payload);
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.close({ isOrderly: true });
    this.#host.onEnded(this, reasonOf(error));
  }

  /** Ends the session. A recording that did not say goodbye may come back. May be called again. */
  async close(end: { readonly isOrderly: boolean }): Promise<void> {
    this.#isClosed = true;
    this.#state = "init";
    this.#tracks.stopListening();
    this.#endRecording(!end.isOrderly);
    await this.#play.close();
  }
}
