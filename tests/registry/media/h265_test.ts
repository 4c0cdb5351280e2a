import { assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import {
  h265CodecString,
  isFirstH265Slice,
  isH265Key,
  isH265Slice,
  parseH265Sps,
  parseH265Vps,
  parseHvcC,
  serializeHvcC,
  stripH265,
} from "../../../registry/media/h265.ts";
import { hex, hexAndBits, HVCC, present } from "./vectors.ts";

const configOf = (record: string) => parseHvcC(hex(record)).config;

Deno.test("SPS of x265: profile, size, format, rate, reordering", () => {
  const rows = [
    ["main1080", 1, 120, 1920, 1080, 30, 1, 8, 2, undefined],
    ["main10", 2, 63, 638, 358, 24000 / 1001, 1, 10, 2, [1, 1]],
    ["rext444", 4, 60, 321, 241, 25, 3, 8, 2, undefined],
    ["noReorder", 1, 63, 320, 240, 50, 1, 8, 0, [4, 3]],
    ["layers", 1, 63, 320, 240, 50, 1, 8, 2, [1, 1]],
    ["hrd", 1, 90, 640, 480, 50, 1, 8, 2, [16, 11]],
  ] as const;
  for (const [name, profile, level, width, height, fps, chroma, depth, reorder, sar] of rows) {
    const sps = parseH265Sps(present(configOf(HVCC[name]).sps[0]));
    assertEquals([sps.profile.profileIdc, sps.profile.levelIdc], [profile, level], name);
    assertEquals([sps.width, sps.height], [width, height], name);
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

Deno.test("profile, tier and constraints", () => {
  const { profile } = parseH265Sps(present(configOf(HVCC.rext444).sps[0]));
  assertEquals([profile.profileSpace, profile.highTier], [0, false]);
  assertEquals(profile.compatibilityFlags, 0x08000000);
  assertEquals(profile.constraintFlags, [0x9e, 0x08, 0, 0, 0, 0]);
});

Deno.test("temporal sub-layers in SPS and VPS", () => {
  const config = configOf(HVCC.layers);
  const sps = parseH265Sps(present(config.sps[0]));
  assertEquals([sps.temporalLayers, sps.temporalIdNesting], [2, false]);
  const vps = parseH265Vps(present(config.vps[0]));
  assertEquals([vps.id, vps.temporalLayers, vps.temporalIdNesting], [0, 2, false]);
  assertEquals(vps.profile, sps.profile);
});

/** Main profile, level 3.1, one sub-layer, emulation prevention in place. */
const MAIN_HEAD = "42010101600000030090000003000003005d";

Deno.test("reference sets are read over, predicted ones too", () => {
  const sps = hexAndBits(
    MAIN_HEAD,
    // sps_id, 4:2:0, 64x64 without window, 8 bits, POC of 8 bits, DPB 4, reorder 1, latency 0
    "1 010 0000001000001 0000001000001 0 1 1 00101 1 00101 010 1" +
      // sizes, no scaling lists, AMP, SAO, no PCM
      "1 1 1 1 1 1 0 1 1 0" +
      // two sets: two negative pictures; predicted from it with three flags, one kept by use_delta
      "011 011 1 11 11 1 0 1 1 01 00" +
      // one long-term picture, temporal MVP, smoothing, VUI with nothing but 1/30 s
      "1 010 00000000 1 11 1 0 0 0 0 000 0 1" +
      `${"0".repeat(31)}1 ${(30).toString(2).padStart(32, "0")} 0 0 0 0 1`,
  );
  const parsed = parseH265Sps(sps);
  assertEquals([parsed.width, parsed.height, parsed.reorderDepth, parsed.fps], [64, 64, 1, 30]);
});

Deno.test("a VUI that is cut short costs only what it would say", () => {
  const whole = present(configOf(HVCC.main1080).sps[0]);
  const sps = parseH265Sps(whole.subarray(0, whole.length - 7));
  assertEquals([sps.width, sps.height, sps.fps], [1920, 1080, undefined]);
});

Deno.test("an SPS out of bounds is an error that names the field", () => {
  const rows = [
    ["", "", "20 bits are needed, 0 are left at bit 0"],
    ["42010f", "", "max_sub_layers_minus1 is 7"],
    [MAIN_HEAD, "1 00101", "chroma_format_idc is 4, more than 3"],
    [MAIN_HEAD, "1 010 0000000000000001 000000000000010", "pic_width_in_luma_samples is 32769"],
    [MAIN_HEAD, "1 010 011 011 1 010 1 1 1", "the conformance window leaves no picture"],
  ] as const;
  for (const [head, rest, reason] of rows) {
    assertThrows(() => parseH265Sps(hexAndBits(head, rest)), BitstreamError, reason);
  }
});

Deno.test("hvcC of FFmpeg comes back byte for byte", () => {
  for (const [name, digits] of Object.entries(HVCC)) {
    const record = hex(digits);
    const { config, lengthSize } = parseHvcC(record);
    assertEquals(lengthSize, 4);
    assertStrictEquals(config.sps[0]?.buffer, record.buffer);
    assertEquals(serializeHvcC(config).toHex(), digits, name);
    assertEquals(record, hex(digits));
  }
});

Deno.test("hvcC whose arrays are not complete, as FFmpeg writes into FLV", () => {
  const record = serializeHvcC(configOf(HVCC.main1080), { complete: false });
  assertEquals(record[23], 0x20);
  assertEquals(parseHvcC(record).config, configOf(HVCC.main1080));
});

Deno.test("hvcC with arrays of other types and empty parameter sets is read", () => {
  const head = HVCC.main1080.slice(0, 44);
  const record = hex(`${head} 03 27 0001 0002 4e01 21 0002 0000 0002 4201 22 0001 0001 44`);
  assertEquals(parseHvcC(record).config, {
    codec: "h265",
    vps: [],
    sps: [hex("4201")],
    pps: [hex("44")],
  });
});

Deno.test("hvcC of another version, without SPS or with too many units, is an error", () => {
  const head = HVCC.main1080.slice(0, 44);
  assertThrows(() => parseHvcC(hex(`02${head.slice(2)}00`)), BitstreamError, "version is 2");
  assertThrows(() => parseHvcC(hex(`${head}00`)), BitstreamError, "an SPS is missing");
  assertThrows(() => parseHvcC(hex(`${head}01 21 ffff`)), BitstreamError, "more than 256");
  const none = { codec: "h265", vps: [], sps: [], pps: [] } as const;
  assertThrows(() => serializeHvcC(none), BitstreamError, "an SPS is missing");
});

Deno.test("codec strings of ISO/IEC 14496-15 E.3", () => {
  assertEquals(h265CodecString(configOf(HVCC.main1080)), "hvc1.1.6.L120.90");
  assertEquals(h265CodecString(configOf(HVCC.main10)), "hvc1.2.4.L63.90");
  assertEquals(h265CodecString(configOf(HVCC.rext444)), "hvc1.4.10.L60.9E.8");
  assertEquals(h265CodecString({ codec: "h265", vps: [], sps: [], pps: [] }), undefined);
});

Deno.test("random access: BLA, IDR and CRA pictures", () => {
  const rows = [
    [["4601", "2601af"], true], // AUD, IDR_W_RADL
    [["2801af"], true], // IDR_N_LP
    [["4e01", "2a01af"], true], // SEI, CRA_NUT
    [["2001af"], true], // BLA_W_LP
    [["0201af"], false], // TRAIL_R
    [["1201af"], false], // RASL_R
    [["2c01af"], false], // reserved IRAP
    [[], false],
  ] as const;
  for (const [nals, expected] of rows) {
    assertEquals(isH265Key(nals.map(hex)), expected, nals.join());
  }
});

Deno.test("parameter sets and delimiters are taken out, the rest stays", () => {
  const nals = ["4601", "4001", "4201", "4401", "4e01", "2801", "4c01"].map(hex);
  const { payload, vps, sps, pps } = stripH265(nals);
  assertEquals(payload, nals.slice(4));
  assertEquals([vps, sps, pps], [nals.slice(1, 2), nals.slice(2, 3), nals.slice(3, 4)]);
  assertStrictEquals(stripH265(payload).payload, payload);
});

Deno.test("slice segments, and the first of a picture", () => {
  assertEquals(["0201", "2601", "3e01", "4001", "4e01", ""].map((nal) => isH265Slice(hex(nal))), [
    ...[true, true, true],
    ...[false, false, false],
  ]);
  const nals = ["020180", "02017f", "0201"];
  assertEquals(nals.map((nal) => isFirstH265Slice(hex(nal))), [true, false, false]);
});
