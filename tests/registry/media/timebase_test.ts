import { assertEquals } from "@std/assert";
import { rescale, unwrap } from "../../../registry/media/timebase.ts";

Deno.test("rescale goes to the nearest tick, halves away from zero", () => {
  const rows = [
    [90000, 90000, 1000, 1000],
    [1, 90000, 1000, 0],
    [45, 90000, 1000, 1],
    [-45, 90000, 1000, -1],
    [44, 90000, 1000, 0],
    [3003, 90000, 1000, 33],
    [1024, 44100, 1000, 23],
    [-1024, 44100, 1000, -23],
    [33, 1000, 90000, 2970],
    [0, 1000, 48000, 0],
    [7, 7, 7, 7],
  ] as const;
  for (const [ticks, from, to, expected] of rows) {
    assertEquals(rescale(ticks, from, to) + 0, expected, `${ticks} from ${from} to ${to}`);
  }
});

Deno.test("rescale is exact where the plain product would pass 2^53", () => {
  const hours = 24 * 365 * 10;
  assertEquals(rescale(hours * 3600 * 90000 + 1, 90000, 48_000_000), hours * 3600 * 48e6 + 533);
});

Deno.test("there and back again through a finer timescale changes nothing", () => {
  for (let ms = 0; ms < 5000; ms += 7) {
    assertEquals(rescale(rescale(ms, 1000, 90000), 90000, 1000), ms);
  }
});

Deno.test("unwrap follows a counter over its wrap in both directions", () => {
  const rows = [
    [5, 0xfffffffe, 32, 0x100000005],
    [0xffffffff, 0x100000005, 32, 0xffffffff],
    [100, 50, 32, 100],
    [50, 100, 32, 50],
    [0, 65535, 16, 65536],
    [65535, 65536, 16, 65535],
    [10, 3 * 65536 + 65530, 16, 4 * 65536 + 10],
    [0xffffffff, 0, 32, -1],
    [2, -3, 16, 2],
  ] as const;
  for (const [raw, previous, bits, expected] of rows) {
    assertEquals(unwrap(raw, previous, bits), expected, `${raw} after ${previous}`);
  }
});
