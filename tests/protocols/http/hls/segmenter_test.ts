import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FMP4_FORMAT } from "../../../../protocols/http/hls/fmp4_format.ts";
import type { SegmentFormat } from "../../../../protocols/http/hls/format.ts";
import { Segmenter } from "../../../../protocols/http/hls/segmenter.ts";
import { DEFAULT_HLS_SETTINGS, type HlsSettings } from "../../../../protocols/http/hls/settings.ts";
import { TS_FORMAT } from "../../../../protocols/http/hls/ts_format.ts";
import { findPart, type RenditionWindow } from "../../../../protocols/http/hls/window.ts";
import type { Description } from "../../../../registry/media/track.ts";
import type { MediaBatch } from "../../../../registry/reader.ts";
import { must } from "../../../must.ts";
import { probeMp4, probeTs } from "./probes.ts";
import { AUDIO, AV, batch, OTHER_VIDEO, simulate, unit, VIDEO } from "./simulated.ts";
import { START, Watch } from "./watch.ts";

function watch(settings: Partial<HlsSettings> = {}, format: SegmentFormat = FMP4_FORMAT): Watch {
  const all = { ...DEFAULT_HLS_SETTINGS, ...settings };
  return new Watch(new Segmenter(format, all, 100), format.hasParts ? probeMp4 : probeTs);
}

function rendition({ presentation }: Watch, id: string): RenditionWindow {
  return must(must(presentation).renditions.find((window) => window.id === id));
}

/** Seconds that the segments of a rendition last. */
function durations(window: RenditionWindow): readonly number[] {
  return window.segments.map(({ duration }) => duration / window.tracks[0].timescale);
}

function sequences({ segments }: RenditionWindow): readonly number[] {
  return segments.map(({ sequence }) => sequence);
}

Deno.test("segments end at the first key picture after their time, in all renditions", () => {
  const run = watch();
  run.run(simulate({ seconds: 8.3, group: 30 }));
  const video = rendition(run, "video1");
  // Somebody waits for the first one, which ends with its group of pictures.
  assertEquals(durations(video), [1.2, 2.4, 2.4]);
  assertEquals(sequences(video), [100, 101, 102]);
  assertEquals(sequences(rendition(run, "audio2")), [100, 101, 102]);
  // Sound does not know pictures: it is cut at the frame at or after them.
  const [, second] = rendition(run, "audio2").segments;
  assert(Math.abs(must(second).duration - 2.4 * 48_000) < 1024);
  assertEquals(run.findings, []);
});

Deno.test("there is nothing to play before a segment is whole", () => {
  const run = watch();
  run.run(simulate({ seconds: 2 }));
  assertEquals(run.presentation, undefined);
  run.run(simulate({ from: 2, seconds: 0.1 }));
  assertEquals(run.presentation?.targetDuration, 3);
  assertEquals(run.presentation?.partTargetUs, 205_000);
});

Deno.test("parts are of as many pictures as come closest, and never go past a segment", () => {
  const run = watch();
  run.run(simulate({ seconds: 4.7 }));
  const { segments: [first, second], open } = rendition(run, "video1");
  // The first one measures how long parts are.
  assertEquals([first?.isParted, first?.parts.length], [false, 1]);
  assertEquals(second?.parts.map(({ duration }) => duration), new Array(10).fill(18_000));
  const independent = second?.parts.map(({ isIndependent }) => isIndependent);
  assertEquals(independent, [true, ...new Array(9).fill(false)]);
  assertEquals(open?.parts.length, 3);
});

Deno.test("a segment is its parts, which are views into it", () => {
  const run = watch();
  run.run(simulate({ seconds: 4.7 }));
  const window = rendition(run, "video1");
  const { body, parts, sequence } = must(window.segments[1]);
  assertEquals(parts.reduce((sum, { size }) => sum + size, 0), body.size);
  for (const index of parts.keys()) {
    const bytes = must(findPart(window, sequence, index)?.bytes);
    assertStrictEquals(bytes.buffer, body.bytes?.buffer);
  }
});

Deno.test("another configuration makes a discontinuity and another header", () => {
  const run = watch();
  const description: Description = { tracks: [OTHER_VIDEO, AUDIO], metadata: {} };
  run.run(simulate({ seconds: 5 }));
  run.run(simulate({ description, from: 5, seconds: 5 }));
  const { segments } = rendition(run, "video1");
  assertEquals(segments.map((segment) => segment.isDiscontinuous), [
    false,
    false,
    false,
    true,
    false,
  ]);
  assertEquals(segments.map(({ init }) => init?.sequence), [100, 100, 100, 103, 103]);
  const audio = rendition(run, "audio2").segments.map((segment) => segment.isDiscontinuous);
  assertEquals(audio, [false, false, false, true, false]);
  assertEquals(run.findings, []);
});

Deno.test("a publisher that says the same of itself goes on in the same row", () => {
  const run = watch();
  run.run(simulate({ seconds: 4 }));
  const again: Description = { tracks: [{ ...VIDEO }, { ...AUDIO }], metadata: { title: "x" } };
  run.run(simulate({ description: again, from: 4, seconds: 4.1 }));
  const { segments } = rendition(run, "video1");
  assertEquals(segments.map(({ isDiscontinuous }) => isDiscontinuous), new Array(4).fill(false));
  assertEquals(run.findings, []);
});

Deno.test("a gap makes a discontinuity, and what cannot be decoded after it is left out", () => {
  const run = watch();
  run.run(simulate({ seconds: 4 }));
  const late = [...simulate({ from: 9, seconds: 4 })].slice(1);
  run.run(late);
  const { segments, open } = rendition(run, "video1");
  assertEquals(durations(rendition(run, "video1")), [2, 2]);
  assertEquals([open?.isDiscontinuous, open?.sequence], [true, 102]);
  // The next key picture came two seconds after the gap.
  assertEquals(open?.programDateTime, START + 11_000);
  assertEquals(segments.length, 2);
  assertEquals(run.findings, []);
});

Deno.test("pictures that are always far apart are no gaps", () => {
  const run = watch();
  const tracks = { tracks: [VIDEO], metadata: {} };
  run.run(simulate({ description: tracks, fps: 0.2, group: 1, seconds: 60 }));
  const { segments } = rendition(run, "video1");
  assertEquals(segments.filter(({ isDiscontinuous }) => isDiscontinuous).length, 1);
});

Deno.test("sound that stops leaves gaps, and is at the same numbers when it comes back", () => {
  const run = watch();
  const silent = function* (): Generator<MediaBatch> {
    for (const next of simulate({ seconds: 20 })) {
      const [{ dts, track } = { dts: 0, track: VIDEO }] = next.units;
      const seconds = dts / track.timescale;
      if (track.kind === "video" || seconds < 5 || seconds > 15) yield next;
    }
  };
  run.run(silent());
  const audio = rendition(run, "audio2");
  assertEquals(sequences(audio).slice(-3), [106, 107, 108]);
  assertEquals(sequences(audio), sequences(rendition(run, "video1")).slice(0, 9));
  const gaps = audio.segments.filter(({ isGap }) => isGap).map(({ sequence }) => sequence);
  assertEquals(gaps, [103, 104, 105, 106]);
});

Deno.test("a track of which nothing comes is not offered", () => {
  const run = watch();
  run.run([...simulate({ seconds: 5 })].filter(({ units: [first] }) => first?.track === VIDEO));
  assertEquals(run.presentation?.renditions.map(({ id }) => id), ["video1"]);
});

Deno.test("pictures without another key are cut all the same, before they fill the memory", () => {
  const long = watch({ maxSegmentMs: 5000 });
  long.run(simulate({ seconds: 12, group: 1_000_000 }));
  assertEquals(durations(rendition(long, "video1")), [5, 5]);
  assertEquals(long.presentation?.renditions[0]?.segments[1]?.parts[0]?.isIndependent, false);
  const rich = watch({ maxSegmentBytes: 100 });
  rich.run(simulate({ seconds: 5, group: 1_000_000 }));
  assert(rendition(rich, "video1").segments.length > 3);
});

Deno.test("a stream that begins before 0 loses no picture", () => {
  const run = watch();
  run.run([batch(AV, unit(VIDEO, -3600, true)), batch(AV, unit(VIDEO, 0, false))]);
  run.run(simulate({ from: 0.04, seconds: 4 }));
  assertEquals(run.findings, []);
  assertEquals(must(rendition(run, "video1").segments[0]).start, 10 * 90_000 - 3600);
});

Deno.test("dates are those of the sender where it has any", () => {
  const run = watch();
  run.run([...simulate({ seconds: 4.5 })].map((next) => {
    const units = next.units.map((one) => ({
      ...one,
      wallClock: Date.UTC(2000, 0, 1) + one.pts * 1000 / one.track.timescale,
    }));
    return { ...next, units };
  }));
  const dates = rendition(run, "video1").segments.map((segment) => segment.programDateTime);
  assertEquals(dates, [Date.UTC(2000, 0, 1), Date.UTC(2000, 0, 1) + 2000]);
});

Deno.test("the window is bounded in segments and bytes, and what left it is kept a while", () => {
  const run = watch({ windowSegments: 4 });
  run.run(simulate({ seconds: 30 }));
  const { segments, retired } = rendition(run, "video1");
  assertEquals(segments.map(({ sequence }) => sequence), [110, 111, 112, 113]);
  assertEquals(retired.map(({ sequence }) => sequence), [106, 107, 108, 109]);
  const small = watch({ windowBytes: 1 });
  small.run(simulate({ seconds: 30 }));
  assertEquals(rendition(small, "video1").segments.length, 3);
  assertEquals(rendition(small, "video1").retired, []);
});

Deno.test("the end closes what is open, and playlists end", () => {
  const run = watch();
  run.run(simulate({ seconds: 5 }));
  run.end();
  assertEquals(run.presentation?.isEnded, true);
  assertEquals(durations(rendition(run, "video1")), [2, 2, 1]);
  assertEquals(run.findings, []);
});

Deno.test("what is known never changes: an old window is as it was", () => {
  const run = watch();
  run.run(simulate({ seconds: 5 }));
  const before = rendition(run, "video1");
  const copy = structuredClone(before.segments.map(({ sequence, body }) => [sequence, body.bytes]));
  run.run(simulate({ from: 5, seconds: 60 }));
  assertEquals(before.segments.map(({ sequence, body }) => [sequence, body.bytes]), copy);
});

Deno.test("MPEG-TS has all tracks in one rendition, and segments that begin with a key picture", () => {
  const run = watch({}, TS_FORMAT);
  run.run(simulate({ seconds: 8.3, group: 30 }));
  assertEquals(run.presentation?.renditions.map(({ id }) => id), ["ts"]);
  assertEquals(durations(rendition(run, "ts")), [1.2, 2.4, 2.4]);
  assertEquals(run.presentation?.partTargetUs, undefined);
  assertEquals(run.findings, []);
});
