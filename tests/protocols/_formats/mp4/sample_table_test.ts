import { assertEquals, assertThrows } from "@std/assert";
import {
  type Box,
  box,
  fullBox,
  serializeBoxes,
  u32,
  u64,
} from "../../../../protocols/_formats/mp4/box.ts";
import { childBoxes } from "../../../../protocols/_formats/mp4/box_reader.ts";
import { editShift } from "../../../../protocols/_formats/mp4/edit_list.ts";
import { Mp4Error } from "../../../../protocols/_formats/mp4/errors.ts";
import { tableSamples } from "../../../../protocols/_formats/mp4/sample_table.ts";

const table = (type: string, ...values: readonly number[]) => fullBox(type, 0, 0, u32(...values));

/** Offset, size, decoding time, offset of the presentation, whether sync, description. */
function rows(boxes: readonly Box[], count = Infinity): unknown[] {
  const samples = tableSamples(childBoxes(serializeBoxes(...boxes), "stbl"));
  const found: unknown[] = [];
  for (const sample of samples) {
    if (found.length === count) break;
    found.push(Object.values(sample));
  }
  return found;
}

const STTS = table("stts", 2, 3, 10, 2, 20);
const STSC = table("stsc", 2, 1, 2, 1, 3, 1, 2);
const STSZ = table("stsz", 0, 5, 1, 2, 3, 4, 5);
const STCO = table("stco", 3, 100, 200, 300);

Deno.test("tables of every kind are read together", () => {
  const ctts = table("ctts", 2, 1, 7, 4, 2 ** 32 - 3);
  const stss = table("stss", 2, 1, 4);
  assertEquals(rows([STTS, ctts, stss, STSC, STSZ, STCO]), [
    [100, 1, 0, 7, true, 1],
    [101, 2, 10, -3, false, 1],
    [200, 3, 20, -3, false, 1],
    [203, 4, 30, -3, true, 1],
    [300, 5, 50, -3, false, 2],
  ]);
});

Deno.test("without stss all samples are sync, without ctts none is moved", () => {
  assertEquals(rows([STTS, STSC, STSZ, STCO], 2), [
    [100, 1, 0, 0, true, 1],
    [101, 2, 10, 0, true, 1],
  ]);
});

Deno.test("one size may stand for all, and offsets may have 64 bits", () => {
  const co64 = fullBox("co64", 0, 0, u32(1), u64(2 ** 33));
  const boxes = [table("stts", 1, 9, 10), table("stsc", 1, 1, 9, 1), table("stsz", 4, 2), co64];
  assertEquals(rows(boxes), [
    [2 ** 33, 4, 0, 0, true, 1],
    [2 ** 33 + 4, 4, 10, 0, true, 1],
  ]);
});

Deno.test("a table of billions of samples is read one by one", () => {
  const many = 2 ** 32 - 1;
  const boxes = [table("stts", 1, many, 1), table("stsc", 1, 1, many, 1), table("stsz", 1, many)];
  assertEquals(rows([...boxes, STCO], 3).length, 3);
});

Deno.test("without samples there are none, and a table that is missing is told", () => {
  const empty = ["stts", "stsc", "stco"].map((type) => table(type, 0));
  assertEquals(rows([...empty, table("stsz", 0, 0)]), []);
  assertThrows(() => rows([STTS, STSC, STSZ]), Mp4Error, "Cannot parse stbl: stco is missing");
  assertThrows(() => rows([STTS, STSC, STCO]), Mp4Error, "stsz is missing");
  assertThrows(
    () => rows([STTS, STSC, STCO, table("stsz", 0, 5, 1)]),
    Mp4Error,
    "Cannot parse stsz: 4 bytes are needed",
  );
});

/** The shift of a track of 90 kHz in a movie of 1 kHz. */
function shift(version: number, ...entries: readonly (readonly [number, number])[]): number {
  const words = version === 1
    ? entries.map(([duration, time]) => [u64(duration), u32(time < 0 ? -1 : 0, time, 0x10000)])
    : entries.map(([duration, time]) => [u32(duration, time, 0x10000)]);
  const elst = fullBox("elst", version, 0, u32(entries.length), ...words.flat());
  return editShift(serializeBoxes(elst), 1000, 90_000);
}

Deno.test("an edit list moves a track: empty edits back, the first media time forward", () => {
  for (const version of [0, 1]) {
    assertEquals(shift(version, [2000, 7200]), -7200);
    assertEquals(shift(version, [500, -1], [2000, 0]), 45_000);
    assertEquals(shift(version, [500, -1], [2000, 7200], [100, 9]), 37_800);
    assertEquals(shift(version, [500, -1]), 0);
  }
  assertEquals(editShift(undefined, 1000, 90_000), 0);
  assertEquals(editShift(serializeBoxes(box("free")), 1000, 90_000), 0);
});
