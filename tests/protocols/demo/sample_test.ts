import { assertEquals, assertLess } from "@std/assert";
import { readSample, SAMPLE_MS } from "../../../protocols/demo/sample.ts";
import { describeConfig } from "../../../registry/media/describe.ts";
import { payloadBytes } from "../../../registry/media/unit.ts";

const SAMPLE = readSample();

function unitsOf(kind: string) {
  return SAMPLE.units.filter((unit) => unit.track.kind === kind);
}

/** Milliseconds of every unit of a kind. */
function timesOf(kind: string): readonly number[] {
  return unitsOf(kind).map((unit) => unit.dts * 1000 / unit.track.timescale);
}

Deno.test("sample: one H.264 and one AAC track, each with its configuration", () => {
  const tracks = SAMPLE.description.tracks.map(({ codec, config }) => {
    const { width, height, sampleRate, channels } = config === undefined
      ? {}
      : describeConfig(config);
    return { codec, width, height, sampleRate, channels };
  });
  const none = undefined;
  assertEquals(tracks, [
    { codec: "h264", width: 512, height: 288, sampleRate: none, channels: none },
    { codec: "aac", width: none, height: none, sampleRate: 32_000, channels: 1 },
  ]);
});

Deno.test("sample: pictures of 40 ms and frames of 32 ms fill its length without a rest", () => {
  assertEquals(timesOf("video"), Array.from({ length: SAMPLE_MS / 40 }, (_, index) => index * 40));
  assertEquals(timesOf("audio"), Array.from({ length: SAMPLE_MS / 32 }, (_, index) => index * 32));
});

Deno.test("sample: a key unit every second, no reordering, in decoding order", () => {
  const keys = unitsOf("video").filter((unit) => unit.isKey);
  assertEquals(
    keys.map((unit) => unit.dts),
    Array.from({ length: SAMPLE_MS / 1000 }, (_, index) => index * 90_000),
  );
  assertEquals(SAMPLE.units.filter((unit) => unit.pts !== unit.dts), []);
  const times = SAMPLE.units.map((unit) => unit.dts * 1000 / unit.track.timescale);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("sample: it is tiny", () => {
  assertLess(SAMPLE.units.reduce((sum, unit) => sum + payloadBytes(unit), 0), 100_000);
});
