import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import {
  joinLengthPrefixed,
  lengthPrefixedSize,
  lengthSizeFrom,
  MAX_NALS_PER_UNIT,
  removeEmulationPrevention,
  splitAnnexB,
  splitAtStartCodes,
  splitLengthPrefixed,
} from "../../../registry/media/nal.ts";
import { hex } from "./vectors.ts";

const toHex = (parts: readonly Uint8Array[]) => parts.map((part) => part.toHex());

Deno.test("length prefixes of every size give views of the input", () => {
  const rows = [
    [1, "02 6701 01 68"],
    [2, "0002 6701 0001 68"],
    [3, "000002 6701 000001 68"],
    [4, "00000002 6701 00000001 68"],
  ] as const;
  for (const [size, bytes] of rows) {
    const data = hex(bytes);
    const nals = splitLengthPrefixed(data, size);
    assertEquals(toHex(nals), ["6701", "68"]);
    assertStrictEquals(nals[0]?.buffer, data.buffer);
    assertEquals(joinLengthPrefixed(nals, size), data);
    assertEquals(lengthPrefixedSize(nals, size), data.length);
  }
});

Deno.test("empty NAL units are passed over", () => {
  assertEquals(toHex(splitLengthPrefixed(hex("00000000 00000001 65"), 4)), ["65"]);
  assertEquals(splitLengthPrefixed(new Uint8Array(), 4), []);
});

Deno.test("a length past the end names the offset of the length", () => {
  const error = assertThrows(
    () => splitLengthPrefixed(hex("00000001 65 00000009 41"), 4),
    BitstreamError,
    "Cannot parse length-prefixed NAL units: a NAL unit of 9 bytes has 1 at byte 5",
  );
  assertEquals([error.offset, error.unit], [5, "byte"]);
  assertThrows(() => splitLengthPrefixed(hex("ffffffff"), 4), BitstreamError);
  assertThrows(() => splitLengthPrefixed(hex("0000"), 4), BitstreamError);
});

Deno.test("the number of NAL units is bounded in both framings", () => {
  const lengths = new Uint8Array(4 * (MAX_NALS_PER_UNIT + 1));
  assertThrows(() => splitLengthPrefixed(lengths, 4), BitstreamError, "more than 4096 NAL units");
  const codes = new Uint8Array(4 * (MAX_NALS_PER_UNIT + 1));
  for (let i = 2; i < codes.length; i += 4) codes.set([1, 0x65], i);
  assertThrows(() => splitAnnexB(codes), BitstreamError, "more than 4096 NAL units");
});

Deno.test("a NAL unit that its length cannot count is refused", () => {
  assertThrows(() => joinLengthPrefixed([new Uint8Array(256)], 1), RangeError, "256 does not fit");
});

Deno.test("H.264 B.1: start codes of three and four bytes, leading and trailing zeros", () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["000001 6742", ["6742"]],
    ["00000001 6742 000001 68ce 00000001 65880000", ["6742", "68ce", "6588"]],
    ["0000000000 000001 09f0 0000000000", ["09f0"]],
    ["000001 000001 65", ["65"]],
    ["000001 65000003 01", ["6500000301"]],
    ["000001 41 010101 000001 42", ["41010101", "42"]],
    ["000001", []],
    ["000000", []],
    ["", []],
  ];
  for (const [bytes, expected] of rows) {
    const data = hex(bytes);
    assertEquals(toHex(splitAnnexB(data)), expected, bytes);
    assertEquals(data, hex(bytes));
  }
});

Deno.test("bytes before the first start code are an error", () => {
  assertThrows(() => splitAnnexB(hex("65 000001 41")), BitstreamError, "a start code is missing");
  assertThrows(() => splitAnnexB(hex("65")), BitstreamError);
});

Deno.test("H.264 7.3.1: the 03 of every 00 00 03 is removed", () => {
  const rows = [
    ["67000003 01", "67000001"],
    ["000003 000003 000003", "000000000000"],
    ["00000303", "000003"],
    ["000003", "0000"],
    ["0000000003", "00000000"],
  ] as const;
  for (const [escaped, raw] of rows) {
    const nal = hex(escaped);
    assertEquals(removeEmulationPrevention(nal).toHex(), raw);
    assertEquals(nal, hex(escaped));
  }
});

Deno.test("a NAL unit without emulation prevention is not copied", () => {
  for (const bytes of ["6703030300", "0300", "00", ""]) {
    const nal = hex(bytes);
    assertStrictEquals(removeEmulationPrevention(nal), nal);
  }
});

Deno.test("lengthSizeMinusOne is in the low two bits", () => {
  assertEquals([0xfc, 0xfd, 0xfe, 0xff].map(lengthSizeFrom), [1, 2, 3, 4]);
});

Deno.test("what should be one NAL unit is divided at the start codes in it", () => {
  const rows = [
    ["6742 0001", ["67420001"]],
    ["6742 00000001 68ce 000001 65", ["6742", "68ce", "65"]],
    ["00000001 6742", ["6742"]],
    ["000001", []],
  ] as const;
  for (const [bytes, nals] of rows) assertEquals(toHex(splitAtStartCodes(hex(bytes))), [...nals]);
});
