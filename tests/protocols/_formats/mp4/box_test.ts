import { assertEquals, assertThrows } from "@std/assert";
import {
  box,
  contentSize,
  fourCc,
  fullBox,
  serializeBoxes,
  u16,
  u32,
  u64,
  u8,
} from "../../../../protocols/_formats/mp4/box.ts";
import { BoxReader, childBoxes } from "../../../../protocols/_formats/mp4/box_reader.ts";
import { Mp4Error } from "../../../../protocols/_formats/mp4/errors.ts";
import { hex } from "../flv/bytes.ts";

Deno.test("a tree of boxes is written with its sizes", () => {
  const tree = box("moof", fullBox("mfhd", 0, 0, u32(7)), box("free", Uint8Array.of(1, 2)));
  assertEquals(contentSize(tree), 34);
  assertEquals(
    serializeBoxes(tree, box("mdat")).toHex(),
    hex(
      "00000022 6d6f6f66  00000010 6d666864 00000000 00000007  0000000a 66726565 0102" +
        "00000008 6d646174",
    ).toHex(),
  );
});

Deno.test("integers are big-endian, and negative ones in two's complement", () => {
  const bytes = serializeBoxes(
    box("free", u8(1, 255), u16(0x102, -1), u32(2 ** 32 - 1, -2), u64(2 ** 40 + 1), fourCc("iso6")),
  );
  assertEquals(
    bytes.subarray(8),
    hex("01ff 0102 ffff ffffffff fffffffe 0000010000000001 69736f36"),
  );
});

Deno.test("fields are read as they were written, and not past the end", () => {
  const bytes = hex("02000003 ffff fffffffe 0000000000000005 fffffffffffffffb 0a0b");
  const reader = new BoxReader(bytes, "test");
  assertEquals(reader.fullHeader(), { version: 2, flags: 3 });
  assertEquals([reader.i16(), reader.i32(), reader.u64(), reader.i64()], [-1, -2, 5, -5]);
  assertEquals([reader.u8(), reader.bytesLeft], [0x0a, 1]);
  assertThrows(
    () => reader.u16(),
    Mp4Error,
    "Cannot parse test: 2 bytes are needed, 1 are left at byte 27",
  );
});

Deno.test("a time or offset that no media has is refused", () => {
  const tooLarge = hex("0020000000000000");
  for (const read of ["u64", "i64"] as const) {
    assertThrows(() => new BoxReader(tooLarge, "tfdt")[read](), Mp4Error, "is out of range");
  }
});

Deno.test("children end with the list, also where the last one does not tell its size", () => {
  const list = hex("0000000a 66726565 0102  00000000 73747473 03");
  assertEquals(childBoxes(list, "stbl"), [
    { type: "free", body: Uint8Array.of(1, 2) },
    { type: "stts", body: Uint8Array.of(3) },
  ]);
  assertEquals(childBoxes(hex("00000000"), "udta"), []);
});

Deno.test("a child that is larger than its parent, or smaller than its header, is refused", () => {
  assertThrows(() => childBoxes(hex("00000009 66726565"), "moov"), Mp4Error, "its size is 9");
  assertThrows(() => childBoxes(hex("00000007 66726565"), "moov"), Mp4Error, "its size is 7");
});
