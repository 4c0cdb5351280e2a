import { assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import {
  h264CodecString,
  isFirstH264Slice,
  isH264Key,
  isH264Slice,
  parseAvcC,
  parseH264Sps,
  serializeAvcC,
  stripH264,
} from "../../../registry/media/h264.ts";
import { AVCC, hex, hexAndBits, present } from "./vectors.ts";

const spsOf = (record: string) => present(parseAvcC(hex(record)).config.sps[0]);

Deno.test("SPS of x264: profile, size, format, rate, reordering", () => {
  const rows = [
    ["baseline", 66, 13, 320, 240, 25, 1, 8, 0, [1, 1], false],
    ["high1080", 100, 40, 1920, 1080, 30, 1, 8, 2, [1, 1], false],
    ["main23976", 77, 30, 854, 480, 24000 / 1001, 1, 8, 2, [1, 1], false],
    ["high10", 110, 30, 640, 360, 24000 / 1001, 1, 10, 2, [1, 1], false],
    ["high422", 122, 30, 638, 358, 30, 2, 10, 2, [1, 1], false],
    ["high444", 244, 13, 321, 241, 25, 3, 8, 2, undefined, false],
    ["interlaced576", 100, 30, 720, 576, 25, 1, 8, 2, [64, 45], true],
    ["interlaced1080", 77, 40, 1920, 1080, 25, 1, 8, 0, [1, 1], true],
    ["hrd", 100, 11, 176, 144, 25, 1, 8, 2, [1, 1], false],
  ] as const;
  for (const [name, profile, level, width, height, fps, chroma, depth, reorder, sar, i] of rows) {
    const sps = parseH264Sps(spsOf(AVCC[name]));
    assertEquals([sps.profileIdc, sps.levelIdc], [profile, level], name);
    assertEquals([sps.width, sps.height, sps.interlaced], [width, height, i], name);
    assertEquals([sps.chromaFormatIdc, sps.bitDepthLuma, sps.bitDepthChroma], [
      chroma,
      depth,
      depth,
    ], name);
    assertAlmostEquals(sps.fps ?? 0, fps, 1e-9, name);
    assertEquals(sps.reorderDepth, reorder, name);
    if (sar) assertEquals(sps.sampleAspectRatio, sar, name);
  }
});

Deno.test("constraint flags stand as in the SPS", () => {
  assertEquals(parseH264Sps(spsOf(AVCC.baseline)).constraintFlags, 0xc0);
});

/** `gaps_in_frame_num` to `vui_parameters_present_flag` of 320x240 frames without cropping. */
const SIZE_320X240 = "0 000010100 0001111 1 1 0 0 1";

Deno.test("E.2.1: without bitstream_restriction the reordering depth is inferred", () => {
  // seq_parameter_set_id, log2_max_frame_num, pic_order_cnt_type 0 or 2, one reference frame.
  const main = `1 1 1 1 010 ${SIZE_320X240}`;
  const type2 = `1 1 011 010 ${SIZE_320X240}`;
  const high = `1 010 1 1 0 0 1 1 1 010 ${SIZE_320X240}`;
  const rows = [
    ["Baseline", "6742000d", main, 0],
    ["Main, level 1.3: 2376 / 300 macroblocks", "674d000d", main, 7],
    ["Main, level 1b: 396 / 300", "674d100b", main, 1],
    ["Main, level 1.1: 900 / 300", "674d000b", main, 3],
    ["Main, level 5.1: at most 16", "674d0033", main, 16],
    ["Main, unknown level", "674d0063", main, 16],
    ["pic_order_cnt_type 2", "674d000d", type2, 0],
    ["High 10", "676e000d", high, 7],
    ["High 10 Intra", "676e100d", high, 0],
  ] as const;
  for (const [name, head, rest, expected] of rows) {
    const sps = parseH264Sps(hexAndBits(head, rest));
    assertEquals([sps.width, sps.height, sps.fps], [320, 240, undefined], name);
    assertEquals(sps.reorderDepth, expected, name);
  }
});

Deno.test("pic_order_cnt_type 1 is read over", () => {
  // Two offsets of -1 and a cycle of two frames.
  const sps = hexAndBits("674d000d", `1 1 010 0 011 011 011 1 1 010 ${SIZE_320X240}`);
  assertEquals(parseH264Sps(sps).width, 320);
});

Deno.test("a VUI that is cut short costs only what it would say", () => {
  const whole = spsOf(AVCC.high1080);
  const sps = parseH264Sps(whole.subarray(0, whole.length - 8));
  assertEquals([sps.width, sps.height, sps.fps], [1920, 1080, undefined]);
});

Deno.test("an SPS out of bounds is an error that names the field", () => {
  const rows = [
    ["", "", "8 bits are needed, 0 are left at bit 0"],
    ["6742000d", "", "1 bits are needed"],
    ["6742000d 0000000000", "", "Exp-Golomb code is longer"],
    ["6764000d", "1 00101", "chroma_format_idc is 4, more than 3"],
    ["6742000d", "1 1 00101", "pic_order_cnt_type is 4, more than 2"],
    ["6742000d", "1 1 1 1 000010010", "max_num_ref_frames is 17, more than 16"],
    ["6742000d", "1 1 1 1 010 0 000000000000 1000000000001", "pic_width_in_mbs_minus1 is 4096"],
    // One macroblock, of which the cropping takes 2 * 8 columns.
    ["6742000d", "1 1 1 1 010 0 1 1 1 1 1 0001001 1 1 1", "cropping leaves no picture"],
  ] as const;
  for (const [head, rest, reason] of rows) {
    assertThrows(() => parseH264Sps(hexAndBits(head, rest)), BitstreamError, reason);
  }
});

Deno.test("avcC of FFmpeg comes back byte for byte", () => {
  for (const [name, digits] of Object.entries(AVCC)) {
    const record = hex(digits);
    const { config, lengthSize } = parseAvcC(record);
    assertEquals(lengthSize, 4);
    assertStrictEquals(config.sps[0]?.buffer, record.buffer);
    assertEquals(serializeAvcC(config).toHex(), digits, name);
    assertEquals(record, hex(digits));
  }
});

Deno.test("avcC without the chroma extension, or without PPS, is read", () => {
  const record = hex(AVCC.high1080);
  const { config } = parseAvcC(record.subarray(0, record.length - 4));
  assertEquals(serializeAvcC(config).toHex(), AVCC.high1080);
  const bare = parseAvcC(hex("0142c00dfd e1 0004 6742c00d 00"));
  assertEquals([bare.lengthSize, bare.config.pps], [2, []]);
});

Deno.test("avcC of another version, or without SPS, is an error", () => {
  assertThrows(() => parseAvcC(hex("0242c00dffe100046742c00d00")), BitstreamError, "version is 2");
  assertThrows(() => parseAvcC(hex("0142c00dffe000")), BitstreamError, "an SPS is missing");
  assertThrows(() => parseAvcC(hex("0142c00dffe1ffff")), BitstreamError, "65535 bytes are needed");
  const none = { codec: "h264", sps: [], pps: [] } as const;
  assertThrows(() => serializeAvcC(none), BitstreamError, "an SPS is missing");
});

Deno.test("codec string", () => {
  assertEquals(h264CodecString(parseAvcC(hex(AVCC.interlaced576)).config), "avc1.64001e");
  assertEquals(h264CodecString({ codec: "h264", sps: [], pps: [] }), undefined);
});

// The NAL units are heads of what x264 writes: AUD, SEI, slice.
Deno.test("random access", () => {
  const rows: readonly (readonly [string, readonly string[], boolean])[] = [
    ["IDR", ["0910", "0605ffff", "6588840037ff"], true],
    ["P", ["0930", "419a246c42bf"], false],
    ["open GOP: recovery point, I slice", ["0910", "060601c480", "4188ed07ff5d"], true],
    ["recovery point after picture timing", ["060102110a80", "060601c480", "4188cd00"], true],
    ["both in one SEI", ["0601020480 0601c480", "4188cd00"], true],
    ["I slice without recovery point", ["4188ed07ff5d"], false],
    ["intra refresh: recovery point, P slice", ["0606021b1080", "419b34344cae"], false],
    ["recovery point alone", ["060601c480"], false],
    ["damaged SEI", ["06ffffff", "4188ed07"], false],
    ["damaged slice", ["060601c480", "41"], false],
    ["nothing", [], false],
  ];
  for (const [name, nals, expected] of rows) {
    assertEquals(isH264Key(nals.map(hex)), expected, name);
  }
});

Deno.test("parameter sets and delimiters are taken out, filler data stays", () => {
  const nals = ["0910", "6764000b", "68eb", "0605", "6588", "0cff"].map(hex);
  const { payload, sps, pps } = stripH264(nals);
  assertEquals(payload, nals.slice(3));
  assertStrictEquals(payload[1], nals[4]);
  assertEquals([sps, pps], [nals.slice(1, 2), nals.slice(2, 3)]);
  assertEquals(nals.length, 6);
});

Deno.test("an access unit with nothing to take out is the same list", () => {
  const nals = ["6588", "6589"].map(hex);
  assertStrictEquals(stripH264(nals).payload, nals);
});

Deno.test("slices, and the first of a picture", () => {
  assertEquals(["41", "65", "02", "06", "67", "00", ""].map((nal) => isH264Slice(hex(nal))), [
    ...[true, true, true],
    ...[false, false, false, false],
  ]);
  assertEquals(["4180", "417f", "41"].map((nal) => isFirstH264Slice(hex(nal))), [
    true,
    false,
    false,
  ]);
});
