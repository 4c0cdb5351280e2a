import type { PeerRequest } from "../../../registry/registry.ts";
import { HeaderNotValidError } from "../errors.ts";
import type { SessionHost } from "../session/host.ts";
import { assertPlayTime } from "./course.ts";
import { beginningOf, type FirstPacket } from "./first_packets.ts";
import type { MulticastGroup, MulticastViewer } from "./multicast.ts";
import type { Play, Played, PlayWish } from "./play.ts";
import { type PlayedTrack, Playing } from "./playing.ts";

/** How long PLAY waits for the first packets, so that it can tell their numbers. */
const FIRST_PACKETS_MS = 250;

export interface LivePlayParts {
  readonly host: SessionHost;
  readonly request: PeerRequest;
  /** Those that are set up. */
  readonly tracks: ReadonlyMap<number, PlayedTrack>;
  /** Told of what ends the sending. */
  readonly onFailed: (error: unknown) => void;
}

/** A live stream that a session plays: to its client alone, or to a multicast group. */
export class LivePlay implements Play {
  readonly #parts: LivePlayParts;
  readonly #viewer: MulticastViewer;
  #group: MulticastGroup | undefined;
  #playing: Playing | undefined;
  /** Begins to flow when PLAY was answered. */
  #starting: Playing | undefined;
  #isPlaying = false;
  #isClosed = false;

  constructor(parts: LivePlayParts) {
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

  /** A live stream is played from now on, at its own rate; players ask for that in several ways. */
  async start({ range, scale = 1 }: PlayWish): Promise<Played> {
    if (range !== undefined) assertPlayTime(range);
    if (scale < 0) throw new HeaderNotValidError("Scale", "a live stream does not go backwards");
    const first = this.#isPlaying ? [] : await this.#start();
    this.#isPlaying = true;
    return { range: { type: "npt", start: "now" }, scale: 1, speed: 1, first };
  }

  async #start(): Promise<readonly FirstPacket[]> {
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
    // Of what fails, the session is told when it flows.
    const items = await playing.next(FIRST_PACKETS_MS).catch(() => []);
    return beginningOf(items, tracks)?.first ?? [];
  }

  startFlow(): void {
    const playing = this.#starting;
    this.#starting = undefined;
    playing?.run().catch((error) => {
      if (this.#playing === playing) this.#parts.onFailed(error);
    });
  }

  async pause(): Promise<void> {
    this.#isPlaying = false;
    await this.#stop(false);
    await this.#group?.pause(this.#viewer);
  }

  async #stop(withGoodbye: boolean): Promise<void> {
    const playing = this.#playing;
    this.#playing = undefined;
    await playing?.close(withGoodbye);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stop(true);
    await this.#group?.release(this.#viewer);
  }
}
