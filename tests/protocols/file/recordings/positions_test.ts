import { assertEquals } from "@std/assert";
import {
  indexAtOrBefore,
  lastAtOrBefore,
  latestAt,
  positionOf,
  startMsFor,
} from "../../../../protocols/file/recordings/positions.ts";

Deno.test("positions are whole milliseconds, rounded down, and reached by a seek to them", () => {
  assertEquals([0, 33.366, 999.9999, 1000 - 1e-9, 1001].map(positionOf), [0, 33, 999, 1000, 1001]);
  for (const ms of [0, 33.366, 834.1666, 999.9999]) {
    assertEquals(ms <= latestAt(positionOf(ms)), true, `${ms}`);
    assertEquals(latestAt(positionOf(ms)) < positionOf(ms) + 1, true, `${ms}`);
  }
});

Deno.test("recordings start at whole ticks of every sample rate", () => {
  assertEquals([0, 5, -1, -40, -41, -80.1].map(startMsFor), [0, 0, 40, 40, 80, 120]);
  for (const rate of [7350, 8000, 11_025, 22_050, 44_100, 48_000, 90_000]) {
    assertEquals(startMsFor(-1) * rate % 1000, 0, `${rate}`);
  }
});

Deno.test("the last position at or before one is found, or the first", () => {
  const positions = [10, 20, 20, 30];
  const found = [0, 10, 19, 20, 29, 1000].map((ms) => lastAtOrBefore(positions, ms));
  assertEquals(found, [10, 10, 10, 20, 20, 30]);
  assertEquals([0, 20, 1000].map((ms) => indexAtOrBefore(positions, ms)), [0, 2, 3]);
  assertEquals([lastAtOrBefore([], 5), indexAtOrBefore([], 5)], [0, 0]);
});
