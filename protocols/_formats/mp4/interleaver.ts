/**
 * Bytes of samples that wait for other tracks: a fragment of ten seconds at 12 Mbit/s. Past it, they
 * come out in the order of the file.
 */
export const MAX_INTERLEAVED_BYTES = 16 << 20;

/** What a sample that waits costs beside its bytes. */
const OVERHEAD_BYTES = 256;

interface Waiting<Item> {
  readonly seconds: number;
  readonly bytes: number;
  readonly item: Item;
}

/**
 * Puts samples into the order of their times, where a fragment has all of one track before all of
 * another. One waits only as long as samples of another track are to come that are earlier.
 */
export class Interleaver<Item> {
  readonly #queues = new Map<number, Waiting<Item>[]>();
  #bytes = 0;

  add(trackId: number, item: Item, { seconds, bytes }: { seconds: number; bytes: number }): void {
    const queue = this.#queues.get(trackId) ?? [];
    const waiting = { seconds, bytes: bytes + OVERHEAD_BYTES, item };
    queue.push(waiting);
    this.#queues.set(trackId, queue);
    this.#bytes += waiting.bytes;
  }

  /**
   * Items whose turn it is.
   *
   * @param coming the time in seconds of the next sample of each track that has any to come.
   */
  take(coming: ReadonlyMap<number, number>): readonly Item[] {
    const items: Item[] = [];
    for (;;) {
      const queue = this.#earliest();
      const [first] = queue ?? [];
      if (queue === undefined || first === undefined) return items;
      if (this.#bytes <= MAX_INTERLEAVED_BYTES && this.#isAwaited(first.seconds, coming)) {
        return items;
      }
      queue.shift();
      this.#bytes -= first.bytes;
      items.push(first.item);
    }
  }

  #earliest(): Waiting<Item>[] | undefined {
    let earliest: Waiting<Item>[] | undefined;
    for (const queue of this.#queues.values()) {
      const [first] = queue;
      const [best] = earliest ?? [];
      if (first === undefined) continue;
      if (best === undefined || first.seconds < best.seconds) earliest = queue;
    }
    return earliest;
  }

  /** Whether a track of which nothing waits has an earlier sample to come. */
  #isAwaited(seconds: number, coming: ReadonlyMap<number, number>): boolean {
    for (const [trackId, next] of coming) {
      if (next < seconds && (this.#queues.get(trackId)?.length ?? 0) === 0) return true;
    }
    return false;
  }
}
