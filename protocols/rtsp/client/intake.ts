import type { Cancel, Clock } from "../../../registry/clock.ts";
import { RtspNoMediaError, RtspSilenceError } from "./errors.ts";
import { InterleavedRouter } from "./interleaved_router.ts";
import { type ReceivedTrack, Reception, type ReceptionOptions } from "../ingest/reception.ts";
import { listenToTrack } from "../transport/track_transport.ts";
import type { UdpRole } from "../transport/udp_ports.ts";

/** What is kept of packets that come before they can be published: some seconds of 8 Mbit/s. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** A server that sends nothing for so long has no stream to send, or is gone. */
const SILENCE_MS = 10_000;
const CHECK_MS = 1_000;

/** Time after the goodbye, which may overtake the last packets where they come over UDP. */
const LINGER_MS = 200;

interface Packet {
  readonly role: UdpRole;
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * Takes what a server sends, from the first SETUP on: packets come before the answer to PLAY, and have
 * to wait for it, because it says where they begin, and for the name that they are published under.
 */
export class Intake {
  readonly #clock: Clock;
  readonly #tracks: readonly ReceivedTrack[];
  readonly #router: InterleavedRouter;
  readonly #stopListening: readonly (() => void)[];
  readonly #first = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  readonly #held: Packet[] = [];
  #heldBytes = 0;
  #reception: Reception | undefined;
  #lastPacket: number;
  #cancelFirst: Cancel = () => {};
  #cancelCheck: Cancel = () => {};
  #cancelLinger: Cancel | undefined;

  constructor(tracks: readonly ReceivedTrack[], clock: Clock) {
    this.#clock = clock;
    this.#tracks = tracks;
    this.#lastPacket = clock.now();
    this.#router = new InterleavedRouter(tracks.map(({ incoming, transport }) => ({
      payloadType: incoming.media.payloadType,
      ...(transport.lower === "tcp" && { channels: transport.channels }),
    })));
    this.#stopListening = tracks.flatMap(({ transport }, index) =>
      transport.lower === "tcp"
        ? []
        : [listenToTrack(transport, (role, bytes) => this.#take({ role, index, bytes }))]
    );
    // Whoever waits for the end sees it fail; before that, it is nobody's.
    this.#over.promise.catch(() => {});
  }

  /** Takes an interleaved frame; those of no track are dropped. */
  readonly frame = (channel: number, bytes: Uint8Array): void => {
    const route = this.#router.route(channel, bytes);
    if (route !== undefined) this.#take({ ...route, bytes });
  };

  #take(packet: Packet): void {
    const { role, index, bytes } = packet;
    this.#lastPacket = this.#clock.now();
    if (this.#reception !== undefined) {
      this.#reception.take(role, index, bytes);
      if (role === "rtcp") this.#awaitEnd(this.#reception);
    } else if (this.#heldBytes + bytes.byteLength <= MAX_HELD_BYTES) {
      this.#held.push(packet);
      this.#heldBytes += bytes.byteLength;
    }
    if (role === "rtp") this.#first.resolve();
  }

  /** Ends the intake when a goodbye is still the last word some time later. */
  #awaitEnd(reception: Reception): void {
    if (!reception.hasEnded) return;
    this.#cancelLinger ??= this.#clock.schedule(LINGER_MS, () => {
      this.#cancelLinger = undefined;
      if (reception.hasEnded) this.#over.resolve();
    });
  }

  /** Waits for the first packet of media. @throws {RtspNoMediaError} none came in `limitMs`. */
  async first(limitMs: number): Promise<void> {
    const giveUp = () => this.#first.reject(new RtspNoMediaError(limitMs));
    this.#cancelFirst = this.#clock.schedule(limitMs, giveUp);
    await this.#first.promise;
    this.#cancelFirst();
  }

  /**
   * Publishes what has come, and what will.
   *
   * @param times timestamps of RTP-Info by index of the track.
   */
  publish(options: ReceptionOptions, times: ReadonlyMap<number, number>): void {
    const reception = new Reception(this.#tracks, options);
    for (const [index, timestamp] of times) reception.announce(index, timestamp);
    this.#reception = reception;
    for (const packet of this.#held.splice(0)) this.#take(packet);
    this.#scheduleCheck();
  }

  #scheduleCheck(): void {
    this.#cancelCheck = this.#clock.schedule(CHECK_MS, () => {
      if (this.#clock.now() - this.#lastPacket < SILENCE_MS) return this.#scheduleCheck();
      const reason = `no packet came for ${SILENCE_MS / 1000} s`;
      this.#over.reject(new RtspSilenceError("go on", reason));
    });
  }

  /** Resolves when the server has said goodbye. Rejects with {@linkcode RtspSilenceError}. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Hands on what is held back, and ends. */
  close(): void {
    this.#cancelFirst();
    this.#cancelCheck();
    this.#cancelLinger?.();
    for (const stop of this.#stopListening) stop();
    this.#reception?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
