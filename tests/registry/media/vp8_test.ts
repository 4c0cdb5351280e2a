import { assertEquals, assertThrows } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { parseVp8Header } from "../../../registry/media/vp8.ts";
import { hex } from "./vectors.ts";

Deno.test("RFC 6386 9.1: frames of libvpx, 321x181", () => {
  const rows = [
    ["f067009d012a4101b5000007", { isKey: true, isShown: true, width: 321, height: 181 }],
    ["b11c000b10e0001edbf314e7", { isKey: false, isShown: true }],
    // The scale in the two high bits is not part of the size.
    ["f067009d012a4141b5800007", { isKey: true, isShown: true, width: 321, height: 181 }],
    // An alternate reference frame.
    ["a11c00", { isKey: false, isShown: false }],
  ] as const;
  for (const [digits, expected] of rows) assertEquals(parseVp8Header(hex(digits)), expected);
});

Deno.test("a frame cut short or without start code is an error", () => {
  const rows = [
    ["", "10 bytes are needed, there are 0 at byte 0"],
    ["b11c", "3 bytes are needed, there are 2"],
    ["f067009d012a4101b5", "10 bytes are needed, there are 9"],
    ["f067009d012b4101b500", "the start code is missing at byte 3"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => parseVp8Header(hex(digits)), BitstreamError, reason);
  }
});
