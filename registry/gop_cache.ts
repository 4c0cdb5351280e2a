/** What the log needs to know of an item that it keeps. */
export interface LogItem {
  readonly bytes: number;
  /** Decoding time in milliseconds, never decreasing by more than the interleaving of tracks. */
  readonly time: number;
  /** Whether a reader can begin here. */
  readonly isKey: boolean;
  /** Whether it may wait for a later item to share a write with: audio beside video. */
  readonly rides?: boolean;
}

/** How much of one group of pictures is kept for new readers. */
export interface GopLimits {
  readonly gopBytes: number;
  readonly gopMs: number;
}

/**
 * The items of one stream since the last key item, and those before it that a slower reader has yet
 * to take. Items have sequence numbers that never come again; a reader is a sequence number, so that
 * any number of readers share one list.
 */
export class GopCache<Item extends LogItem> {
  readonly #limits: GopLimits;
  #items: Item[] = [];
  /** Bytes ever appended before each item; as long as `#items`. */
  #offsets: number[] = [];
  /** When each item came, in milliseconds of the clock; as long as `#items`. */
  #arrivals: number[] = [];
  #first = 0;
  #totalBytes = 0;
  #key: number | undefined;

  constructor(limits: GopLimits) {
    this.#limits = limits;
  }

  /** Sequence number of the oldest item that is kept. */
  get first(): number {
    return this.#first;
  }

  /** Sequence number that the next item will have. */
  get next(): number {
    return this.#first + this.#items.length;
  }

  /** Sequence number of the last key item, unless what followed it passed the limits. */
  get key(): number | undefined {
    return this.#key;
  }

  /** @param now milliseconds of a monotonic clock. */
  append(item: Item, now: number): void {
    if (item.isKey) this.#key = this.next;
    this.#items.push(item);
    this.#arrivals.push(now);
    this.#offsets.push(this.#totalBytes);
    this.#totalBytes += item.bytes;
    if (this.#key !== undefined && this.#exceeds(this.#key, this.#limits)) this.#key = undefined;
  }

  #exceeds(sequence: number, limits: GopLimits): boolean {
    return this.bytesSince(sequence) > limits.gopBytes || this.msSince(sequence) > limits.gopMs;
  }

  /** Bytes from `sequence` on. */
  bytesSince(sequence: number): number {
    const offset = this.#offsets[sequence - this.#first];
    return offset === undefined ? 0 : this.#totalBytes - offset;
  }

  /** Milliseconds that the item at `sequence` has waited, whatever time the media itself takes. */
  waitedSince(sequence: number, now: number): number {
    return now - (this.#arrivals[sequence - this.#first] ?? now);
  }

  /** Milliseconds of media from the item at `sequence` to the newest. */
  msSince(sequence: number): number {
    const item = this.#items[sequence - this.#first];
    const newest = this.#items.at(-1);
    return item === undefined || newest === undefined ? 0 : newest.time - item.time;
  }

  at(sequence: number): Item | undefined {
    return this.#items[sequence - this.#first];
  }

  /** The first key item at or after `sequence`, or `next` when there is none. */
  keyFrom(sequence: number): number {
    for (let at = Math.max(sequence, this.#first); at < this.next; at++) {
      if (this.at(at)?.isKey) return at;
    }
    return this.next;
  }

  /** Forgets where new readers begin: they wait for the next key item. */
  invalidate(): void {
    this.#key = undefined;
  }

  /** Forgets items before `sequence`, but never those that a new reader begins with. */
  trim(sequence: number): void {
    const until = Math.min(sequence, this.#key ?? this.next);
    const count = until - this.#first;
    if (count <= 0) return;
    this.#items.splice(0, count);
    this.#offsets.splice(0, count);
    this.#arrivals.splice(0, count);
    this.#first = until;
  }
}
