import type { Clock } from "./clock.ts";

/** What a publisher can do beside sending. */
export interface PublishOptions {
  /**
   * Has the encoder make a key unit soon, where it can be asked. Called at most once in
   * {@linkcode KEY_REQUEST_INTERVAL_MS}; a request that is lost on its way is the publisher's to repeat.
   */
  readonly requestKey?: () => void;
}

/**
 * Requests that come sooner than this after one are answered by the same key unit. Many viewers lose
 * packets at once, and each asks; a key unit is many times as large as others.
 */
export const KEY_REQUEST_INTERVAL_MS = 500;

/** Merges the requests of all readers into those that one publisher is told. */
export class KeyRequests {
  readonly #clock: Clock;
  readonly #ask: (() => void) | undefined;
  #askedMs = -Infinity;

  constructor(clock: Clock, { requestKey }: PublishOptions) {
    this.#clock = clock;
    this.#ask = requestKey;
  }

  /** Whether the publisher can be asked; it may have been just before. */
  request(): boolean {
    if (this.#ask === undefined) return false;
    const now = this.#clock.now();
    if (now - this.#askedMs >= KEY_REQUEST_INTERVAL_MS) {
      this.#askedMs = now;
      this.#ask();
    }
    return true;
  }
}
