import { assert, assertEquals } from "@std/assert";
import { Pacer } from "../../../../protocols/http/pull/pacer.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

function start(aheadMs = 0) {
  const clock = new VirtualClock();
  return { clock, pacer: new Pacer({ clock, aheadMs }) };
}

/** Waits as long as the pacer says, and gives when media of each time went on, to 10 ms. */
function play(times: readonly number[], aheadMs = 0): readonly number[] {
  const { clock, pacer } = start(aheadMs);
  return times.map((timeMs) => {
    clock.advance(pacer.delay(timeMs));
    return Math.round(clock.now() / 10) * 10;
  });
}

Deno.test("media that comes at once goes on as it plays", () => {
  assertEquals(play([5000, 5040, 5080, 6000]), [0, 40, 80, 1000]);
});

Deno.test("tracks that are interleaved coarsely do not slow each other down", () => {
  // A transport stream: pictures first, then the sounds of the same half second.
  assertEquals(play([0, 200, 400, 0, 200, 400, 600, 800, 600, 1000]), [
    ...[0, 200, 400, 400, 400, 400, 600, 800, 800, 1000],
  ]);
});

Deno.test("a group of pictures may run ahead of its time", () => {
  assertEquals(play([0, 5000, 10_000, 11_000], 10_000), [0, 0, 0, 1000]);
});

Deno.test("a jump of the clock begins a new count", () => {
  assertEquals(play([0, 1000, 900_000, 901_000, 10_000, 11_000]), [
    0,
    1000,
    1000,
    2000,
    2000,
    3000,
  ]);
});

Deno.test("what was held up on the way is not caught up with", () => {
  const { clock, pacer } = start();
  assertEquals(pacer.delay(0), 0);
  clock.advance(10_000);
  assertEquals(pacer.delay(1000), 0);
  assert(pacer.delay(1500) > 490);
});

Deno.test("an encoder whose clock is a little fast is not held up for ever", () => {
  const { clock, pacer } = start(1000);
  for (let second = 0; second < 86_400; second += 5) {
    assertEquals(pacer.delay(second * 1000.1), 0);
    clock.advance(5000);
  }
});
