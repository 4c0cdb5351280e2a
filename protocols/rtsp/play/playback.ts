import type { PeerRequest } from "../../../registry/registry.ts";
import type { MulticastGroup, MulticastViewer } from "./multicast.ts";
import { type FirstPacket, type PlayedTrack, Playing } from "./playing.ts";
import type { SessionHost } from "../session/host.ts";

/** How long PLAY waits for the first packets, so that it can tell their numbers. */
const FIRST_PACKETS_MS = 250;

export interface PlaybackParts {
  readonly host: SessionHost;
  readonly request: PeerRequest;
  /** Those that are set up. */
  readonly tracks: ReadonlyMap<number, PlayedTrack>;
  /** Told of what ends the sending. */
  readonly onFailed: (error: unknown) => void;
}

/** What a session plays: to its client alone, or to a multicast group that others receive too. */
export class Playback {
  readonly #parts: PlaybackParts;
  readonly #viewer: MulticastViewer;
  #group: MulticastGroup | undefined;
  #playing: Playing | undefined;
  /** Begins to flow when PLAY was answered. */
  #starting: Playing | undefined;
  #isClosed = false;

  constructor(parts: PlaybackParts) {
    this.#parts = parts;
    this.#viewer = { request: parts.request, onEnded: parts.onFailed };
  }

  get isMulticast(): boolean {
    return this.#group !== undefined;
  }

  /** Plays to a group, whose address and ports are kept from now on. */
  join(group: MulticastGroup): void {
    this.#group = group;
    group.hold(this.#viewer);
  }

  /**
   * Starts to send.
   *
   * @returns the first packets of each track, where they are there at once.
   * @throws {RegistryError}
   */
  async start(): Promise<readonly FirstPacket[]> {
    if (this.#group === undefined) return await this.#startAlone();
    await this.#group.play(this.#viewer);
    // A policy may take its time: meanwhile the session may have ended.
    if (this.#isClosed) await this.#group.release(this.#viewer);
    return [];
  }

  async #startAlone(): Promise<readonly FirstPacket[]> {
    const { host: { context: { registry }, options, packaging, stream }, ...parts } = this.#parts;
    const { tracks, onFailed } = parts;
    const reader = await registry.readPackaged(parts.request, packaging, {
      mergeMs: options.merge,
      patienceMs: options.wait * 1000,
    });
    if (this.#isClosed) {
      reader.close();
      return [];
    }
    reader.signal.addEventListener("abort", () => onFailed(reader.signal.reason));
    const playing = new Playing({ reader, stream, clock: registry.clock, tracks });
    this.#playing = playing;
    this.#starting = playing;
    return await playing.firstPackets(FIRST_PACKETS_MS);
  }

  /** Lets packets flow after PLAY was answered. */
  startFlow(): void {
    const playing = this.#starting;
    this.#starting = undefined;
    playing?.run().catch((error) => {
      if (this.#playing === playing) this.#parts.onFailed(error);
    });
  }

  async pause(): Promise<void> {
    await this.#stop(false);
    await this.#group?.pause(this.#viewer);
  }

  async #stop(withGoodbye: boolean): Promise<void> {
    const playing = this.#playing;
    this.#playing = undefined;
    await playing?.close(withGoodbye);
  }

  /** Ends the sending, with a goodbye. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stop(true);
    await this.#group?.release(this.#viewer);
  }
}
