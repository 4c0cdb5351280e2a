import { assertEquals, assertThrows } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import {
  opusPacketDuration,
  parseOpusHead,
  serializeOpusHead,
} from "../../../registry/media/opus.ts";
import { hex, OPUS_HEAD } from "./vectors.ts";

Deno.test("identification headers of libopus, read and written", () => {
  assertEquals(parseOpusHead(hex(OPUS_HEAD.stereo)), {
    version: 1,
    channels: 2,
    preSkip: 312,
    inputSampleRate: 48000,
    outputGain: 0,
    mappingFamily: 0,
  });
  assertEquals(parseOpusHead(hex(OPUS_HEAD.surround)).mapping, {
    streams: 4,
    coupled: 2,
    channels: hex("000401020305"),
  });
  for (const digits of Object.values(OPUS_HEAD)) {
    assertEquals(serializeOpusHead(parseOpusHead(hex(digits))), hex(digits));
  }
});

Deno.test("the output gain has a sign", () => {
  const head = hex("4f70757348656164 01 01 0000 00000000 00ff 00");
  assertEquals(parseOpusHead(head).outputGain, -256);
  assertEquals(serializeOpusHead(parseOpusHead(head)), head);
});

Deno.test("an identification header that cannot be is an error", () => {
  const rows = [
    ["4f707573", "8 bytes are needed, 4 are left at byte 0"],
    ["4f70757354616773 01", "the magic signature is missing"],
    ["4f70757348656164 10 02 3801 80bb0000 0000 00", "version 16 is not known"],
    ["4f70757348656164 01 00 3801 80bb0000 0000 00", "there are no channels"],
    ["4f70757348656164 01 03 3801 80bb0000 0000 00", "mapping family 0 has 3 channels"],
    ["4f70757348656164 01 03 3801 80bb0000 0000 01 02 01 00", "3 bytes are needed, 1 are left"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => parseOpusHead(hex(digits)), BitstreamError, reason);
  }
});

Deno.test("RFC 6716 table 2: durations by configuration and frame count", () => {
  const rows = [
    ["00", 480], // SILK 10 ms
    ["18", 2880], // SILK 60 ms
    ["60", 480], // hybrid 10 ms
    ["78", 960], // hybrid 20 ms
    ["80", 120], // CELT 2.5 ms
    ["fc", 960], // CELT 20 ms, stereo: what libopus makes of music
    ["fd", 1920], // two equal frames
    ["fe", 1920], // two frames
    ["ff03", 2880], // three frames
    ["ff86", 5760], // six frames, variable size
    ["8330", 5760], // 48 frames of 2.5 ms
  ] as const;
  for (const [digits, samples] of rows) assertEquals(opusPacketDuration(hex(digits)), samples);
});

Deno.test("a packet that cannot be is an error", () => {
  const rows = [
    ["", "1 bytes are needed"],
    ["ff", "1 bytes are needed"],
    ["ff00", "there are no frames"],
    ["ff07", "6720 samples are more than 5760"],
  ] as const;
  for (const [digits, reason] of rows) {
    assertThrows(() => opusPacketDuration(hex(digits)), BitstreamError, reason);
  }
});
