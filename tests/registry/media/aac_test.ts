import { assertEquals, assertThrows } from "@std/assert";
import {
  aacCodecString,
  adtsHeader,
  measureAudioSpecificConfig,
  parseAdts,
  parseAudioSpecificConfig,
  serializeAudioSpecificConfig,
} from "../../../registry/media/aac.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { AUDIO_SPECIFIC_CONFIG, hex, hexAndBits } from "./vectors.ts";

Deno.test("AudioSpecificConfig: LC, and every way to announce HE-AAC", () => {
  const rows = [
    ["lc44100", 2, 44100, 2, undefined, 44100, 2, "mp4a.40.2"],
    ["lc48000Mono", 2, 48000, 1, undefined, 48000, 1, "mp4a.40.2"],
    ["lc51", 2, 48000, 6, undefined, 48000, 6, "mp4a.40.2"],
    ["lcPlain", 2, 44100, 2, undefined, 44100, 2, "mp4a.40.2"],
    ["heExplicit", 2, 22050, 2, "sbr", 44100, 2, "mp4a.40.5"],
    ["heV2Explicit", 2, 22050, 1, "ps", 44100, 2, "mp4a.40.29"],
    ["heCompatible", 2, 24000, 2, "sbr", 48000, 2, "mp4a.40.5"],
    ["heV2Compatible", 2, 24000, 1, "ps", 48000, 2, "mp4a.40.29"],
  ] as const;
  for (const [name, objectType, rate, channels, extension, outRate, outChannels, codec] of rows) {
    const config = parseAudioSpecificConfig(hex(AUDIO_SPECIFIC_CONFIG[name]));
    assertEquals([config.objectType, config.sampleRate, config.channels], [
      objectType,
      rate,
      channels,
    ], name);
    assertEquals(config.extension, extension, name);
    assertEquals([config.outputSampleRate, config.outputChannels], [outRate, outChannels], name);
    assertEquals(config.frameLength, 1024, name);
    assertEquals(aacCodecString(config), codec, name);
  }
});

Deno.test("explicit rates, short frames, low delay, escaped object types", () => {
  const rows = [
    // LC, 44101 Hz spelled out, stereo
    [hexAndBits("", "00010 1111 000000001010110001000101 0010 000"), 2, 44101, 2, 1024],
    // LC with 960 samples, depends on a core coder
    [hexAndBits("", "00010 0011 0001 1 1 00000000000000 0"), 2, 48000, 1, 960],
    // ER AAC LD with resilience flags
    [hexAndBits("", "10111 0011 0001 0 0 1 000 0"), 23, 48000, 1, 512],
    // ER AAC ELD with 480 samples
    [hexAndBits("", "11111 000111 0011 0010 1 0000000"), 39, 48000, 2, 480],
    // USAC, whose own configuration is not read
    [hexAndBits("", "11111 001010 0011 0010 00000"), 42, 48000, 2, 1024],
    // 7.1 in configuration 7 is eight channels
    [hexAndBits("", "00010 0011 0111 000"), 2, 48000, 8, 1024],
  ] as const;
  for (const [bytes, objectType, sampleRate, channels, frameLength] of rows) {
    const config = parseAudioSpecificConfig(bytes);
    assertEquals(
      [config.objectType, config.sampleRate, config.channels, config.frameLength],
      [objectType, sampleRate, channels, frameLength],
    );
  }
});

Deno.test("a program config element tells the channels", () => {
  // Front: a single and a pair; back: a pair; one low-frequency element; a comment of one byte.
  const bytes = hexAndBits(
    "",
    "00010 0011 0000 000 0000 01 0011 0010 0000 0001 01 000 0000 0 0 0" +
      "0 0000 1 0000 1 0001 0000 000 00000001 01000001",
  );
  const config = parseAudioSpecificConfig(bytes);
  assertEquals([config.channelConfiguration, config.channels], [0, 6]);
});

Deno.test("an AudioSpecificConfig that cannot be is an error", () => {
  const rows = [
    ["", "5 bits are needed, 0 are left at bit 0"],
    ["12", "4 bits are needed"],
    ["0210", "the audio object type is 0"],
    ["1690", "sampling frequency index 13 gives no rate"],
    ["1240", "channel configuration 8 is reserved"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => parseAudioSpecificConfig(hex(digits)), BitstreamError, reason);
  }
});

Deno.test("what is written is read again", () => {
  for (const name of ["lcPlain", "heExplicit", "heV2Explicit"] as const) {
    const config = parseAudioSpecificConfig(hex(AUDIO_SPECIFIC_CONFIG[name]));
    const written = serializeAudioSpecificConfig(config).toHex();
    assertEquals(written, AUDIO_SPECIFIC_CONFIG[name].slice(0, written.length), name);
    assertEquals(parseAudioSpecificConfig(hex(written)), config);
  }
  const odd = { objectType: 2, sampleRate: 44101, channelConfiguration: 2 };
  assertEquals(parseAudioSpecificConfig(serializeAudioSpecificConfig(odd)).sampleRate, 44101);
});

Deno.test("what cannot be written is refused", () => {
  const fields = { objectType: 2, sampleRate: 48000, channelConfiguration: 0 };
  assertThrows(() => serializeAudioSpecificConfig(fields), RangeError);
  const eld = { objectType: 39, sampleRate: 48000, channelConfiguration: 2 };
  assertThrows(() => serializeAudioSpecificConfig(eld), RangeError);
});

Deno.test("ADTS header of FFmpeg, read and written", () => {
  const data = hex("00 fff15080 2b3ffc");
  assertEquals(parseAdts(data, 1), {
    objectType: 2,
    sampleRate: 44100,
    channelConfiguration: 2,
    headerSize: 7,
    frameSize: 345,
    blocks: 1,
  });
  const config = parseAudioSpecificConfig(hex(AUDIO_SPECIFIC_CONFIG.lc44100));
  assertEquals(adtsHeader(config, 338).toHex(), "fff150802b3ffc");
});

Deno.test("ADTS with CRC and two blocks; less than a header is not yet one", () => {
  const header = parseAdts(hex("fff8 4c80 01bffd"));
  assertEquals([header?.headerSize, header?.frameSize, header?.blocks], [9, 13, 2]);
  assertEquals(parseAdts(hex("fff150802b3f")), undefined);
  assertEquals(parseAdts(new Uint8Array(), 5), undefined);
});

Deno.test("an ADTS header that cannot be is an error", () => {
  const rows = [
    ["00f150802b3ffc", "the sync word is missing at byte 0"],
    ["fffb50802b3ffc", "the sync word is missing"],
    ["fff174802b3ffc", "the sampling frequency index is reserved at byte 2"],
    ["fff15080001ffc", "a frame of 0 bytes is too short"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => parseAdts(hex(digits)), BitstreamError, reason);
  }
});

Deno.test("what ADTS cannot say is refused", () => {
  const fields = { objectType: 2, sampleRate: 48000, channelConfiguration: 2 };
  assertThrows(() => adtsHeader({ ...fields, objectType: 23 }, 10), RangeError);
  assertThrows(() => adtsHeader({ ...fields, sampleRate: 44101 }, 10), RangeError);
  assertThrows(() => adtsHeader({ ...fields, channelConfiguration: 11 }, 10), RangeError);
  assertThrows(() => adtsHeader(fields, 8185), RangeError, "8192 bytes do not fit");
});

Deno.test("an AudioSpecificConfig tells its bits, whatever follows", () => {
  const rows = [
    ["1190 ffff", 16],
    // A backward compatible extension: SBR, with and without PS; and one that says there is none.
    ["1310 56e598 ffff", 37],
    ["1308 56e59d4880 ffff", 49],
    ["1190 56e500 ffff", 33],
    ["1190 56", 16],
  ] as const;
  for (const [bytes, bits] of rows) {
    assertEquals(measureAudioSpecificConfig(hex(bytes)).bits, bits, bytes);
  }
});
