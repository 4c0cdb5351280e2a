import type { Cancel, Clock } from "../../../registry/clock.ts";
import type { CodecConfig } from "../../../registry/media/codec.ts";
import { sameConfig } from "../../../registry/media/config_equal.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Publisher } from "../../../registry/publisher.ts";
import { pace } from "../../_ingest/pacer.ts";
import { decodedAt } from "../recordings/merge.ts";

/** Media time that is read ahead, so that a slow disk is not seen. */
const AHEAD_MS = 1000;

/** Units of one recording, in one time with all others of the stream. */
export interface Piece {
  readonly description: Description;
  readonly units: readonly Unit[];
}

/** Publishes pieces in real time, from the first `add` on. */
export class Feed {
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #pieces: Piece[] = [];
  #description: Description | undefined;
  /** Tracks that have another configuration since the last `describe`, of which no unit came yet. */
  #changed = new Set<number>();
  #cancel: Cancel | undefined;
  #playedMs = 0;
  #wake: () => void = () => {};

  constructor(publisher: Publisher, clock: Clock) {
    this.#publisher = publisher;
    this.#clock = clock;
  }

  /** Adds what comes next, and waits while there is enough. */
  async add(piece: Piece): Promise<void> {
    this.#pieces.push(piece);
    this.#cancel ??= pace(this.#clock, (elapsedMs) => this.#play(elapsedMs));
    while (!this.#publisher.signal.aborted && this.#aheadMs() > AHEAD_MS) await this.#turn();
  }

  /** Resolves when all that was added is published. */
  async drained(): Promise<void> {
    while (!this.#publisher.signal.aborted && this.#pieces.length > 0) await this.#turn();
  }

  /** Ends it now. Whoever waits goes on. */
  close(): void {
    this.#cancel?.();
    this.#pieces.length = 0;
    this.#wake();
  }

  #aheadMs(): number {
    const last = this.#pieces.at(-1)?.units.at(-1);
    return last === undefined ? 0 : decodedAt(last) - this.#playedMs;
  }

  #turn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise;
  }

  #play(elapsedMs: number): void {
    this.#playedMs = elapsedMs;
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      const later = piece.units.findIndex((unit) => decodedAt(unit) > elapsedMs);
      if (later === 0) break;
      this.#publish(piece.description, later < 0 ? piece.units : piece.units.slice(0, later));
      if (later > 0) this.#pieces[0] = { ...piece, units: piece.units.slice(later) };
      else this.#pieces.shift();
    }
    this.#wake();
  }

  #publish(description: Description, units: readonly Unit[]): void {
    if (description !== this.#description) this.#describe(description);
    this.#publisher.write(units.map((unit) => this.#marked(unit)));
  }

  #describe(description: Description): void {
    const known = this.#description?.tracks ?? [];
    const isKnown = (track: Track) =>
      known.some(({ id, config }) => id === track.id && isSame(config, track.config));
    this.#changed = new Set(
      known.length === 0 ? [] : description.tracks.filter((t) => !isKnown(t)).map(({ id }) => id),
    );
    this.#description = description;
    this.#publisher.describe(description);
  }

  /** The first unit of a track that another recording configures otherwise says so. */
  #marked(unit: Unit): Unit {
    const { id, config } = unit.track;
    return this.#changed.delete(id) && config !== undefined ? { ...unit, config } : unit;
  }
}

function isSame(a: CodecConfig | undefined, b: CodecConfig | undefined): boolean {
  return a !== undefined && b !== undefined && sameConfig(a, b);
}
