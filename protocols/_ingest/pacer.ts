import type { Cancel, Clock } from "../../registry/clock.ts";

/** Between two calls: a picture at 25 fps, so that audio goes along with it in one write. */
export const TICK_MS = 40;

/** Whoever is later than this was asleep: what was missed is not caught up with. */
export const MAX_LATE_MS = 1_000;

/**
 * Calls `play` every {@linkcode TICK_MS} with the milliseconds that have passed since the start.
 * Each call is due at a multiple of the tick from the start, so that late timers do not add up. Time
 * in which the process was suspended does not count: the first call after it goes on where the last
 * stopped.
 *
 * @returns what ends the calls.
 */
export function pace(clock: Clock, play: (elapsedMs: number) => void): Cancel {
  let start = clock.now();
  let tick = 0;
  let cancel: Cancel = () => {};
  const run = () => {
    const now = clock.now();
    const dueMs = tick * TICK_MS;
    if (now - start - dueMs > MAX_LATE_MS) start = now - dueMs;
    // A timer may fire a fraction of a millisecond early.
    const elapsedMs = Math.max(now - start, dueMs);
    tick = Math.floor(elapsedMs / TICK_MS) + 1;
    cancel = clock.schedule(start + tick * TICK_MS - now, run);
    play(elapsedMs);
  };
  run();
  return () => cancel();
}
