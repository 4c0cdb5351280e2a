import { assertEquals } from "@std/assert";
import { Waker } from "../../registry/waker.ts";
import { settle, VirtualClock } from "../virtual_clock.ts";

/** A reader that always waits again, and when it was woken, in milliseconds. */
class Bench {
  readonly clock = new VirtualClock();
  readonly waker: Waker;
  readonly woken: number[] = [];

  constructor(mergeMs: number) {
    this.waker = new Waker(this.clock, mergeMs);
    this.#wait();
  }

  async #wait(): Promise<void> {
    for (;;) {
      await this.waker.wait();
      this.woken.push(this.clock.now());
    }
  }

  /** Lets pictures and sounds come at these times. */
  async play(pictures: readonly number[], sounds: readonly number[] = []): Promise<void> {
    const events = [
      ...pictures.map((at) => ({ at, ride: false })),
      ...sounds.map((at) => ({ at, ride: true })),
    ].toSorted((a, b) => a.at - b.at);
    for (const { at, ride } of events) {
      await this.clock.run(at - this.clock.now());
      this.waker.itemsWait(ride);
      await settle();
    }
  }
}

Deno.test("without a merge time every item wakes, also those that ride", async () => {
  const bench = new Bench(0);
  await bench.play([0, 40], [10]);
  assertEquals(bench.woken, [0, 10, 40]);
});

Deno.test("the first item waits for the whole merge time: nobody knows when the next one comes", async () => {
  const bench = new Bench(30);
  await bench.play([0]);
  await bench.clock.run(29);
  assertEquals(bench.woken, []);
  await bench.clock.run(1);
  assertEquals(bench.woken, [30]);
  assertEquals(bench.clock.pending, 0);
});

Deno.test("what cannot be joined by the next in time does not wait in vain", async () => {
  const bench = new Bench(30);
  await bench.play([0, 40, 80]);
  assertEquals(bench.woken, [30, 40, 80]);
});

Deno.test("the last that is expected within the merge time ends the wait", async () => {
  const bench = new Bench(100);
  await bench.play([0, 40, 80, 120, 160, 200]);
  assertEquals(bench.woken, [80, 200]);
});

Deno.test("when the next is late, the merge time ends the wait", async () => {
  const bench = new Bench(100);
  await bench.play([0, 40]);
  await bench.clock.run(100);
  assertEquals(bench.woken, [100]);
});

Deno.test("after a pause the next item goes out at once", async () => {
  const bench = new Bench(30);
  await bench.play([0, 10]);
  await bench.clock.run(5000);
  await bench.play([bench.clock.now()]);
  assertEquals(bench.woken, [30, 5010]);
});

Deno.test("audio rides with the next picture", async () => {
  const bench = new Bench(30);
  await bench.play([0, 40, 80], [15, 35, 60, 79]);
  assertEquals(bench.woken, [30, 40, 80]);
});

Deno.test("audio waits 50 ms longer than a picture would, when no picture comes", async () => {
  const bench = new Bench(30);
  await bench.play([], [0, 20, 40]);
  await bench.clock.run(39);
  assertEquals(bench.woken, []);
  await bench.clock.run(1);
  assertEquals(bench.woken, [80]);
});

Deno.test("nothing is scheduled while nobody waits", () => {
  const clock = new VirtualClock();
  new Waker(clock, 30).itemsWait(false);
  assertEquals(clock.pending, 0);
});
