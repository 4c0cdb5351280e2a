import type { Cancel, Clock } from "./clock.ts";
import { decodingMs, payloadBytes, type Unit } from "./media/unit.ts";
import type { Batch, MediaReader } from "./reader.ts";
import type { RecordedReader } from "./recording.ts";
import { Stretch } from "./stretch.ts";

/** Units that are due within so many milliseconds share a batch. */
const TICK_MS = 20;

/** Whoever takes longer than this is slow: what was missed is not caught up with in a rush. */
const MAX_LATE_MS = 1_000;

/** Faster than this, only key units are given: more than most players could decode. */
export const MAX_FULL_SCALE = 2;

export interface PlaybackOptions {
  readonly clock: Clock;
  /** Position to begin at, in milliseconds: the key unit at or before it comes first. */
  readonly fromMs: number;
  /** Position to end at, in milliseconds. Default: the end, or backwards the beginning. */
  readonly untilMs?: number;
  /**
   * Media time that passes in a second of what is shown; negative goes backwards, for which the
   * recording must have video. Beyond {@linkcode MAX_FULL_SCALE} and backwards only key units come.
   * Times of units are those of what is shown: they go on from where the playback began. Default: 1.
   */
  readonly scale?: number;
  /** How much faster than it is shown it is sent. Default: 1. */
  readonly speed?: number;
  /** Milliseconds that are sent ahead of time, so that a player need not wait. Default: 0. */
  readonly leadMs?: number;
}

/** One way through a recording, at the pace of a clock. Read as a reader of a live stream is. */
export class Playback implements MediaReader {
  readonly #reader: RecordedReader;
  readonly #options: PlaybackOptions;
  readonly #stretch: Stretch;
  readonly #units: AsyncIterator<readonly Unit[]>;
  /** As they are shown, in decoding order. */
  #pending: readonly Unit[] = [];
  /** When, by the clock, what is shown at which time is due. */
  #anchor: { readonly clockMs: number; readonly shownMs: number } | undefined;
  /** What was given out last. */
  #last: Unit | undefined;
  #isPaused = false;
  #isAtEnd = false;
  #isClosed = false;
  #wake: () => void = () => {};

  /** The recording's own positions and times are those of `reader.recording`. */
  constructor(reader: RecordedReader, options: PlaybackOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#stretch = new Stretch(options.scale ?? 1);
    this.#units = this.#open();
    reader.signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** Name of the recording. */
  get name(): string {
    return this.#reader.name;
  }

  /** Position of what is given out next, in milliseconds. */
  get positionMs(): number {
    const next = this.#pending[0] ?? this.#last;
    if (next === undefined) return this.#options.fromMs;
    const shownMs = next.pts * 1000 / next.track.timescale;
    return this.#stretch.mediaTime(shownMs) - this.#reader.recording.startMs;
  }

  /**
   * What is due by now; waits while nothing is. Gives one `end` after the last units, and `undefined`
   * after that and after `close()`.
   *
   * @throws {RecordingError} what comes next cannot be read.
   * @throws {RegistryError} when the registry ended the reader.
   */
  async read(): Promise<Batch | undefined> {
    for (;;) {
      this.#reader.signal.throwIfAborted();
      if (this.#isClosed) return undefined;
      if (this.#pending.length === 0 && !await this.#fill()) return this.#end();
      const units = this.#takeDue();
      if (units.length > 0) return this.#toBatch(units);
      await this.#wait();
    }
  }

  #end(): Batch | undefined {
    if (this.#isAtEnd || this.#isClosed) return undefined;
    this.#isAtEnd = true;
    return { type: "end" };
  }

  #toBatch(units: readonly Unit[]): Batch {
    const { description } = this.#reader.recording;
    const bytes = units.reduce((sum, unit) => sum + payloadBytes(unit), 0);
    this.#reader.count(units.length, bytes);
    return { type: "media", units, bytes, description };
  }

  /** Whether there are more units. */
  async #fill(): Promise<boolean> {
    while (this.#pending.length === 0) {
      const { value, done } = await this.#units.next();
      if (done === true) return false;
      this.#pending = value.filter((unit: Unit) => this.#isWanted(unit))
        .map((unit: Unit) => this.#stretch.place(unit));
    }
    return true;
  }

  #isWanted({ pts, track: { timescale } }: Unit): boolean {
    const { untilMs, scale = 1 } = this.#options;
    if (untilMs === undefined) return true;
    const positionMs = pts * 1000 / timescale - this.#reader.recording.startMs;
    return scale > 0 ? positionMs < untilMs : positionMs > untilMs;
  }

  #open(): AsyncIterator<readonly Unit[]> {
    const { fromMs, scale = 1, untilMs = Infinity } = this.#options;
    const { recording } = this.#reader;
    const hasVideo = recording.description.tracks.some(({ kind }) => kind === "video");
    const isWhole = !hasVideo || scale > 0 && scale <= MAX_FULL_SCALE;
    return isWhole
      ? untilPosition(recording.read(fromMs), untilMs + recording.startMs)
      : this.#wantedKeys(recording.readKeys(fromMs, scale > 0 ? "forwards" : "backwards"));
  }

  async *#wantedKeys(units: AsyncIterable<Unit>): AsyncIterableIterator<readonly Unit[]> {
    for await (const unit of units) {
      if (!this.#isWanted(unit)) return;
      yield [unit];
    }
  }

  #takeDue(): readonly Unit[] {
    const [first] = this.#pending;
    if (first === undefined || this.#isPaused) return [];
    const now = this.#options.clock.now();
    const { leadMs = 0 } = this.#options;
    if (this.#anchor === undefined || now - this.#dueAt(first) > MAX_LATE_MS + leadMs) {
      this.#anchor = { clockMs: now - leadMs, shownMs: decodingMs(first) };
    }
    if (this.#dueAt(first) > now) return [];
    const end = this.#pending.findIndex((unit) => this.#dueAt(unit) > now + TICK_MS);
    const units = end < 0 ? this.#pending : this.#pending.slice(0, end);
    this.#pending = this.#pending.slice(units.length);
    this.#last = units.at(-1);
    return units;
  }

  #dueAt(unit: Unit): number {
    if (this.#anchor === undefined) return 0;
    const { clockMs, shownMs } = this.#anchor;
    return clockMs + (decodingMs(unit) - shownMs) / (this.#options.speed ?? 1);
  }

  #wait(): Promise<void> {
    const [first] = this.#pending;
    const { promise, resolve } = Promise.withResolvers<void>();
    let cancel: Cancel = () => {};
    if (first !== undefined && !this.#isPaused) {
      const { clock } = this.#options;
      cancel = clock.schedule(Math.max(0, this.#dueAt(first) - clock.now()), resolve);
    }
    this.#wake = () => {
      cancel();
      resolve();
    };
    return promise;
  }

  /** Holds on to the place: nothing is given out until `resume`. */
  pause(): void {
    this.#isPaused = true;
    this.#wake();
  }

  /** Goes on with the very next unit. */
  resume(): void {
    this.#isPaused = false;
    this.#anchor = undefined;
    this.#wake();
  }

  /** Ends the playback, not the reader: it may start another. A pending `read` gives `undefined`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wake();
    // An iterator that is in the middle of a read ends after it; what it then says is nobody's.
    this.#units.return?.().catch(() => {});
  }
}

/** Units up to the first group of which all are decoded later than `endMs`. */
async function* untilPosition(
  groups: AsyncIterable<readonly Unit[]>,
  endMs: number,
): AsyncIterableIterator<readonly Unit[]> {
  for await (const units of groups) {
    if (units.length > 0 && units.every((unit) => decodingMs(unit) >= endMs)) return;
    yield units;
  }
}
