import { assertEquals, assertThrows } from "@std/assert";
import {
  type Box,
  box,
  type BoxContent,
  fullBox,
  serializeBoxes,
  u32,
  u64,
} from "../../../../protocols/_formats/mp4/box.ts";
import { Mp4Error } from "../../../../protocols/_formats/mp4/errors.ts";
import type { MovieTrack } from "../../../../protocols/_formats/mp4/movie.ts";
import {
  MAX_FRAGMENT_SAMPLES,
  MAX_TRACK_FRAGMENTS,
  MAX_UNIFORM_SAMPLES,
  parseMovieFragment,
} from "../../../../protocols/_formats/mp4/movie_fragment.ts";

/** Defaults of `trex`, all different from each other. */
const TRACK: MovieTrack = {
  id: 1,
  timescale: 1000,
  entries: [],
  shift: 0,
  defaults: { description: 3, duration: 40, size: 5, flags: 0x10000 },
  table: [],
};
const TRACKS = new Map([[1, TRACK], [2, { ...TRACK, id: 2 }]]);

/** Where the fragment begins. */
const START = 1000;

function parse(...trafs: readonly (readonly Box[])[]): ReturnType<typeof parseMovieFragment> {
  const body = serializeBoxes(...trafs.map((boxes) => box("traf", ...boxes)));
  return parseMovieFragment(body, { tracks: TRACKS, start: START, ends: new Map([[2, 77]]) });
}

const tfhd = (flags: number, ...content: readonly BoxContent[]) =>
  fullBox("tfhd", 0, flags, ...content);
const trun = (flags: number, ...values: readonly number[]) =>
  fullBox("trun", 0, flags, u32(...values));
const tfdt = fullBox("tfdt", 0, 0, u32(500));

/** Offset, size, decoding time, offset of the presentation, whether sync, description. */
function rows(fragment: ReturnType<typeof parseMovieFragment>[number] | undefined): unknown {
  return fragment?.samples.map((sample) => Object.values(sample));
}

Deno.test("everything that a run leaves out comes from trex", () => {
  const [fragment] = parse([tfhd(0x20000, u32(1)), tfdt, trun(0x1, 2, 100)]);
  assertEquals(rows(fragment), [[1100, 5, 500, 0, false, 3], [1105, 5, 540, 0, false, 3]]);
  assertEquals(fragment?.end, 580);
});

Deno.test("or from tfhd, or is told of each sample", () => {
  const head = tfhd(0x2003a, u32(1, 2, 30, 7, 0));
  const [fragment] = parse([
    head,
    tfdt,
    trun(0x1, 1, 100),
    trun(0xf00, 2, 11, 21, 0x10000, 5, 12, 22, 0, 2 ** 32 - 6),
  ]);
  assertEquals(rows(fragment), [
    [1100, 7, 500, 0, true, 2],
    // Without a data offset, a run goes on where the last one ended.
    [1107, 21, 530, 5, false, 2],
    [1128, 22, 541, -6, true, 2],
  ]);
});

Deno.test("the first sample may have flags of its own", () => {
  const [fragment] = parse([tfhd(0x20000, u32(1)), tfdt, trun(0x5, 2, 100, 0)]);
  assertEquals(rows(fragment), [[1100, 5, 500, 0, true, 3], [1105, 5, 540, 0, false, 3]]);
});

Deno.test("data offsets count from a given base, else from moof, else from the data before", () => {
  const fragments = parse(
    [tfhd(0x1, u32(1), u64(5000)), tfdt, trun(0x1, 1, 8)],
    [tfhd(0, u32(2)), tfdt, trun(0, 1)],
    [tfhd(0x20000, u32(1)), tfdt, trun(0x1, 1, 8)],
  );
  assertEquals(fragments.map(({ samples }) => samples[0]?.offset), [5008, 5013, 1008]);
  const [first] = parse([tfhd(0, u32(1)), tfdt, trun(0x1, 1, 8)]);
  assertEquals(first?.samples[0]?.offset, 1008);
});

Deno.test("without tfdt a track goes on where it ended", () => {
  const fragments = parse(
    [tfhd(0, u32(2)), trun(0, 1)],
    [tfhd(0, u32(2)), trun(0, 1)],
    [tfhd(0, u32(1)), trun(0, 1)],
  );
  assertEquals(fragments.map(({ samples }) => samples[0]?.dts), [77, 117, 0]);
});

Deno.test("tracks that are not known are left out", () => {
  const fragments = parse([tfhd(0, u32(9)), trun(0, 1)], [tfhd(0, u32(1)), trun(0, 1)]);
  assertEquals(fragments.map(({ trackId }) => trackId), [1]);
});

const REFUSED: readonly { name: string; trafs: readonly (readonly Box[])[]; reason: string }[] = [
  { name: "no tfhd", trafs: [[tfdt]], reason: "tfhd is missing" },
  {
    name: "a table that is cut short",
    trafs: [[tfhd(0, u32(1)), trun(0x200, 2, 1)]],
    reason: "4 bytes are needed, 0 are left",
  },
  {
    name: "more samples without a row than make sense",
    trafs: [[tfhd(0, u32(1)), trun(0, MAX_UNIFORM_SAMPLES + 1)]],
    reason: `more than ${MAX_UNIFORM_SAMPLES} samples have no row`,
  },
  {
    name: "more samples than a fragment may have",
    trafs: [[tfhd(0, u32(1)), trun(0x200, MAX_FRAGMENT_SAMPLES + 1)]],
    reason: `a fragment has more than ${MAX_FRAGMENT_SAMPLES} samples`,
  },
  {
    name: "more track fragments than make sense",
    trafs: Array.from({ length: MAX_TRACK_FRAGMENTS + 1 }, () => [tfhd(0, u32(1))]),
    reason: `there are more than ${MAX_TRACK_FRAGMENTS} track fragments`,
  },
  {
    name: "a decoding time that no media has",
    trafs: [[tfhd(0, u32(1)), fullBox("tfdt", 1, 0, u64(2 ** 53 - 1))]],
    reason: "is out of range",
  },
];

for (const { name, trafs, reason } of REFUSED) {
  Deno.test(`refused: ${name}`, () => {
    assertThrows(() => parse(...trafs), Mp4Error, reason);
  });
}
