import { assertEquals, assertStrictEquals } from "@std/assert";
import { Loop } from "../../../protocols/demo/loop.ts";
import { readSample, SAMPLE_MS } from "../../../protocols/demo/sample.ts";
import type { Unit } from "../../../registry/media/unit.ts";

const SAMPLE = readSample();
const ROUNDS = 3;

/** Every distance between two units of a kind, in ticks. */
function stepsOf(units: readonly Unit[], kind: string): ReadonlySet<number> {
  const times = units.filter((unit) => unit.track.kind === kind).map((unit) => unit.dts);
  return new Set(times.slice(1).map((time, index) => time - (times[index] ?? NaN)));
}

Deno.test("Loop: three rounds are one stream without a step in either track", () => {
  const units = new Loop(SAMPLE).take(ROUNDS * SAMPLE_MS - 1);
  assertEquals(units.length, ROUNDS * SAMPLE.units.length);
  assertEquals([...stepsOf(units, "video")], [40 * 90]);
  assertEquals([...stepsOf(units, "audio")], [32 * 90]);
});

Deno.test("Loop: gives what is due, once", () => {
  const loop = new Loop(SAMPLE);
  const times = (units: readonly Unit[]) =>
    units.map((unit) => `${unit.track.kind} ${unit.dts / 90}`);
  assertEquals(times(loop.take(0)), ["video 0", "audio 0"]);
  assertEquals(times(loop.take(39)), ["audio 32"]);
  assertEquals(times(loop.take(39)), []);
  assertEquals(times(loop.take(80)), ["video 40", "audio 64", "video 80"]);
});

Deno.test("Loop: payload and key flag are those of the sample, in every round", () => {
  const units = new Loop(SAMPLE).take(2 * SAMPLE_MS - 1);
  units.forEach((unit, index) => {
    const original = SAMPLE.units[index % SAMPLE.units.length];
    assertStrictEquals(unit.payload, original?.payload);
    assertStrictEquals(unit.isKey, original?.isKey);
  });
});
