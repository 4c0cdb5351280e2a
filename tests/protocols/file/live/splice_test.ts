import { assertEquals } from "@std/assert";
import { Splice } from "../../../../protocols/file/live/splice.ts";
import { key, sound, times } from "../../../registry/units.ts";

const recording = { startMs: 80, durationMs: 1000 };

Deno.test("recordings follow each other to the millisecond, whatever they start at", () => {
  const splice = new Splice();
  splice.begin(recording);
  assertEquals(times(splice.place([key(80), sound(100)])), [80, 100]);
  assertEquals(times(splice.place([key(1040)])), [1040]);
  // The second begins to be shown at 1080, where the first ends: 40 ms into its own time.
  splice.begin({ startMs: 40, durationMs: 500 });
  assertEquals(times(splice.place([key(40)])), [1080]);
  splice.begin(recording);
  assertEquals(times(splice.place([key(80)])), [1580]);
});

Deno.test("no track steps back: what would be decoded too early comes later with all others", () => {
  const splice = new Splice();
  splice.begin(recording);
  splice.place([key(80), sound(1100)]);
  splice.begin(recording);
  assertEquals(times(splice.place([sound(60), key(80)])), [1100, 1120]);
});

Deno.test("after one that ends before its time comes the next at once", () => {
  const splice = new Splice();
  splice.begin(recording);
  splice.place([key(80), key(300)]);
  splice.breakOff();
  splice.begin(recording);
  assertEquals(times(splice.place([key(80)])), [300]);
});

Deno.test("a recording without a length takes the time of a picture, one without units none", () => {
  const splice = new Splice();
  splice.begin({ startMs: 0, durationMs: 0 });
  splice.place([key(0)]);
  splice.begin({ startMs: 0, durationMs: 5000 });
  splice.begin({ startMs: 0, durationMs: 0 });
  assertEquals(times(splice.place([key(0)])), [40]);
});
