import { assertEquals, assertThrows } from "@std/assert";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { parseFlacStreamInfo } from "../../../registry/media/flac.ts";
import { hex, STREAM_INFO } from "./vectors.ts";

Deno.test("STREAMINFO of FFmpeg", () => {
  assertEquals(parseFlacStreamInfo(hex(STREAM_INFO)), {
    minBlockSize: 4608,
    maxBlockSize: 4608,
    minFrameSize: 1133,
    maxFrameSize: 1288,
    sampleRate: 44100,
    channels: 2,
    bitDepth: 16,
    totalSamples: 13230,
  });
});

Deno.test("STREAMINFO cut short or without a rate is an error", () => {
  assertThrows(() => parseFlacStreamInfo(hex(STREAM_INFO.slice(2))), BitstreamError, "needed");
  assertThrows(() => parseFlacStreamInfo(new Uint8Array(34)), BitstreamError, "rate is 0");
});
