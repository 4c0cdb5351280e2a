// RFC 3711 section 3.3.2: a packet is taken once, unless it is too old to tell.
import { assertEquals } from "@std/assert";
import { REPLAY_WINDOW, ReplayWindow } from "../../../../protocols/webrtc/srtp/replay_window.ts";

Deno.test("the window admits each packet once, in any order", () => {
  const window = new ReplayWindow(70_000);
  for (const index of [70_002, 70_001, 69_999, 70_000 + REPLAY_WINDOW - 1, 70_003]) {
    assertEquals(window.admits(index), true, `${index} is new`);
    window.add(index);
    assertEquals(window.admits(index), false, `${index} came before`);
  }
  assertEquals(window.highest, 70_000 + REPLAY_WINDOW - 1);
  assertEquals(window.admits(70_000), false);
  assertEquals(window.admits(70_004), true);
});

Deno.test("the window refuses what is behind it, and what would be before the first packet", () => {
  const window = new ReplayWindow(5);
  assertEquals(window.admits(-1), false);
  window.add(5 + REPLAY_WINDOW);
  assertEquals([4, 5, 6].map((index) => window.admits(index)), [false, false, true]);
});

Deno.test("places that are used again are forgotten, however far the step", () => {
  for (const step of [1, 2, 31, 32, 33, REPLAY_WINDOW - 1, REPLAY_WINDOW, 40_000]) {
    const window = new ReplayWindow(100);
    for (let index = 101; index < 100 + REPLAY_WINDOW; index++) window.add(index);
    const next = 99 + REPLAY_WINDOW + step;
    window.add(next);
    for (let index = next - REPLAY_WINDOW + 1; index <= next; index++) {
      const came = index < 100 + REPLAY_WINDOW || index === next;
      assertEquals(window.admits(index), !came, `${index} after a step of ${step}`);
    }
  }
});
