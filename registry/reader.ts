import type { Cancel } from "./clock.ts";
import { NoPublisherError, ReaderTooSlowError, type RegistryError } from "./errors.ts";
import type { Peer } from "./events.ts";
import type { Cursor } from "./fanout.ts";
import type { Description } from "./media/track.ts";
import type { Unit } from "./media/unit.ts";
import type { Stream, StreamItem } from "./stream.ts";

/** Units that a reader takes in one go. The object is shared by all readers at the same place. */
export interface MediaBatch {
  readonly type: "media";
  /** In force for every unit here; another object than before when anything changed. */
  readonly description: Description;
  readonly units: readonly Unit[];
  /** Payload bytes of all units. */
  readonly bytes: number;
}

/** The publisher ended. The reader stays: it may wait for the next one. */
export interface EndBatch {
  readonly type: "end";
}

/** What `Reader.read` gives. */
export type Batch = MediaBatch | EndBatch;

/** How a reader wants to be served. */
export interface ReadOptions {
  /**
   * Longest time that a unit waits for others to share a write with, in milliseconds. Audio beside
   * video may wait longer, for the next picture.
   */
  readonly mergeMs?: number;
  /** How long to wait for a publisher, in milliseconds; 0 refuses a name that has none. */
  readonly patienceMs?: number;
}

export const DEFAULT_PATIENCE_MS = 30_000;

/** One reader of one stream. Made by `Registry.read`, ended by `close()` or by the registry. */
export class Reader {
  readonly name: string;
  readonly peer: Peer;
  /** Milliseconds of UTC. */
  readonly since: number;
  readonly #stream: Stream;
  readonly #cursor: Cursor<StreamItem, MediaBatch>;
  readonly #patienceMs: number;
  readonly #abort = new AbortController();
  #cancelPatience: Cancel | undefined;
  #endings: number;
  #error: RegistryError | undefined;
  #closed = false;
  #units = 0;
  #bytes = 0;

  constructor(stream: Stream, peer: Peer, options: ReadOptions) {
    this.name = stream.name;
    this.peer = peer;
    this.since = stream.clock.utc();
    this.#stream = stream;
    this.#patienceMs = options.patienceMs ?? DEFAULT_PATIENCE_MS;
    this.#endings = stream.endings;
    this.#cursor = stream.fanout.open({
      mergeMs: options.mergeMs ?? 0,
      onDropped: (units) => stream.emit({ type: "dropped", name: this.name, peer, units }),
      onStalled: (ms) => this.cut(new ReaderTooSlowError(this.name, ms)),
    });
    if (!stream.isPublished) this.#startPatience();
  }

  /** Aborted with a `RegistryError` when the registry ends this reader: whatever blocks should stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get counters(): { readonly units: number; readonly bytes: number; readonly dropped: number } {
    return { units: this.#units, bytes: this.#bytes, dropped: this.#cursor.dropped };
  }

  /** What waits to be read. */
  get queued(): { readonly items: number; readonly bytes: number; readonly ms: number } {
    return this.#cursor.queued;
  }

  /**
   * Everything that has queued since the last call; waits when nothing has. `undefined` after
   * `close()`.
   *
   * @throws {RegistryError} when the registry ended this reader: too slow, no publisher, ...
   */
  async read(): Promise<Batch | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      if (this.#error !== undefined) throw this.#error;
      const batch = this.#take();
      if (batch !== undefined) return batch;
      await this.#cursor.wait();
    }
  }

  #take(): Batch | undefined {
    if (this.#isAtEnd()) return this.#end();
    const batch = this.#cursor.take();
    if (batch === undefined) return undefined;
    this.#stopPatience();
    this.#units += batch.units.length;
    this.#bytes += batch.bytes;
    return batch;
  }

  /** Whether all that is left of a publication that has ended was read. */
  #isAtEnd(): boolean {
    const { endings, endedAt } = this.#stream;
    return this.#endings !== endings && this.#cursor.seek() >= endedAt;
  }

  #end(): EndBatch {
    this.#endings = this.#stream.endings;
    if (!this.#stream.isPublished) this.#startPatience();
    return { type: "end" };
  }

  #stopPatience(): void {
    this.#cancelPatience?.();
    this.#cancelPatience = undefined;
  }

  #startPatience(): void {
    this.#stopPatience();
    this.#cancelPatience = this.#stream.clock.schedule(this.#patienceMs, () => {
      if (this.#stream.isPublished) return;
      this.cut(new NoPublisherError(this.name, this.#patienceMs, this.#stream.lastFailure));
    });
  }

  /** Ends this reader with a reason, which `read()` throws and `signal` carries. */
  cut(error: RegistryError): void {
    if (this.#closed || this.#error !== undefined) return;
    this.#error = error;
    this.#abort.abort(error);
    this.#leave();
  }

  /** Stops reading; a pending `read()` gives `undefined`. May be called at any time and again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #leave(): void {
    this.#stopPatience();
    this.#cursor.close();
    this.#stream.removeReader(this);
    this.#stream.fanout.wake();
  }
}
