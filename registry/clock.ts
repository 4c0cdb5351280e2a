/** Ends a scheduled call that has not run yet; afterwards a no-op. */
export type Cancel = () => void;

/** Time as the registry sees it, so that tests can run it by hand. */
export interface Clock {
  /** Milliseconds of a monotonic clock with an arbitrary origin. */
  now(): number;
  /** UTC in milliseconds. */
  utc(): number;
  /** Calls `run` once, after `delayMs`. */
  schedule(delayMs: number, run: () => void): Cancel;
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  utc: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
