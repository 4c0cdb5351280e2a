import { assertEquals, assertThrows } from "@std/assert";
import { parseAc3Header } from "../../../registry/media/ac3.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { hex, hexAndBits } from "./vectors.ts";

// Heads of `ffmpeg -c:a ac3` and `-c:a eac3`; frame sizes compared with ffprobe.
Deno.test("syncframes of AC-3 and Enhanced AC-3", () => {
  const rows = [
    [hex("0b77fe95144043e106f4"), "ac3", 48000, 2, 768, 1536],
    [hex("0b770dce5e40ebf8403e"), "ac3", 44100, 6, 1950, 1536],
    [hex("0b7701ff3f87c0002080"), "eac3", 48000, 6, 1024, 1536],
    // 44.1 kHz with the odd word; mono at half rate; 32 kHz
    [hexAndBits("0b770000", "01 011111 01000 000 111 00 00 1"), "ac3", 44100, 6, 1952, 1536],
    [hexAndBits("0b770000", "00 000000 01001 000 001 0"), "ac3", 24000, 1, 128, 1536],
    [hexAndBits("0b770000", "10 000000 01000 000 001 0"), "ac3", 32000, 1, 192, 1536],
    // one block; reduced rate
    [hexAndBits("0b77", "00 000 00000111111 00 00 010 0 10000"), "eac3", 48000, 2, 128, 256],
    [hexAndBits("0b77", "00 000 00000111111 11 01 010 1 10000"), "eac3", 22050, 3, 128, 1536],
  ] as const;
  for (const [bytes, codec, sampleRate, channels, frameSize, samplesPerFrame] of rows) {
    assertEquals(parseAc3Header(bytes), {
      codec,
      sampleRate,
      channels,
      frameSize,
      samplesPerFrame,
    });
  }
});

Deno.test("a syncframe that cannot be is an error", () => {
  const rows = [
    ["", "16 bits are needed"],
    ["770bfe95144043e1", "the sync word is missing"],
    ["0b77fe951488ffff", "bsid 17 is not known"],
    ["0b77fe95d44043e1", "the sampling rate or frame size is reserved"],
    ["0b77fe95264043e1", "the sampling rate or frame size is reserved"],
    ["0b7701fff787c000", "the sampling rate is reserved"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => parseAc3Header(hex(digits)), BitstreamError, reason);
  }
});
