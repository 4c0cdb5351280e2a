import { assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  av1CodecString,
  isAv1Key,
  joinObus,
  leb128Size,
  MAX_OBUS_PER_UNIT,
  parseAv1C,
  parseSequenceHeader,
  readLeb128,
  serializeAv1C,
  splitObus,
  stripAv1,
  writeLeb128,
} from "../../../registry/media/av1.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { AV1C, hex, hexAndBits, present } from "./vectors.ts";

const toHex = (obus: readonly Uint8Array[]) => obus.map((obu) => obu.toHex());
const configOf = (record: string) => present(parseAv1C(hex(record)));

Deno.test("OBUs lose their size field, temporal delimiters are dropped", () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ["delimiter, sequence header, frame", "1200 0a03aabbcc 320211ff", ["08aabbcc", "3011ff"]],
    ["extension header", "3648 021122", ["34481122"]],
    ["size of two bytes", `32 8001 ${"ab".repeat(128)}`, ["30" + "ab".repeat(128)]],
    ["size with needless bytes", "32 82808000 1122", ["301122"]],
    ["last one without size", "3201aa 3011223344", ["30aa", "3011223344"]],
    ["empty payload", "7a00", ["78"]],
    ["nothing", "", []],
  ];
  for (const [name, digits, expected] of rows) {
    const data = hex(digits);
    assertEquals(toHex(splitObus(data)), expected, name);
    assertEquals(data, hex(digits), name);
  }
});

Deno.test("an OBU without size field is a view of the input", () => {
  const data = hex("3011223344");
  assertStrictEquals(splitObus(data)[0]?.buffer, data.buffer);
});

Deno.test("joined OBUs have size fields again", () => {
  const obus = ["08aabbcc", "34481122", "78", "30" + "ab".repeat(128)].map(hex);
  const joined = joinObus(obus);
  assertEquals(
    joined.toHex(),
    `0a03aabbcc3648021122 7a00328001${"ab".repeat(128)}`.replace(" ", ""),
  );
  assertEquals(splitObus(joined), obus);
  assertEquals(joinObus([]), new Uint8Array());
});

Deno.test("an OBU that cannot be is an error with its offset", () => {
  const rows = [
    ["3201aa 3205aa", "5 bytes are announced, 1 are left at byte 3"],
    ["b200", "the forbidden bit is set at byte 0"],
    ["36", "the header is cut short"],
    ["32", "the size is cut short"],
    ["32ffffffffffffffffff", "the size has more than 8 bytes"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => splitObus(hex(digits)), BitstreamError, reason);
  }
});

Deno.test("the number of OBUs is bounded", () => {
  const delimiters = new Uint8Array(2 * (MAX_OBUS_PER_UNIT + 1)).map((_, i) => i % 2 ? 0 : 0x12);
  assertThrows(() => splitObus(delimiters), BitstreamError, "more than 4096 OBUs");
});

Deno.test("sequence headers of SVT-AV1 and libaom", () => {
  const rows = [
    ["svt", 0, 1, 640, 360, 8, true],
    ["svt10", 0, 0, 322, 242, 10, true],
    ["aom", 0, 0, 320, 180, 8, true],
    ["aom444", 1, 0, 321, 181, 8, false],
  ] as const;
  for (const [name, profile, level, width, height, bitDepth, subsampled] of rows) {
    const header = parseSequenceHeader(configOf(AV1C[name]).sequenceHeader);
    assertEquals([header.profile, header.level, header.highTier], [profile, level, false], name);
    assertEquals([header.width, header.height, header.bitDepth], [width, height, bitDepth], name);
    assertEquals(header.chromaSubsamplingX, subsampled, name);
    assertEquals([header.monochrome, header.reducedStillPicture, header.fps], [
      false,
      false,
      undefined,
    ]);
  }
});

Deno.test("AV1 5.5.1: timing info, decoder model, two operating points, high tier", () => {
  const header = hexAndBits(
    "08",
    // profile 2, no still picture; 1001 ticks of 1/30000 s per picture, equally far apart
    `010 0 0 1 ${(1001).toString(2).padStart(32, "0")} ${
      (30000).toString(2).padStart(32, "0")
    } 1 1` +
      // decoder model with delays of 2 bits, display delays present, two operating points
      ` 1 00001 ${"0".repeat(42)} 1 00001` +
      // level 5.1 in high tier with both; level 2.0 with neither
      ` ${"0".repeat(12)} 01101 1 1 11110 1 0000 ${"0".repeat(12)} 00000 0 0` +
      // 4096x2160 in 12 and 12 bits, no frame ids, tools off, screen content chosen per frame
      " 1011 1011 111111111111 100001101111 0 000 0000 0 1 1 000" +
      // 12 bits, colour, BT.2020 PQ, limited, 4:2:2
      " 1 1 0 1 00001001 00010000 00001001 0 1 0 0 0",
  );
  const parsed = parseSequenceHeader(header);
  assertAlmostEquals(parsed.fps ?? 0, 30000 / 1001, 1e-9);
  assertEquals([parsed.profile, parsed.level, parsed.highTier], [2, 13, true]);
  assertEquals([parsed.width, parsed.height, parsed.bitDepth], [4096, 2160, 12]);
  assertEquals([parsed.chromaSubsamplingX, parsed.chromaSubsamplingY], [true, false]);
  const config = { codec: "av1", sequenceHeader: header } as const;
  assertEquals(av1CodecString(config), "av01.2.13H.12");
  assertEquals(serializeAv1C(config).subarray(0, 4).toHex(), "814de800");
});

Deno.test("a reduced still picture header, monochrome", () => {
  const header = hexAndBits("08", "000 1 1 00100 0011 0011 1111 1111 000 000 0 1 0 1 0");
  const parsed = parseSequenceHeader(header);
  assertEquals([parsed.width, parsed.height, parsed.level], [16, 16, 4]);
  assertEquals([parsed.monochrome, parsed.reducedStillPicture], [true, true]);
  assertEquals(isAv1Key([header, hex("30ff")]), true);
});

Deno.test("a sequence header that cannot be is an error", () => {
  const rows = [
    ["30aa", "OBU type is 6"],
    ["0a0100", "the OBU has a size field"],
    ["08e0", "profile 7 is reserved"],
    ["0800", "bits are needed"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => parseSequenceHeader(hex(digits)), BitstreamError, reason);
  }
});

Deno.test("av1C of FFmpeg comes back byte for byte", () => {
  for (const [name, digits] of Object.entries(AV1C)) {
    assertEquals(serializeAv1C(configOf(digits)).toHex(), digits, name);
  }
});

Deno.test("av1C without a sequence header has no configuration yet", () => {
  assertEquals(parseAv1C(hex("81000c00")), undefined);
  assertThrows(() => parseAv1C(hex("01000c00")), BitstreamError, "marker and version are 1");
  assertThrows(() => parseAv1C(hex("8100")), BitstreamError, "3 bytes are needed, 1 are left");
});

Deno.test("codec strings", () => {
  assertEquals(av1CodecString(configOf(AV1C.svt)), "av01.0.01M.08");
  assertEquals(av1CodecString(configOf(AV1C.svt10)), "av01.0.00M.10");
  assertEquals(av1CodecString({ codec: "av1", sequenceHeader: new Uint8Array() }), undefined);
});

Deno.test("random access: the first frame is a shown key frame", () => {
  const rows: readonly (readonly [string, readonly string[], boolean])[] = [
    ["libaom key frame", ["301400a0b010"], true],
    ["libaom inter frame", ["30 2c0902702000"], false],
    ["behind metadata", ["2801", "301400"], true],
    ["frame header and tile group", ["1810", "2000"], true],
    ["with extension header", ["34481400"], true],
    ["hidden key frame", ["3004"], false],
    ["show_existing_frame", ["1880"], false],
    ["cut short", ["30"], false],
    ["nothing", [], false],
  ];
  for (const [name, obus, expected] of rows) {
    assertEquals(isAv1Key(obus.map(hex)), expected, name);
  }
});

Deno.test("sequence headers are taken out of a temporal unit", () => {
  const obus = ["0800", "301400"].map(hex);
  const { payload, sequenceHeaders } = stripAv1(obus);
  assertEquals([payload, sequenceHeaders], [obus.slice(1), obus.slice(0, 1)]);
  assertStrictEquals(stripAv1(payload).payload, payload);
});

Deno.test("leb128 numbers, there and back", () => {
  for (
    const [value, bytes] of [[0, "00"], [127, "7f"], [128, "8001"], [
      2 ** 32 - 1,
      "ffffffff0f",
    ]] as const
  ) {
    const target = new Uint8Array(leb128Size(value));
    assertEquals(writeLeb128(target, 0, value), target.length);
    assertEquals(target.toHex(), bytes);
    assertEquals(readLeb128(target, 0), { value, end: target.length });
  }
  assertThrows(() => readLeb128(hex("80"), 0), BitstreamError, "cut short");
});
