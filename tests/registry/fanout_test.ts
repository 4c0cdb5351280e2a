import { assert, assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import { type Cursor, type CursorOptions, Fanout } from "../../registry/fanout.ts";
import type { LogItem } from "../../registry/gop_cache.ts";
import { settle, VirtualClock } from "../virtual_clock.ts";

interface Item extends LogItem {
  readonly group: number;
}

const LIMITS = {
  gopBytes: 1000,
  gopMs: 5000,
  queueBytes: 300,
  queueMs: 2000,
  stallMs: 10_000,
};

function item(time: number, isKey: boolean, bytes = 10, group = 0): Item {
  return { time, isKey, bytes, group };
}

function times(items: readonly Item[] | undefined): readonly number[] | undefined {
  return items?.map(({ time }) => time);
}

class Bench {
  readonly clock = new VirtualClock();
  readonly fanout: Fanout<Item, readonly Item[]>;
  dropped = 0;
  stalled: number[] = [];

  constructor(limits = LIMITS) {
    this.fanout = new Fanout({
      clock: this.clock,
      limits,
      makeBatch: (items) => items,
      joins: (previous, next) => previous.group === next.group,
    });
  }

  open(options: Partial<CursorOptions> = {}): Cursor<Item, readonly Item[]> {
    return this.fanout.open({
      mergeMs: 0,
      onDropped: (items) => this.dropped += items,
      onStalled: (ms) => this.stalled.push(ms),
      ...options,
    });
  }

  append(...items: readonly Item[]): void {
    this.fanout.append(items);
  }
}

Deno.test("a reader that comes first is given the first key item", () => {
  const { fanout, open, append } = bound(new Bench());
  const cursor = open();
  append(item(0, false), item(10, true), item(20, false));
  assertEquals(times(cursor.take()), [10, 20]);
  assertEquals(cursor.take(), undefined);
  assertEquals(fanout.kept, { items: 2, bytes: 20, ms: 10 });
});

Deno.test("a reader that comes first is given a key item that a sweep has seen", () => {
  const { open, append } = bound(new Bench());
  const cursor = open();
  append(item(0, false), ...Array.from({ length: 40 }, (_, n) => item(n + 1, n === 2)));
  assertEquals(times(cursor.take())?.[0], 3);
});

Deno.test("a reader that comes later begins with what is kept", () => {
  const { open, append } = bound(new Bench());
  append(item(0, true), item(10, false), item(20, true), item(30, false));
  assertEquals(times(open().take()), [20, 30]);
});

Deno.test("after end() a new reader waits for a key item, a present one goes on past it", () => {
  const { fanout, open, append } = bound(new Bench());
  append(item(0, true), item(10, false));
  const present = open();
  fanout.end();
  const late = open();
  append(item(20, false));
  assertEquals(times(present.take()), [0, 10]);
  assertEquals([times(present.take()), times(late.take())], [[20], undefined]);
  append(item(30, true));
  assertEquals([times(present.take()), times(late.take())], [[30], [30]]);
});

Deno.test("readers at the same place share one batch", () => {
  const { open, append } = bound(new Bench());
  const [first, second] = [open(), open()];
  append(item(0, true));
  assertStrictEquals(first.take(), second.take());
  append(item(10, false));
  const third = open();
  assertStrictEquals(first.take(), second.take());
  assertEquals(times(third.take()), [0, 10]);
});

Deno.test("a batch ends where two items do not join", () => {
  const { open, append } = bound(new Bench());
  append(item(0, true, 10, 1), item(10, false, 10, 1), item(20, false, 10, 2));
  const cursor = open();
  assertEquals([times(cursor.take()), times(cursor.take())], [[0, 10], [20]]);
});

Deno.test("a batch is about a mebibyte at most", () => {
  const { open, append } = bound(
    new Bench({ ...LIMITS, queueBytes: 1 << 24, gopBytes: 1 << 24 }),
  );
  append(...Array.from({ length: 5 }, (_, n) => item(n, n === 0, 600_000)));
  const cursor = open();
  assertEquals([times(cursor.take()), times(cursor.take())], [[0, 1], [2, 3]]);
  assertEquals(cursor.queued, { items: 1, bytes: 600_000, ms: 0 });
});

Deno.test("a reader over its bytes goes on at the newest key item, and its loss is counted", () => {
  const bench = new Bench();
  const { open, append } = bound(bench);
  append(item(0, true));
  const cursor = open();
  cursor.take();
  append(item(10, false, 200), item(20, false, 200), item(30, true, 50), item(40, false, 5));
  assertEquals(times(cursor.take()), [30, 40]);
  assertEquals([bench.dropped, cursor.dropped], [2, 2]);
});

Deno.test("a reader over its seconds goes on at the newest key item", () => {
  const bench = new Bench();
  const { open, append, clock } = bound(bench);
  append(item(0, true));
  const cursor = open();
  cursor.take();
  append(item(10, false));
  clock.advance(2001);
  append(item(1900, true), item(2011, false));
  assertEquals(times(cursor.take()), [1900, 2011]);
  assertEquals(bench.dropped, 1);
});

Deno.test("media that comes faster than it plays makes nobody slow", () => {
  const bench = new Bench();
  const { open, append } = bound(bench);
  append(item(0, true));
  const cursor = open();
  cursor.take();
  append(item(10, false), item(4000, true), item(9000, false), item(60_000, true));
  assertEquals(times(cursor.take()), [10, 4000, 9000, 60_000]);
  assertEquals(bench.dropped, 0);
});

Deno.test("a slow reader inside the group that is kept anyway loses nothing", () => {
  const bench = new Bench();
  const { open, append } = bound(bench);
  append(item(0, true), item(10, false, 400), item(20, false, 400));
  assertEquals(times(open().take()), [0, 10, 20]);
  assertEquals(bench.dropped, 0);
});

Deno.test("a reader that lost its place with no key item kept waits for the next one", () => {
  const bench = new Bench();
  const { open, append } = bound(bench);
  append(item(0, true));
  const cursor = open();
  append(item(10, false, 1000));
  assertEquals(cursor.take(), undefined);
  assertEquals(bench.dropped, 2);
  append(item(20, false));
  assertEquals(cursor.take(), undefined);
  append(item(30, true), item(40, false));
  assertEquals(times(cursor.take()), [30, 40]);
  assertEquals(bench.dropped, 2);
});

Deno.test("a reader that takes nothing while items wait is reported, without being asked", () => {
  const bench = new Bench();
  const { clock, open, append } = bound(bench);
  append(item(0, true));
  open();
  for (let second = 1; second <= 14; second++) {
    clock.advance(1000);
    append(...Array.from({ length: 32 }, () => item(second * 1000, true)));
  }
  assertEquals(bench.stalled[0], 11_000);
});

Deno.test("a reader that had nothing to take for long has not stalled", () => {
  const bench = new Bench();
  const { clock, open, append } = bound(bench);
  const early = open();
  append(item(0, true));
  const cursor = open();
  cursor.take();
  clock.advance(60_000);
  append(...Array.from({ length: 40 }, (_, n) => item(n, n === 0)));
  assertEquals(bench.stalled, []);
  assertEquals(times(cursor.take())?.length, 40);
  assertEquals(times(early.take())?.length, 40);
});

Deno.test("what a slow reader holds is bounded in bytes, however few the items", () => {
  const mebibyte = 1 << 20;
  const bench = new Bench({ ...LIMITS, queueBytes: 2 * mebibyte, gopBytes: 2 * mebibyte });
  const { open, append } = bound(bench);
  append(item(0, true));
  const cursor = open();
  for (let n = 1; n < 20; n++) {
    append(item(n, false, mebibyte));
    assertLess(cursor.queued.bytes, 7 * mebibyte);
  }
});

Deno.test("a wait ends with the next items", async () => {
  const { open, append } = bound(new Bench());
  const cursor = open();
  const woken = track(cursor.wait());
  await settle();
  assert(!woken.isDone);
  append(item(0, true));
  await settle();
  assert(woken.isDone);
});

Deno.test("with a merge time, items wait for company that long after the first of them", async () => {
  const { clock, open, append } = bound(new Bench());
  const cursor = open({ mergeMs: 30 });
  const woken = track(cursor.wait());
  append(item(0, true));
  await clock.run(10);
  append(item(10, false));
  await clock.run(19);
  assert(!woken.isDone);
  await clock.run(1);
  assert(woken.isDone);
  assertEquals(times(cursor.take()), [0, 10]);
  assertEquals(clock.pending, 0);
});

Deno.test("readers of one merge time are woken together, and others at their own", async () => {
  const { clock, open, append } = bound(new Bench());
  const [fast, slow] = [open({ mergeMs: 10 }), open({ mergeMs: 100 })];
  const [wokenFast, wokenSlow] = [track(fast.wait()), track(slow.wait())];
  append(item(0, true));
  await clock.run(5);
  const wokenLate = track(open({ mergeMs: 10 }).wait());
  await clock.run(5);
  assertEquals([wokenFast.isDone, wokenLate.isDone, wokenSlow.isDone], [true, true, false]);
  await clock.run(90);
  assert(wokenSlow.isDone);
});

Deno.test("closing ends waits and timers", async () => {
  const { clock, fanout, open, append } = bound(new Bench());
  const woken = track(open({ mergeMs: 100 }).wait());
  append(item(0, true));
  assertEquals(clock.pending, 1);
  fanout.close();
  await settle();
  assert(woken.isDone);
  assertEquals(clock.pending, 0);
});

Deno.test("nothing is scheduled while nobody waits", () => {
  const { clock, open, append } = bound(new Bench());
  open({ mergeMs: 100 });
  append(item(0, true));
  assertEquals(clock.pending, 0);
});

/** The parts of a bench that tests use by themselves. */
function bound(bench: Bench) {
  return {
    clock: bench.clock,
    fanout: bench.fanout,
    open: (options?: Partial<CursorOptions>) => bench.open(options),
    append: (...items: readonly Item[]) => bench.append(...items),
  };
}

function track(promise: Promise<void>): { isDone: boolean } {
  const state = { isDone: false };
  promise.then(() => state.isDone = true);
  return state;
}
