// Each damage here had mediabunny make billions of objects in one go: the test runner never came back.
import { assertEquals, assertRejects } from "@std/assert";
import { Mp4Error } from "../../../../protocols/_formats/mp4/errors.ts";
import { MediaFileError } from "../../../../protocols/file/recordings/errors.ts";
import { MAX_EXCESS_SAMPLES } from "../../../../protocols/file/recordings/mp4_tables.ts";
import { flvMedia, mux } from "../../_formats/mp4/files.ts";
import { progressive } from "../../_formats/mp4/progressive.ts";
import { must } from "../../../must.ts";
import { Shelf, unitsOf } from "./files.ts";

const MEDIA = flvMedia("avc_aac.flv");

/** Where the body of the first box of a type begins, behind its version and flags. */
function tableAt(file: Uint8Array, type: string): number {
  const name = new TextEncoder().encode(type);
  const at = file.findIndex((_, index) => name.every((byte, i) => file[index + i] === byte));
  return must(at < 0 ? undefined : at) + 8;
}

/** A copy with another number at some place of a table. */
function damaged(file: Uint8Array, type: string, offset: number, value: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(tableAt(copy, type) + offset, value);
  return copy;
}

const MANY = 0xffff_ff00;

for (
  const [type, offset, reason] of [
    ["stts", 4, "it has more than"],
    ["ctts", 4, "it has more than"],
    ["stsc", 4 + 12, "there is no chunk"],
    ["stsc", 4 + 4, "a chunk has 4294967040 samples"],
    ["stts", 0, "bytes are needed"],
  ] as const
) {
  Deno.test(`a file is refused whose ${type} tells ${MANY} at byte ${offset}`, async () => {
    await using shelf = await Shelf.make({
      "a.mp4": damaged(progressive(MEDIA), type, offset, MANY),
    });
    await assertRejects(() => shelf.open("a.mp4"), Mp4Error, reason);
  });
}

Deno.test("a file is refused that has a run of samples without a row for any", async () => {
  const file = mux(MEDIA);
  const view = new DataView(file.buffer);
  const run = tableAt(file, "trun");
  view.setUint32(run - 4, 1); // flags: the offset of the data alone
  view.setUint32(run, MAX_EXCESS_SAMPLES + 1);
  await using shelf = await Shelf.make({ "a.mp4": file });
  await assertRejects(() => shelf.open("a.mp4"), Mp4Error, "have no row");
});

Deno.test("what is sound is not refused, with its tables in front or in fragments", async () => {
  await using shelf = await Shelf.make({ "a.mp4": progressive(MEDIA), "b.mp4": mux(MEDIA, 3) });
  for (const name of ["a.mp4", "b.mp4"]) {
    const recording = await shelf.open(name);
    assertEquals((await unitsOf(recording)).length, MEDIA.units.length, name);
    recording.close();
  }
});

Deno.test("times that no clock has are damage, and not numbers that are no integers", async () => {
  const file = mux(MEDIA);
  const view = new DataView(file.buffer);
  for (const { index } of new TextDecoder("latin1").decode(file).matchAll(/tfdt/g)) {
    assertEquals(file[index + 4], 1); // version: 64 bits
    view.setUint32(index + 8, 0xf000_0000);
  }
  await using shelf = await Shelf.make({ "a.mp4": file });
  await assertRejects(() => shelf.open("a.mp4"), MediaFileError, "can be carried: a time of");
});
