import { assertEquals, assertThrows } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import {
  parseVp9Header,
  parseVpcC,
  serializeVpcC,
  vp9CodecString,
} from "../../../registry/media/vp9.ts";
import { hex, hexAndBits, VPCC } from "./vectors.ts";

Deno.test("heads of libvpx frames", () => {
  const rows = [
    ["824983420013f00b36043824", 0, 320, 180, 8, 1, false],
    ["a24983425002800168c10704", 1, 321, 181, 8, 3, true],
    ["924983420009f8059b021c12", 2, 320, 180, 10, 1, false],
  ] as const;
  for (const [digits, profile, width, height, bitDepth, chromaSubsampling, fullRange] of rows) {
    assertEquals(parseVp9Header(hex(digits)), {
      profile,
      isKey: true,
      key: { width, height, bitDepth, chromaSubsampling, fullRange },
    });
  }
  assertEquals(parseVp9Header(hex("86004092f0e14000")), { profile: 0, isKey: false });
});

Deno.test("profile 3 with 12 bits, RGB; a frame that shows another", () => {
  const rgb = hexAndBits(
    "",
    "10 1 1 0 0 0 1 0 010010011000001101000010 1 111 0 0000000000001111 0000000000000111",
  );
  assertEquals(parseVp9Header(rgb).key, {
    width: 16,
    height: 8,
    bitDepth: 12,
    chromaSubsampling: 3,
    fullRange: true,
  });
  assertEquals(parseVp9Header(hex("88")), { profile: 0, isKey: false });
});

Deno.test("a frame that cannot be is an error", () => {
  const rows = [
    ["", "2 bits are needed"],
    ["42", "the frame marker is wrong at bit 2"],
    ["b8", "the profile is reserved"],
    ["82498343", "the sync code is wrong"],
    ["82498342e0", "RGB is not allowed"],
    ["8249834200", "bits are needed"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => parseVp9Header(hex(digits)), BitstreamError, reason);
  }
});

Deno.test("vpcC of FFmpeg, with and without the version of its box", () => {
  for (const digits of Object.values(VPCC)) {
    const config = parseVpcC(hex(digits));
    assertEquals(parseVpcC(hex(digits.slice(8))), config);
    assertEquals(serializeVpcC(config).toHex(), digits.slice(8));
  }
  assertEquals(parseVpcC(hex(VPCC.profile1)), {
    codec: "vp9",
    profile: 1,
    level: 11,
    bitDepth: 8,
    chromaSubsampling: 3,
    fullRange: true,
    colourPrimaries: 2,
    transferCharacteristics: 2,
    matrixCoefficients: 1,
  });
  assertThrows(() => parseVpcC(hex("000b8202020200")), BitstreamError, "2 bytes are needed");
});

Deno.test("codec strings", () => {
  assertEquals(vp9CodecString(parseVpcC(hex(VPCC.profile0))), "vp09.00.11.08.01.02.02.02.00");
  assertEquals(vp9CodecString(parseVpcC(hex(VPCC.profile1))), "vp09.01.11.08.03.02.02.01.01");
  const unknown = { ...parseVpcC(hex(VPCC.profile0)), level: 0 };
  assertEquals(vp9CodecString(unknown), "vp09.00.10.08.01.02.02.02.00");
});
