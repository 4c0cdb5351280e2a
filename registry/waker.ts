import type { Cancel, Clock } from "./clock.ts";

/**
 * Longest that an item which rides (`LogItem.rides`) waits for the one that it rides with, in
 * milliseconds: the distance of pictures at 20 a second, and less than players notice as audio late.
 */
const RIDE_MS = 50;

/**
 * Wakes all readers of one merge time together, so that they take the same batch: when something
 * has waited for the merge time, or before that when nothing more is to be expected within it.
 */
export class Waker {
  readonly #clock: Clock;
  readonly #mergeMs: number;
  #waiting: PromiseWithResolvers<void> | undefined;
  #cancel: Cancel | undefined;
  /** When the readers are woken; Infinity while nothing waits for them. */
  #deadline = Infinity;
  /** When items that do not ride came last; `undefined` before the first. */
  #lastCame: number | undefined;

  /** @param mergeMs 0 wakes at every item. */
  constructor(clock: Clock, mergeMs: number) {
    this.#clock = clock;
    this.#mergeMs = mergeMs;
  }

  /** Resolves at the next `wake`. */
  wait(): Promise<void> {
    this.#waiting ??= Promise.withResolvers<void>();
    return this.#waiting.promise;
  }

  /** Items have come. @param ride whether they may wait for others to ride with. */
  itemsWait(ride: boolean): void {
    const now = this.#clock.now();
    const interval = now - (this.#lastCame ?? now);
    if (!ride) this.#lastCame = now;
    if (this.#waiting === undefined) return;
    if (this.#mergeMs === 0) return this.wake();
    this.#wakeBy(now + this.#mergeMs + (ride ? RIDE_MS : 0), now);
    // The next is expected as long after these as these came after the last.
    if (!ride && now + interval > this.#deadline) this.wake();
  }

  #wakeBy(deadline: number, now: number): void {
    if (deadline >= this.#deadline) return;
    this.#cancel?.();
    this.#deadline = deadline;
    this.#cancel = this.#clock.schedule(deadline - now, () => this.wake());
  }

  /** Wakes all that wait. */
  wake(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#deadline = Infinity;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }
}
