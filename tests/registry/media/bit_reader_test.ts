import { assert, assertEquals, assertThrows } from "@std/assert";
import { BitReader } from "../../../registry/media/bit_reader.ts";
import { BitWriter } from "../../../registry/media/bit_writer.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { hex } from "./vectors.ts";

Deno.test("bits come most significant first and across bytes", () => {
  const reader = new BitReader(hex("a5 f00f 12345678"), "test");
  assertEquals(reader.bit(), true);
  assertEquals(reader.bits(3), 0b010);
  assertEquals(reader.byteAligned, false);
  assertEquals(reader.bits(12), 0x5f0);
  reader.skip(4);
  assertEquals(reader.bits(4), 0xf);
  assert(reader.byteAligned);
  assertEquals(reader.bits(32), 0x12345678);
  assertEquals([reader.position, reader.bitsLeft], [56, 0]);
});

Deno.test("48 bits are read exactly, without a sign", () => {
  assertEquals(new BitReader(hex("ffffffffffff"), "test").bits(48), 2 ** 48 - 1);
  assertEquals(new BitReader(hex("ffffffff"), "test").bits(32), 0xffffffff);
});

Deno.test("align goes to the next byte and stays on a boundary", () => {
  const reader = new BitReader(hex("ff00"), "test");
  reader.align();
  assertEquals(reader.position, 0);
  reader.skip(1);
  reader.align();
  assertEquals(reader.position, 8);
});

Deno.test("H.264 table 9-2 and 9-3: Exp-Golomb codes", () => {
  const rows = [
    ["1", 0, 0],
    ["010", 1, 1],
    ["011", 2, -1],
    ["00100", 3, 2],
    ["00101", 4, -2],
    ["0001000", 7, 4],
    ["0".repeat(31) + "1" + "1".repeat(31), 2 ** 32 - 2, -(2 ** 31 - 1)],
  ] as const;
  for (const [code, unsigned, signed] of rows) {
    const writer = new BitWriter();
    for (const bit of code) writer.bits(Number(bit), 1);
    const bytes = writer.finish();
    assertEquals(new BitReader(bytes, "test").ue(), unsigned, code);
    assertEquals(new BitReader(bytes, "test").se(), signed, code);
  }
});

Deno.test("an Exp-Golomb code of more than 32 bits is an error", () => {
  assertThrows(
    () => new BitReader(hex("00000000ffffffffff"), "H.264 SPS").ue(),
    BitstreamError,
    "Cannot parse H.264 SPS: Exp-Golomb code is longer than 32 bits at bit 32",
  );
});

Deno.test("a bound names the field", () => {
  assertThrows(
    () => new BitReader(hex("28"), "H.264 SPS").ueMax(3, "chroma_format_idc"),
    BitstreamError,
    "Cannot parse H.264 SPS: chroma_format_idc is 4, more than 3 at bit 5",
  );
});

Deno.test("reading past the end tells where and how much", () => {
  const reader = new BitReader(hex("ff"), "H.264 SPS");
  reader.skip(6);
  const error = assertThrows(
    () => reader.bits(3),
    BitstreamError,
    "Cannot parse H.264 SPS: 3 bits are needed, 2 are left at bit 6",
  );
  assertEquals([error.what, error.offset, error.unit], ["H.264 SPS", 6, "bit"]);
  assertThrows(() => reader.skip(3), BitstreamError);
  assertEquals(reader.bits(2), 3);
  assertThrows(() => reader.bit(), BitstreamError);
});

Deno.test("what the writer writes the reader reads", () => {
  const writer = new BitWriter();
  writer.bits(5, 5);
  writer.bits(0xabcdef, 24);
  writer.bits(1, 1);
  const reader = new BitReader(writer.finish(), "test");
  assertEquals([reader.bits(5), reader.bits(24), reader.bits(1), reader.bits(2)], [
    5,
    0xabcdef,
    1,
    0,
  ]);
});

Deno.test("a fork goes on by itself", () => {
  const reader = new BitReader(hex("a5f0"), "test");
  reader.skip(4);
  const fork = reader.fork();
  assertEquals([fork.bits(8), fork.position, reader.position], [0x5f, 12, 4]);
});
