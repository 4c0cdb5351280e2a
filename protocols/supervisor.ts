import type { Clock } from "../registry/clock.ts";
import type { PullEnd } from "./protocol.ts";

/** Pause before the second attempt; doubles with each failure. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** An attempt that lasted this long had worked: the next pause is the first one again. */
const WORKED_MS = 10_000;

export interface SuperviseOptions {
  readonly clock: Clock;
  /** Ends the attempts; each gets it too. */
  readonly signal: AbortSignal;
  /** Told how an attempt ended, and how long the pause before the next is. */
  readonly onRetry: (end: AttemptEnd, pauseMs: number) => void;
}

export interface AttemptEnd {
  /** Whether the attempt could not go on; otherwise it came to its end. */
  readonly isFailure: boolean;
  readonly reason: string;
}

/**
 * Runs `attempt` again and again, with growing pauses, until `signal` is aborted or there is nothing more to
 * come. Never rejects.
 */
export async function supervise(
  attempt: () => Promise<PullEnd>,
  { clock, signal, onRetry }: SuperviseOptions,
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const began = clock.now();
    const end = await endOf(attempt);
    if (signal.aborted || end === "over") return;
    if (clock.now() - began >= WORKED_MS) pauseMs = FIRST_PAUSE_MS;
    onRetry(end, pauseMs);
    await pause(pauseMs, clock, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function endOf(attempt: () => Promise<PullEnd>): Promise<AttemptEnd | "over"> {
  try {
    if (await attempt() === "over") return "over";
    return { isFailure: false, reason: "it came to its end" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { isFailure: true, reason };
  }
}

function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.schedule(ms, finish);
    signal.addEventListener("abort", finish, { once: true });
  });
}
