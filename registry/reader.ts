import type { Cancel } from "./clock.ts";
import { NoPublisherError, ReaderTooSlowError, type RegistryError } from "./errors.ts";
import type { Peer } from "./events.ts";
import type { CursorOptions } from "./fanout.ts";
import type { Description } from "./media/track.ts";
import type { Unit } from "./media/unit.ts";
import type { Stream } from "./stream.ts";

/** What a reader takes in one go. The object is shared by all readers at the same place. */
export interface ReadBatch<Item> {
  readonly type: "media";
  readonly units: readonly Item[];
  /** Payload bytes of all units. */
  readonly bytes: number;
}

/** The units of a stream as they were published. */
export interface MediaBatch extends ReadBatch<Unit> {
  /** In force for every unit here; another object than before when anything changed. */
  readonly description: Description;
}

/** The publisher ended. The reader stays: it may wait for the next one. */
export interface EndBatch {
  readonly type: "end";
}

/** What `Reader.read` gives. */
export type Batch<Media extends ReadBatch<unknown> = MediaBatch> = Media | EndBatch;

/** What media is read from: a live stream by `Reader`, a recording by `Playback`. */
export interface MediaReader {
  /** Name of the stream or recording. */
  readonly name: string;
  /** The next batch; `undefined` when there are no more. @throws {RegistryError} */
  read(): Promise<Batch | undefined>;
}

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

/** What there is to say of one reader is little: a module that goes on saying more must not fill memory. */
const MAX_NOTES = 16;

/** A reader's place in what it reads from; see `Cursor`. */
export interface BatchCursor<Media> {
  readonly queued: { readonly items: number; readonly bytes: number; readonly ms: number };
  readonly dropped: number;
  readonly isPastEnd: boolean;
  take(): Media | undefined;
  rewind(): boolean;
  wait(): Promise<void>;
  close(): void;
}

/** What a reader reads from: the units of a stream, or what a packager makes of them. */
export interface BatchSource<Media> {
  open(options: CursorOptions): BatchCursor<Media>;
  wake(): void;
}

/**
 * One reader of one stream. Made by `Registry.read` and `Registry.readPackaged`, ended by `close()`
 * or by the registry.
 */
export class Reader<Media extends ReadBatch<unknown> = MediaBatch> {
  readonly name: string;
  readonly peer: Peer;
  /** Milliseconds of UTC. */
  readonly since: number;
  readonly #stream: Stream;
  /** What it reads from. */
  readonly source: BatchSource<Media>;
  readonly #cursor: BatchCursor<Media>;
  readonly #patienceMs: number;
  readonly #abort = new AbortController();
  readonly #notes = new Set<string>();
  #cancelPatience: Cancel | undefined;
  #endings: number;
  #error: RegistryError | undefined;
  #closed = false;
  /** How many wait to be told what the stream consists of. */
  #describing = 0;
  #units = 0;
  #bytes = 0;

  constructor(stream: Stream, source: BatchSource<Media>, peer: Peer, options: ReadOptions) {
    this.name = stream.name;
    this.peer = peer;
    this.since = stream.clock.utc();
    this.#stream = stream;
    this.#patienceMs = options.patienceMs ?? DEFAULT_PATIENCE_MS;
    this.#endings = stream.endings;
    this.source = source;
    this.#cursor = source.open({
      mergeMs: options.mergeMs ?? 0,
      onDropped: (units) => {
        stream.emit({ type: "dropped", name: this.name, peer, units });
        stream.wantKey();
      },
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

  /** What the module that serves this reader has to say of it, for people. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** Has the API tell something of this reader: what is left out for it, and why. Said again, it counts once. */
  note(text: string): void {
    if (this.#notes.size < MAX_NOTES) this.#notes.add(text);
  }

  /**
   * Goes back to what a new reader is given at once, for a peer that has lost the beginning; with the
   * next unit `read` gives all since the newest key unit. False where nothing is kept.
   */
  rewind(): boolean {
    return !this.#closed && this.#cursor.rewind();
  }

  /**
   * What the stream consists of, as soon as there is media to begin with, whether or not this reader's
   * packaging makes anything of it; `undefined` after `close()`. Takes nothing of what is read.
   *
   * @throws {RegistryError} when the registry ended this reader.
   */
  async described(): Promise<Description | undefined> {
    const ignored = { onDropped: () => {}, onStalled: () => {} };
    const cursor = this.#stream.fanout.open({ mergeMs: 0, ...ignored });
    this.#describing++;
    try {
      for (;;) {
        if (this.#closed) return undefined;
        if (this.#error !== undefined) throw this.#error;
        const batch = cursor.take();
        if (batch !== undefined) return batch.description;
        await cursor.wait();
      }
    } finally {
      this.#describing--;
      cursor.close();
    }
  }

  /**
   * Everything that has queued since the last call; waits when nothing has. `undefined` after
   * `close()`.
   *
   * @throws {RegistryError} when the registry ended this reader: too slow, no publisher, ...
   */
  async read(): Promise<Batch<Media> | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      if (this.#error !== undefined) throw this.#error;
      const batch = this.#take();
      if (batch !== undefined) return batch;
      await this.#cursor.wait();
    }
  }

  #take(): Batch<Media> | undefined {
    if (this.#isAtEnd()) return this.#end();
    const batch = this.#cursor.take();
    if (batch === undefined) return undefined;
    this.#stopPatience();
    this.count(batch.units.length, batch.bytes);
    return batch;
  }

  /**
   * Notes what the peer was handed. `read` does so by itself: this is for those who find what they send
   * elsewhere, as segments are.
   */
  count(units: number, bytes: number): void {
    this.#units += units;
    this.#bytes += bytes;
  }

  /**
   * Asks the publisher for a key unit, with the requests of other readers; whether it can be asked. For a
   * peer that has lost what it needs to go on.
   */
  requestKey(): boolean {
    return !this.#closed && this.#stream.requestKey();
  }

  /** Whether all that is left of a publication that has ended was read. */
  #isAtEnd(): boolean {
    return this.#endings !== this.#stream.endings && this.#cursor.isPastEnd;
  }

  #end(): EndBatch {
    this.#endings = this.#stream.endings;
    if (!this.#stream.isPublished) this.#startPatience();
    return { type: "end" };
  }

  /**
   * The publication has ended. Patience begins here and again when the end is read: a session that
   * hangs in a write never comes to read it.
   */
  publicationEnded(): void {
    this.#startPatience();
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
    this.source.wake();
    if (this.#describing > 0) this.#stream.fanout.wake();
  }
}
