import { assertEquals, assertStrictEquals } from "@std/assert";
import { ShownTimes } from "../../../../protocols/rtsp/play/shown_times.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { picture, sound } from "../harness.ts";

function timesOf(units: readonly Unit[]): readonly (readonly [dts: number, pts: number])[] {
  return units.map(({ dts, pts, track: { timescale } }) => [
    dts * 1000 / timescale,
    pts * 1000 / timescale,
  ]);
}

Deno.test("the times of the first place are its own", () => {
  const units = [picture(5000), sound(5010)];
  assertStrictEquals(new ShownTimes().place(units), units);
});

Deno.test("after a jump, forwards or back, what is shown follows what was shown", () => {
  const times = new ShownTimes();
  times.place([picture(5000), sound(5010)]);
  times.jump();
  assertEquals(timesOf(times.place([picture(1000), sound(1020)])), [[5050, 5050], [5070, 5070]]);
  assertEquals(timesOf(times.place([picture(1100)])), [[5150, 5150]]);
  times.jump();
  assertEquals(timesOf(times.place([picture(90_000)])), [[5190, 5190]]);
});

Deno.test("pictures of which later ones were shown do not come before them", () => {
  const times = new ShownTimes();
  const reordered = { ...picture(0), pts: 160 * 90 };
  times.place([reordered, picture(40, false)]);
  times.jump();
  assertEquals(timesOf(times.place([{ ...picture(8000), pts: 8080 * 90 }])), [[200, 280]]);
});

Deno.test("a gap in a recording stays one", () => {
  const times = new ShownTimes();
  times.place([picture(0)]);
  assertEquals(timesOf(times.place([picture(60_000)])), [[60_000, 60_000]]);
});
