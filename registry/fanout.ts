import type { Clock } from "./clock.ts";
import { GopCache, type GopLimits, type LogItem } from "./gop_cache.ts";
import { Waker } from "./waker.ts";

/** How far a reader may fall behind. */
export interface QueueLimits extends GopLimits {
  /**
   * Over either bound, a reader goes on at the newest key item. The time is that of waiting: a
   * publisher that sends faster than its media plays makes nobody slow.
   */
  readonly queueBytes: number;
  readonly queueMs: number;
  /** A reader that takes nothing for this long while items wait is cut. */
  readonly stallMs: number;
}

export interface FanoutOptions<Item extends LogItem, Batch> {
  readonly clock: Clock;
  readonly limits: QueueLimits;
  /** Makes what readers at the same place share; called once per place. */
  readonly makeBatch: (items: readonly Item[]) => Batch;
  /** Whether `next` may be in one batch with `previous`. */
  readonly joins: (previous: Item, next: Item) => boolean;
}

export interface CursorOptions {
  /** How long items wait for company, so that many go out in one write: see `Waker`. 0 is not. */
  readonly mergeMs: number;
  readonly onDropped: (items: number) => void;
  readonly onStalled: (stalledMs: number) => void;
}

/** One write of a reader is at most about this large, so that its queue is seen to shrink. */
const MAX_BATCH_BYTES = 1 << 20;

/** The readers are looked through after so many items at a key item, and after so many at any. */
const SWEEP_AT_KEY = 32;
const SWEEP_ALWAYS = 256;

/** And after so many bytes: what nobody needs any more is kept no longer than for this much. */
const SWEEP_BYTES = 4 << 20;

/**
 * One list of items and any number of readers, each a place in that list. Appending costs nothing per
 * reader; readers that are at the same place are given the same batch object, so that whatever is
 * made of it can be shared too.
 */
export class Fanout<Item extends LogItem, Batch> {
  readonly #options: FanoutOptions<Item, Batch>;
  readonly #log: GopCache<Item>;
  readonly #cursors = new Set<Cursor<Item, Batch>>();
  readonly #wakers = new Map<number, Waker>();
  readonly #batches = new Map<number, PlacedBatch<Batch>>();
  #sinceSweep = 0;
  #bytesSinceSweep = 0;
  #endedAt = 0;

  constructor(options: FanoutOptions<Item, Batch>) {
    this.#options = options;
    this.#log = new GopCache(options.limits);
  }

  append(items: readonly Item[]): void {
    const now = this.#options.clock.now();
    this.#batches.clear();
    let sawKey = false;
    for (const item of items) {
      this.#log.append(item, now);
      this.#bytesSinceSweep += item.bytes;
      sawKey ||= item.isKey;
    }
    this.#sinceSweep += items.length;
    const isDue = this.#sinceSweep >= (sawKey ? SWEEP_AT_KEY : SWEEP_ALWAYS) ||
      this.#bytesSinceSweep >= SWEEP_BYTES;
    if (isDue) this.sweep();
    const ride = items.every((item) => item.rides === true);
    for (const waker of this.#wakers.values()) waker.itemsWait(ride);
  }

  /** Adds a reader that begins at the newest key item, or waits for one where none is kept. */
  open(options: CursorOptions): Cursor<Item, Batch> {
    const cursor = new Cursor<Item, Batch>(this, this.#log, this.#options, options);
    this.#cursors.add(cursor);
    return cursor;
  }

  remove(cursor: Cursor<Item, Batch>): void {
    this.#cursors.delete(cursor);
  }

  /** Tells present readers of an end, after what they have yet to take; new ones begin after it. */
  end(): void {
    this.#endedAt = this.#log.next;
    this.#log.invalidate();
    this.sweep();
    this.wake();
  }

  /** Sequence number after the last item before the last `end()`. */
  get endedAt(): number {
    return this.#endedAt;
  }

  /** Wakes every reader that waits, whether or not there is something to take. */
  wake(): void {
    for (const waker of this.#wakers.values()) waker.wake();
  }

  /** Bounds every reader and forgets what nobody needs any more. */
  sweep(): void {
    this.#sinceSweep = 0;
    this.#bytesSinceSweep = 0;
    let oldest = this.#log.next;
    for (const cursor of [...this.#cursors]) oldest = Math.min(oldest, cursor.bound());
    this.#log.trim(oldest);
  }

  /** What is kept for a new reader: `{items, bytes, ms}`. */
  get kept(): { readonly items: number; readonly bytes: number; readonly ms: number } {
    const { key, next } = this.#log;
    if (key === undefined) return { items: 0, bytes: 0, ms: 0 };
    return { items: next - key, bytes: this.#log.bytesSince(key), ms: this.#log.msSince(key) };
  }

  /** The items that a new reader is given at once. */
  keptItems(): readonly Item[] {
    const items: Item[] = [];
    for (let at = this.#log.key ?? this.#log.next; at < this.#log.next; at++) {
      const item = this.#log.at(at);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  /** The batch that begins at `sequence`, shared by all who ask before the next append. */
  batchAt(sequence: number): PlacedBatch<Batch> | undefined {
    const known = this.#batches.get(sequence);
    if (known !== undefined) return known;
    const items = this.#itemsFrom(sequence);
    if (items.length === 0) return undefined;
    const placed = {
      batch: this.#options.makeBatch(items),
      next: sequence + items.length,
    };
    this.#batches.set(sequence, placed);
    return placed;
  }

  #itemsFrom(sequence: number): readonly Item[] {
    const items: Item[] = [];
    let bytes = 0;
    let previous: Item | undefined;
    const until = sequence < this.#endedAt ? this.#endedAt : this.#log.next;
    for (let at = sequence; at < until && bytes < MAX_BATCH_BYTES; at++) {
      const item = this.#log.at(at);
      if (item === undefined) break;
      if (previous !== undefined && !this.#options.joins(previous, item)) break;
      items.push(item);
      bytes += item.bytes;
      previous = item;
    }
    return items;
  }

  /** Resolves when items were appended and have waited for others long enough, or at `wake()`. */
  wait(mergeMs: number): Promise<void> {
    let waker = this.#wakers.get(mergeMs);
    if (waker === undefined) {
      waker = new Waker(this.#options.clock, mergeMs);
      this.#wakers.set(mergeMs, waker);
    }
    return waker.wait();
  }

  /** Ends all waits and timers. */
  close(): void {
    this.wake();
    this.#cursors.clear();
  }
}

interface PlacedBatch<Batch> {
  readonly batch: Batch;
  /** Sequence number after the batch. */
  readonly next: number;
}

/** One reader's place in a `Fanout`. */
export class Cursor<Item extends LogItem, Batch> {
  readonly #fanout: Fanout<Item, Batch>;
  readonly #log: GopCache<Item>;
  readonly #clock: Clock;
  readonly #limits: QueueLimits;
  readonly #options: CursorOptions;
  #sequence: number;
  #awaitsKey: boolean;
  /** When items were first seen waiting since the last take, in milliseconds of the clock. */
  #behindSince: number | undefined;
  #dropped = 0;

  constructor(
    fanout: Fanout<Item, Batch>,
    log: GopCache<Item>,
    { clock, limits }: { readonly clock: Clock; readonly limits: QueueLimits },
    options: CursorOptions,
  ) {
    this.#fanout = fanout;
    this.#log = log;
    this.#clock = clock;
    this.#limits = limits;
    this.#options = options;
    this.#sequence = log.key ?? log.next;
    this.#awaitsKey = log.key === undefined;
  }

  /** Items lost to this reader because it was slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What waits for this reader. */
  get queued(): { readonly items: number; readonly bytes: number; readonly ms: number } {
    return {
      items: this.#log.next - this.#sequence,
      bytes: this.#log.bytesSince(this.#sequence),
      ms: this.#log.msSince(this.#sequence),
    };
  }

  /** All that has queued since the last call, or `undefined` when nothing has. */
  take(): Batch | undefined {
    this.#behindSince = undefined;
    const placed = this.#fanout.batchAt(this.seek());
    if (placed === undefined) return undefined;
    this.#sequence = placed.next;
    return placed.batch;
  }

  /**
   * Moves to where the next batch begins, and gives that sequence number: a key item after a loss
   * and at the start, the newest one for a reader that is too far behind. A reader inside the group
   * of pictures that is kept anyway may stay: that costs no memory.
   */
  seek(): number {
    const log = this.#log;
    if (this.#awaitsKey) {
      this.#sequence = log.keyFrom(this.#sequence);
      this.#awaitsKey = this.#sequence === log.next;
    }
    const tooFar = log.bytesSince(this.#sequence) > this.#limits.queueBytes ||
      log.waitedSince(this.#sequence, this.#clock.now()) > this.#limits.queueMs;
    if (tooFar) this.#dropTo(log.key);
    return this.#sequence;
  }

  /**
   * Goes back to the newest key item, without waking whoever waits: what is appended next does. False,
   * and nothing done, where none is kept.
   */
  rewind(): boolean {
    const { key } = this.#log;
    if (key === undefined) return false;
    this.#sequence = key;
    this.#awaitsKey = false;
    return true;
  }

  /** Whether all that came before the last `Fanout.end()` was taken. */
  get isPastEnd(): boolean {
    return this.seek() >= this.#fanout.endedAt;
  }

  /** Resolves when it is worth calling `take()` again. */
  wait(): Promise<void> {
    return this.#fanout.wait(this.#options.mergeMs);
  }

  /** As `seek`, and reports a reader that has stopped. */
  bound(): number {
    const now = this.#clock.now();
    const sequence = this.seek();
    if (sequence === this.#log.next) this.#behindSince = undefined;
    else this.#behindSince ??= now;
    const stalledMs = now - (this.#behindSince ?? now);
    if (stalledMs > this.#limits.stallMs) this.#options.onStalled(stalledMs);
    return sequence;
  }

  #dropTo(key: number | undefined): void {
    const target = key ?? this.#log.next;
    const count = target - this.#sequence;
    if (count <= 0) return;
    this.#sequence = target;
    this.#awaitsKey = key === undefined;
    this.#dropped += count;
    this.#options.onDropped(count);
  }

  close(): void {
    this.#fanout.remove(this);
  }
}
