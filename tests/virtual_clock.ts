import type { Cancel, Clock } from "../registry/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that passes only when a test says so. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<Timer>();

  /** How many calls are scheduled and have neither run nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  /** The virtual clock starts at 2025-01-01T00:00:00Z. */
  utc(): number {
    return Date.UTC(2025, 0, 1) + this.#now;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets `ms` pass: what falls due runs in order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#dueBy(end); due !== undefined; due = this.#dueBy(end)) {
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = end;
  }

  /** As `advance`, and lets everything that waits for nothing but its turn run after each call. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let due = this.#dueBy(end); due !== undefined; due = this.#dueBy(end)) {
      this.advance(Math.max(due.at - this.#now, 0));
      await settle();
    }
    this.advance(end - this.#now);
    await settle();
  }

  #dueBy(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    }
    return next;
  }
}

/** Resolves when all that needs no more than its turn has run: one turn of the event loop later. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
