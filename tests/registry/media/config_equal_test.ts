import { assertEquals } from "@std/assert";
import type { CodecConfig } from "../../../registry/media/codec.ts";
import { bytesEqual, sameConfig } from "../../../registry/media/config_equal.ts";
import { hex } from "./vectors.ts";

Deno.test("bytes are compared, not buffers", () => {
  assertEquals(bytesEqual(hex("00ff0100").subarray(1, 3), hex("ff01")), true);
  assertEquals(bytesEqual(hex("ff01"), hex("ff02")), false);
  assertEquals(bytesEqual(hex("ff01"), hex("ff0100")), false);
  assertEquals(bytesEqual(hex(""), hex("")), true);
});

const sets = (sps: readonly string[], pps: readonly string[]): CodecConfig => ({
  codec: "h264",
  sps: sps.map(hex),
  pps: pps.map(hex),
});

Deno.test("configurations are compared by what they hold", () => {
  const rows: readonly (readonly [CodecConfig, CodecConfig, boolean])[] = [
    [sets(["6742"], ["68"]), sets(["6742"], ["68"]), true],
    [sets(["6742"], ["68"]), sets(["6743"], ["68"]), false],
    [sets(["6742"], ["68"]), sets(["6742"], ["68", "69"]), false],
    [sets(["6742"], ["68"]), sets(["6742", "68"], []), false],
    [{ codec: "vp8" }, { codec: "vp8" }, true],
    [{ codec: "vp8" }, sets([], []), false],
    [
      { codec: "mp3", sampleRate: 44100, channels: 2 },
      { codec: "mp3", sampleRate: 44100, channels: 2 },
      true,
    ],
    [
      { codec: "g711a", sampleRate: 8000, channels: 1 },
      { codec: "g711u", sampleRate: 8000, channels: 1 },
      false,
    ],
    [{ codec: "rtp:x", data: hex("01") }, { codec: "rtp:x" }, false],
    [{ codec: "rtp:x" }, { codec: "rtp:x", data: hex("01") }, false],
    [{ codec: "rtp:x", data: hex("01") }, { codec: "rtp:x", data: hex("01") }, true],
  ];
  for (const [a, b, expected] of rows) assertEquals(sameConfig(a, b), expected);
});
