import { assertEquals } from "@std/assert";
import { MAX_LATE_MS, pace, TICK_MS } from "../../../protocols/_ingest/pacer.ts";
import type { Cancel, Clock } from "../../../registry/clock.ts";
import { VirtualClock } from "../../virtual_clock.ts";

/** One timer, which runs when the test says so, be it early or late. */
class HandClock implements Clock {
  /** When the timer is due. */
  due = 0;
  #now = 0;
  #run = () => {};

  now(): number {
    return this.#now;
  }

  utc(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    this.due = this.#now + delayMs;
    this.#run = run;
    return () => {};
  }

  fire(at: number): void {
    this.#now = at;
    this.#run();
  }
}

function setUp() {
  const clock = new HandClock();
  const calls: number[] = [];
  pace(clock, (elapsedMs) => calls.push(elapsedMs));
  return { clock, calls };
}

Deno.test("pace: calls at once, and then once a tick", () => {
  const clock = new VirtualClock();
  const calls: number[] = [];
  const cancel = pace(clock, (elapsedMs) => calls.push(elapsedMs));
  clock.advance(3 * TICK_MS);
  assertEquals(calls, [0, TICK_MS, 2 * TICK_MS, 3 * TICK_MS]);
  cancel();
  clock.advance(10 * TICK_MS);
  assertEquals(calls.length, 4);
  assertEquals(clock.pending, 0);
});

Deno.test("pace: late timers do not add up", () => {
  const { clock } = setUp();
  for (let tick = 1; tick <= 10_000; tick++) {
    assertEquals(clock.due, tick * TICK_MS);
    clock.fire(clock.due + tick % (TICK_MS - 1));
  }
});

Deno.test("pace: a timer that fires a little early does its work, once", () => {
  const { clock, calls } = setUp();
  clock.fire(TICK_MS - 0.4);
  assertEquals(calls, [0, TICK_MS]);
  assertEquals(clock.due, 2 * TICK_MS);
});

Deno.test("pace: a short hold-up is caught up with in one call", () => {
  const { clock, calls } = setUp();
  clock.fire(TICK_MS + MAX_LATE_MS);
  assertEquals(calls, [0, TICK_MS + MAX_LATE_MS]);
  assertEquals(clock.due, 2 * TICK_MS + MAX_LATE_MS);
});

Deno.test("pace: after a suspension it goes on where it stopped", () => {
  const { clock, calls } = setUp();
  clock.fire(TICK_MS);
  const wakeUp = 8 * 3_600_000;
  clock.fire(wakeUp);
  assertEquals(clock.due, wakeUp + TICK_MS);
  clock.fire(clock.due);
  assertEquals(calls, [0, TICK_MS, 2 * TICK_MS, 3 * TICK_MS]);
});
