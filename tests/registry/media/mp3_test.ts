import { assertEquals, assertThrows } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { parseMp3Header } from "../../../registry/media/mp3.ts";
import { hex } from "./vectors.ts";

// Heads of `ffmpeg -c:a libmp3lame` and `-c:a mp2`; frame sizes compared with ffprobe.
Deno.test("headers of every version and layer", () => {
  const rows = [
    ["fffb9064", 1, 3, 128000, 44100, 2, 417, 1152],
    ["fffb9264", 1, 3, 128000, 44100, 2, 418, 1152],
    ["fff360c4", 2, 3, 48000, 22050, 1, 156, 576],
    ["ffe328c4", 2.5, 3, 16000, 8000, 1, 144, 576],
    ["fffda404", 1, 2, 192000, 48000, 2, 576, 1152],
    ["ffff9400", 1, 1, 288000, 48000, 2, 288, 384],
    ["fff78000", 2, 1, 128000, 22050, 2, 276, 384],
    ["fff58400", 2, 2, 64000, 24000, 2, 384, 1152],
    ["fffb0064", 1, 3, 0, 44100, 2, 0, 1152],
  ] as const;
  for (const [digits, version, layer, bitrate, sampleRate, channels, length, samples] of rows) {
    assertEquals(parseMp3Header(hex(digits)), {
      version,
      layer,
      bitrate,
      sampleRate,
      channels,
      frameLength: length,
      samplesPerFrame: samples,
    }, digits);
  }
});

Deno.test("less than a header is not yet one", () => {
  assertEquals(parseMp3Header(hex("fffb90")), undefined);
});

Deno.test("a header that cannot be is an error", () => {
  const rows = [
    ["49443303", "the sync word is missing at byte 0"],
    ["ffeb9064", "the version or layer is reserved at byte 1"],
    ["fff99064", "the version or layer is reserved"],
    ["fffbf064", "the bit rate or sampling frequency is reserved at byte 2"],
    ["fffb9c64", "the bit rate or sampling frequency is reserved"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => parseMp3Header(hex(digits)), BitstreamError, reason);
  }
});
