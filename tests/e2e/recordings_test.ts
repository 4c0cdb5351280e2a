// Files of every container and codec as recordings, next to what FFmpeg finds in them.
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { MediaFileError, reasonOf } from "../../protocols/file/recordings/errors.ts";
import { openMedia } from "../../protocols/file/recordings/open_media.ts";
import { RandomAccessFile } from "../../protocols/file/recordings/random_access.ts";
import { joinObus } from "../../registry/media/av1.ts";
import type { Unit } from "../../registry/media/unit.ts";
import type { Recording } from "../../registry/recording.ts";
import { hasClient } from "../../scripts/real_clients.ts";
import { must } from "../must.ts";
import { framesOf } from "./av.ts";
import { bareFramesOf } from "./bare_frames.ts";
import type { Frame, Frames } from "./frames.ts";
import { kept } from "./media.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

const SECONDS = 4;
const picture = (rate: string) => [
  ...["-f", "lavfi", "-i", `testsrc2=size=160x90:rate=${rate}:duration=${SECONDS}`],
];
const TONE = ["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`];
const AVC = [
  ...["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "20", "-sc_threshold", "0"],
  ...["-pix_fmt", "yuv420p"],
];
const HEVC = [
  ...["-c:v", "libx265", "-preset", "ultrafast", "-g", "20", "-pix_fmt", "yuv420p"],
  ...["-x265-params", "log-level=error:bframes=3:info=0"],
];
const AAC = ["-c:a", "aac"];
const OPUS = ["-c:a", "libopus"];
const FRAGMENTS = ["-movflags", "frag_keyframe+empty_moov"];
const VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "20"];
const AV1 = ["-c:v", "libsvtav1", "-preset", "10", "-g", "20"];

/** Matroska and FLV count milliseconds, each on its own. */
const ROUNDING_MS = 1.1;

interface Clip {
  readonly name: string;
  readonly type: string;
  readonly args: readonly string[];
  /** Whether the container has decoding times, which then must be those that were derived. */
  readonly hasDts?: boolean;
  /** Milliseconds by which tracks may be shifted against each other. Default: what containers round to. */
  readonly shiftMs?: number;
}

const CLIPS: readonly Clip[] = [
  { name: "avc", type: "mp4", args: [...picture("25"), ...TONE, ...AVC, ...AAC], hasDts: true },
  { name: "ntsc", type: "mp4", args: [...picture("30000/1001"), ...AVC], hasDts: true },
  {
    name: "fragments",
    type: "mp4",
    args: [...picture("25"), ...TONE, ...AVC, ...AAC, ...FRAGMENTS],
  },
  { name: "avc", type: "mov", args: [...picture("25"), ...TONE, ...AVC, ...AAC], hasDts: true },
  { name: "avc", type: "mkv", args: [...picture("30"), ...TONE, ...AVC, ...AAC] },
  { name: "avc", type: "ts", args: [...picture("25"), ...TONE, ...AVC, ...AAC], hasDts: true },
  { name: "avc", type: "flv", args: [...picture("25"), ...TONE, ...AVC, ...AAC, "-ar", "44100"] },
  { name: "hevc", type: "mp4", args: [...picture("25"), ...TONE, ...HEVC, ...OPUS], hasDts: true },
  { name: "hevc", type: "ts", args: [...picture("25"), ...HEVC], hasDts: true },
  // mediabunny does not look at CodecDelay, by which FFmpeg has the sound of WebM earlier.
  { name: "vp9", type: "webm", args: [...picture("25"), ...TONE, ...VP9, ...OPUS], shiftMs: 7.5 },
  { name: "av1", type: "mkv", args: [...picture("25"), ...TONE, ...AV1, "-c:a", "flac"] },
  { name: "sound", type: "mp3", args: [...TONE, "-c:a", "libmp3lame"] },
  { name: "sound", type: "aac", args: [...TONE, ...AAC] },
  { name: "sound", type: "flac", args: TONE },
  { name: "sound", type: "ogg", args: [...TONE, ...OPUS] },
];

async function pathOf({ name, type, args }: Clip): Promise<string> {
  return await kept(`recorded-${name}`, args, type);
}

async function open(path: string): Promise<Recording> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  return await openMedia(new RandomAccessFile(file, size), path, () => {});
}

async function unitsOf(recording: Recording, fromMs = 0): Promise<readonly Unit[]> {
  const units: Unit[] = [];
  for await (const piece of recording.read(fromMs)) units.push(...piece);
  return units;
}

/** As FFmpeg writes what is bare: the first NAL unit has a longer start code than the others. */
function bareBytes({ track: { codec }, payload }: Unit): Uint8Array {
  if (codec === "av1") return joinObus(payload);
  if (codec !== "h264" && codec !== "h265") return must(payload[0]);
  const codes = [Uint8Array.of(0, 0, 0, 1), Uint8Array.of(0, 0, 1)] as const;
  return Uint8Array.from(
    payload.flatMap((nal, index) => [...codes[index === 0 ? 0 : 1], ...nal]),
  );
}

function framesFrom(units: readonly Unit[]): Frames {
  const frames = new Map<string, Frame[]>();
  for (const unit of units) {
    const { kind, codec, timescale } = unit.track;
    const name = `${kind} ${codec === "h265" ? "hevc" : codec}`;
    const toMs = (ticks: number) => ticks * 1000 / timescale;
    const hash = createHash("md5").update(bareBytes(unit)).digest("hex");
    frames.set(name, [...frames.get(name) ?? [], {
      pts: toMs(unit.pts),
      dts: toMs(unit.dts),
      hash,
    }]);
  }
  return frames;
}

/** Asserts that times differ by one offset in all tracks, to what containers round to. */
function assertTimes(
  actual: Frames,
  expected: Frames,
  time: "pts" | "dts",
  limitMs = ROUNDING_MS,
): void {
  const offsets = [...expected].flatMap(([name, frames]) =>
    // Ogg begins in the middle of the first packet, which FFmpeg and mediabunny write differently.
    frames.map((frame, index) => must(actual.get(name)?.[index])[time] - frame[time]).slice(1)
  );
  assertLess(Math.max(...offsets) - Math.min(...offsets), limitMs, `${time} in milliseconds`);
}

for (const clip of CLIPS) {
  Deno.test(
    { name: `${clip.name}.${clip.type} has the frames that FFmpeg finds`, ignore },
    async () => {
      const path = await pathOf(clip);
      const recording = await open(path);
      const units = await unitsOf(recording);
      recording.close();
      const expected = await bareFramesOf(path);
      const actual = framesFrom(units);
      assertEquals([...actual.keys()].sort(), [...expected.keys()].sort());
      for (const [name, frames] of expected) {
        assertEquals(
          actual.get(name)?.map(({ hash }) => hash),
          frames.map(({ hash }) => hash),
          name,
        );
      }
      assertTimes(actual, expected, "pts", clip.shiftMs);
      if (clip.hasDts) assertTimes(actual, await framesOf(path), "dts");
      assert(units.every(({ dts, pts }) => dts >= 0 && pts >= dts));
      const order = units.map(({ dts, track }) => dts / track.timescale);
      assert(order.every((time, index) => index === 0 || time >= must(order[index - 1])));
      assertEquals(
        Math.abs(recording.durationMs - SECONDS * 1000) < 100,
        true,
        `${recording.durationMs}`,
      );
    },
  );

  Deno.test(
    { name: `${clip.name}.${clip.type} can be entered at ten places`, ignore },
    async () => {
      const recording = await open(await pathOf(clip));
      const whole = new Set((await unitsOf(recording)).map(written));
      const keys = await recording.keys();
      const lead = must(recording.description.tracks[0]);
      for (let place = 0; place < 10; place++) {
        const ms = Math.round(place * recording.durationMs / 10);
        const key = await recording.keyAt(ms);
        assertEquals(key, keys.findLast((other) => other <= ms) ?? keys[0]);
        const units = await unitsOf(recording, ms);
        const first = must(units.find(({ track }) => track.id === lead.id));
        const position = first.pts * 1000 / first.track.timescale - recording.startMs;
        assertEquals([first.isKey, Math.floor(position + 1e-5)], [true, key]);
        assert(
          units.every((unit) => whole.has(written(unit))),
          `times at ${ms} are those of the whole`,
        );
      }
      recording.close();
    },
  );
}

function written({ track, pts, dts, isKey }: Unit): string {
  return `${track.id} ${pts} ${dts} ${isKey}`;
}

for (const [type, codec, args] of [["264", "h264", AVC], ["265", "hevc", HEVC]] as const) {
  Deno.test(
    { name: `a byte stream of ${codec} has the frames and times of the MP4`, ignore },
    async () => {
      const words = [...picture("25"), ...args];
      const mp4 = await kept(`recorded-raw-${codec}`, words, "mp4");
      const path = await kept(`recorded-raw-${codec}`, words, type);
      const recording = await open(path);
      const actual = framesFrom(await unitsOf(recording));
      const back: number[] = [];
      for await (const { pts } of recording.readKeys(Infinity, "backwards")) back.push(pts);
      recording.close();
      const expected = await bareFramesOf(mp4);
      for (const [name, frames] of expected) {
        assertEquals(actual.get(name)?.map(({ hash }) => hash), frames.map(({ hash }) => hash));
      }
      assertTimes(actual, expected, "pts");
      assertEquals(back, back.toSorted((a, b) => b - a));
      assertEquals(recording.durationMs, SECONDS * 1000);
    },
  );
}

Deno.test({ name: "samples of WAV come whole, in units of at most 20 ms", ignore }, async () => {
  const path = await kept("recorded-sound", [...TONE, "-c:a", "pcm_s16le"], "wav");
  const recording = await open(path);
  const units = await unitsOf(recording);
  recording.close();
  const samples = units.flatMap(({ payload }) => [...must(payload[0])]);
  const file = await Deno.readFile(path);
  const data = file.subarray(file.length - samples.length);
  assertEquals(
    samples.slice(0, 4000),
    [...data.subarray(0, 4000)].map((_, i) => must(data[i ^ 1])),
  );
  assertEquals(samples.length, SECONDS * 48_000 * 2);
  assert(units.every(({ payload }) => must(payload[0]).length <= 48_000 * 2 / 50));
  let start = 0;
  for (const { pts, payload } of units) {
    assertEquals(pts, start);
    start += must(payload[0]).length / 2;
  }
});

Deno.test(
  { name: "of a file that was cut off, what is there plays, and the rest is said", ignore },
  async () => {
    await using scratch = await Scratch.make();
    const args = [...picture("25"), ...AVC, "-movflags", "+faststart"];
    const bytes = await Deno.readFile(await kept("recorded-faststart", args, "mp4"));
    const path = `${scratch.path}/cut.mp4`;
    await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
    const recording = await open(path);
    let units = 0;
    const failure = await assertRejects(async () => {
      for await (const piece of recording.read(0)) units += piece.length;
    }, MediaFileError);
    recording.close();
    assert(units > 20 && units < 80, `${units}`);
    assert(/s of its video are missing$/.test(failure.message), failure.message);
  },
);

Deno.test(
  { name: "who seeks behind what is left of a file comes to its last picture", ignore },
  async () => {
    await using scratch = await Scratch.make();
    const args = [...picture("25"), ...AVC, "-movflags", "+faststart"];
    const bytes = await Deno.readFile(await kept("recorded-faststart", args, "mp4"));
    const path = `${scratch.path}/cut.mp4`;
    await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
    const recording = await open(path);
    const last = await recording.keyAt(SECONDS * 1000);
    assert(last >= 800 && last < 3000, `${last}`);
    assertEquals((await recording.keys()).includes(last), true);
    const { value } = await recording.read(SECONDS * 1000).next();
    recording.close();
    assertEquals(must<Unit>(value[0]).pts / 90 - recording.startMs, last);
  },
);

Deno.test({ name: "sound plays up to what is damaged", ignore }, async () => {
  await using scratch = await Scratch.make();
  const bytes = await Deno.readFile(await pathOf(must(CLIPS.find(({ type }) => type === "ogg"))));
  const path = `${scratch.path}/damaged.ogg`;
  const pages = bytes.toHex().matchAll(/(?=4f676753)/g).map(({ index }) => index / 2).toArray();
  bytes[must(pages.find((at) => at > bytes.length * 0.4)) + 26] = 0; // its number of segments
  await Deno.writeFile(path, bytes);
  const recording = await open(path);
  let units = 0;
  const failure = await assertRejects(async () => {
    for await (const piece of recording.read(0)) units += piece.length;
  });
  assertEquals(reasonOf(failure), "it is damaged");
  assert(units > 80 && units < 140, `${units}`);
  assertEquals((await recording.keys()).length > 1, true);
  recording.close();
});

Deno.test(
  { name: "a file that grows ends where it ended when it was opened", ignore },
  async () => {
    await using scratch = await Scratch.make();
    for (const type of ["ts", "flv"]) {
      const source = await pathOf(must(CLIPS.find((clip) => clip.type === type)));
      const bytes = await Deno.readFile(source);
      const path = `${scratch.path}/growing.${type}`;
      await Deno.writeFile(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
      const recording = await open(path);
      await Deno.writeFile(path, bytes.subarray(Math.floor(bytes.length / 2)), { append: true });
      const units = await unitsOf(recording);
      recording.close();
      const last = Math.max(...units.map(({ pts, track }) => pts * 1000 / track.timescale));
      assert(last > 1000 && last < 3000, `${type}: ${last}`);
      assert(recording.durationMs < 3000, `${type}: ${recording.durationMs}`);
    }
  },
);
