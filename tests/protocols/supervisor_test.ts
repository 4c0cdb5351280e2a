import { assertEquals } from "@std/assert";
import type { PullEnd } from "../../protocols/protocol.ts";
import { type AttemptEnd, supervise } from "../../protocols/supervisor.ts";
import { VirtualClock } from "../virtual_clock.ts";

class Bench {
  readonly clock = new VirtualClock();
  readonly abort = new AbortController();
  readonly retries: (readonly [end: AttemptEnd, pauseMs: number])[] = [];
  attempts = 0;
  isDone = false;

  run(attempt: (bench: Bench) => Promise<PullEnd>): void {
    supervise(() => {
      this.attempts++;
      return attempt(this);
    }, {
      clock: this.clock,
      signal: this.abort.signal,
      onRetry: (end, pauseMs) => this.retries.push([end, pauseMs]),
    }).then(() => this.isDone = true);
  }

  get pauses(): readonly number[] {
    return this.retries.map(([_end, pauseMs]) => pauseMs);
  }
}

function wait(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(ms, resolve));
}

Deno.test("pauses double from 1 s to 30 s while attempts fail", async () => {
  const bench = new Bench();
  bench.run(() => Promise.reject(new Error("connection refused")));
  await bench.clock.run(100_000);
  assertEquals(bench.pauses, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  assertEquals(bench.retries[0]?.[0], { isFailure: true, reason: "connection refused" });
});

Deno.test("what is over is not tried again", async () => {
  const bench = new Bench();
  bench.run(({ attempts }) => Promise.resolve(attempts === 2 ? "over" : undefined));
  await bench.clock.run(100_000);
  assertEquals([bench.attempts, bench.pauses, bench.isDone], [2, [1000], true]);
});

Deno.test("an attempt that lasted has worked: the pause is the first one again", async () => {
  const bench = new Bench();
  bench.run(({ clock, attempts }) => wait(clock, attempts === 3 ? 10_000 : 100));
  await bench.clock.run(14_000);
  assertEquals(bench.pauses, [1000, 2000, 1000]);
  assertEquals(bench.retries[0]?.[0].isFailure, false);
});

Deno.test("an attempt that throws before it waits fails like any other", async () => {
  const bench = new Bench();
  bench.run(() => {
    throw new Error("a bug");
  });
  await bench.clock.run(1000);
  assertEquals(bench.retries[0]?.[0], { isFailure: true, reason: "a bug" });
  assertEquals(bench.attempts, 2);
});

Deno.test("the end comes at once in a pause, and after the attempt otherwise", async () => {
  const paused = new Bench();
  paused.run(() => Promise.resolve());
  await paused.clock.run(500);
  paused.abort.abort();
  await paused.clock.run(0);
  assertEquals([paused.isDone, paused.attempts, paused.clock.pending], [true, 1, 0]);

  const busy = new Bench();
  busy.run(({ clock }) => wait(clock, 1000));
  await busy.clock.run(500);
  busy.abort.abort();
  await busy.clock.run(499);
  assertEquals(busy.isDone, false);
  await busy.clock.run(1);
  assertEquals([busy.isDone, busy.attempts, busy.retries], [true, 1, []]);
});

Deno.test("nothing is attempted after the end", async () => {
  const bench = new Bench();
  bench.abort.abort();
  bench.run(() => Promise.resolve());
  await bench.clock.run(0);
  assertEquals([bench.isDone, bench.attempts], [true, 0]);
});
