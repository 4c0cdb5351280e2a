/** Length of one bucket and number of buckets that a rate is measured over. */
const BUCKET_MS = 1000;
const BUCKETS = 5;

/** Something counted: in all, and per second over the last few seconds. */
export class Rate {
  #total = 0;
  /** Start of the newest bucket; the counts below belong to it and to those before it. */
  #bucketStart: number;
  readonly #firstStart: number;
  #counts: number[] = [0];

  /** @param now milliseconds of a monotonic clock, as all others here. */
  constructor(now: number) {
    this.#bucketStart = now;
    this.#firstStart = now;
  }

  get total(): number {
    return this.#total;
  }

  add(amount: number, now: number): void {
    this.#advance(now);
    this.#total += amount;
    this.#counts[0] = (this.#counts[0] ?? 0) + amount;
  }

  /** Per second, over whole buckets; the newest, unfinished one counts only while there is no other. */
  perSecond(now: number): number {
    this.#advance(now);
    const finished = this.#counts.slice(1);
    if (finished.length === 0) {
      const elapsed = Math.max(now - this.#firstStart, 1);
      return (this.#counts[0] ?? 0) * 1000 / elapsed;
    }
    const sum = finished.reduce((total, count) => total + count, 0);
    return sum * 1000 / (finished.length * BUCKET_MS);
  }

  #advance(now: number): void {
    const steps = Math.floor((now - this.#bucketStart) / BUCKET_MS);
    if (steps <= 0) return;
    const empty = new Array<number>(Math.min(steps, BUCKETS + 1)).fill(0);
    this.#counts = [...empty, ...this.#counts].slice(0, BUCKETS + 1);
    this.#bucketStart += steps * BUCKET_MS;
  }
}
