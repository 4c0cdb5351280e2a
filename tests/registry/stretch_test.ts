import { assertEquals, assertStrictEquals } from "@std/assert";
import { Stretch } from "../../registry/stretch.ts";
import { delta, key, sound, times } from "./units.ts";

const ROWS: readonly { readonly scale: number; readonly shown: readonly number[] }[] = [
  { scale: 0.5, shown: [1000, 1080, 1160] },
  { scale: 2, shown: [1000, 1020, 1040] },
  { scale: 8, shown: [1000, 1005, 1010] },
];

for (const { scale, shown } of ROWS) {
  Deno.test(`at a scale of ${scale}, times go on from the first unit`, () => {
    const stretch = new Stretch(scale);
    const units = [key(1000), delta(1040), delta(1080)].map((unit) => stretch.place(unit));
    assertEquals(units.map(({ dts }) => dts / 90), shown);
  });
}

Deno.test("backwards, earlier is later, and shown when it is decoded", () => {
  const stretch = new Stretch(-4);
  const reordered = { ...key(4000), pts: key(4080).pts };
  const units = [key(8000), reordered].map((unit) => stretch.place(unit));
  assertEquals(times(units), [8000, 9000]);
  assertEquals(units.map(({ pts, dts }) => pts - dts), [0, 0]);
});

Deno.test("tracks stay in sync, whatever their timescales", () => {
  const stretch = new Stretch(2);
  assertEquals(times([key(1000), sound(1020), sound(3000)].map((unit) => stretch.place(unit))), [
    1000,
    1010,
    2000,
  ]);
});

Deno.test("at a scale of 1 units are the same objects", () => {
  const unit = key(40);
  assertStrictEquals(new Stretch(1).place(unit), unit);
});

Deno.test("what is shown leads back to where it lies in the media", () => {
  const stretch = new Stretch(-2);
  assertEquals(stretch.mediaTime(70), 70);
  stretch.place(key(6000));
  assertEquals(stretch.mediaTime(7000), 4000);
});
