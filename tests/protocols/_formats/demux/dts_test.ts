// Decoding times from presentation times, against ffprobe's of real encodes and by property.
import { assertEquals, assertGreater, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import {
  DtsDeriver,
  type DtsOptions,
  MAX_REORDER_DEPTH,
  ORDERLY_UNITS,
} from "../../../../protocols/_formats/demux/dts.ts";
import { Random } from "../../../fuzz/fuzz.ts";

const FRAME = 3600;

function options(reorderDepth: number): DtsOptions {
  return { timescale: 90_000, reorderDepth, fps: 25 };
}

/** Decoding times, in frames, of units whose presentation times are given in frames. */
function derive(deriver: DtsDeriver, frames: readonly number[], keys: readonly number[] = []) {
  return frames.map((frame, index) => {
    const { pts, dts } = deriver.next(frame * FRAME, index === 0 || keys.includes(index));
    assertLessOrEqual(dts, pts);
    return Number((dts / FRAME).toFixed(3));
  });
}

interface Clip {
  readonly name: string;
  readonly fps: number;
}

/**
 * Lines "pts,dts,K" that `ffprobe -show_entries packet=pts,dts,flags` prints for MP4 files of
 * 90,000 ticks: testsrc2 by x264 -bf 3 -b-pyramid normal, life by x264 -bf 5 -b-pyramid strict with
 * open groups of pictures, testsrc2 by x265 bframes=4. All have a reordering depth of 2.
 */
const CLIPS: readonly Clip[] = [
  { name: "x264_pyramid", fps: 25 },
  { name: "x264_open_gop", fps: 30_000 / 1001 },
  { name: "x265_pyramid", fps: 25 },
];

for (const { name, fps } of CLIPS) {
  Deno.test(`DtsDeriver finds the encoder's times of ${name}`, () => {
    const text = Deno.readTextFileSync(new URL(`./vectors/${name}.csv`, import.meta.url));
    const deriver = new DtsDeriver({ timescale: 90_000, reorderDepth: 2, fps });
    for (const line of text.trim().split("\n")) {
      const [pts, dts, flag] = line.split(",");
      assertEquals(deriver.next(Number(pts), flag === "K"), { pts: Number(pts), dts: Number(dts) });
    }
  });
}

const ROWS: readonly {
  readonly name: string;
  readonly depth: number;
  readonly pts: readonly number[];
  readonly keys?: readonly number[];
  readonly dts: readonly number[];
}[] = [
  { name: "no reordering", depth: 0, pts: [0, 1, 2, 5], dts: [0, 1, 2, 5] },
  { name: "one B frame", depth: 1, pts: [0, 2, 1, 4, 3], dts: [-1, 0, 1, 2, 3] },
  { name: "a depth that is not used", depth: 2, pts: [0, 1, 2, 3], dts: [-2, -1, 0, 1] },
  { name: "two fields of one time", depth: 0, pts: [0, 0, 1, 1], dts: [0, 0, 1, 1] },
  {
    name: "a depth that is too small, from the first B frames on",
    depth: 0,
    pts: [0, 3, 1, 2, 6, 4, 5],
    // The B frames of the first group are shown with the P frame, one time.
    dts: [0, 3, 3, 3, 3 + 1 / FRAME, 4, 5],
  },
  {
    name: "a gap between keys",
    depth: 1,
    pts: [0, 2, 1, 100, 102, 101],
    keys: [3],
    dts: [-1, 0, 1, 99, 100, 101],
  },
  {
    name: "a jump back",
    depth: 1,
    pts: [100, 102, 101, 0, 2, 1],
    keys: [3],
    dts: [99, 100, 101, -1, 0, 1],
  },
  {
    name: "a jump ahead of more than ten seconds without a key",
    depth: 1,
    pts: [0, 2, 1, 400, 402, 401],
    dts: [-1, 0, 1, 399, 400, 401],
  },
  {
    name: "loss of frames within a group",
    depth: 2,
    pts: [0, 4, 2, 1, 12, 10, 9, 11],
    dts: [-2, -1, 0, 1, 2, 4, 9, 10],
  },
];

for (const { name, depth, pts, keys, dts } of ROWS) {
  Deno.test(`DtsDeriver: ${name}`, () => {
    const expected = dts.map((frame) => Number(frame.toFixed(3)));
    assertEquals(derive(new DtsDeriver(options(depth)), pts, keys), expected);
  });
}

Deno.test("DtsDeriver: a frame rate that is not known is taken for 30", () => {
  const deriver = new DtsDeriver({ timescale: 90_000, reorderDepth: 2 });
  assertEquals(deriver.next(0, true), { pts: 0, dts: -6000 });
});

Deno.test("DtsDeriver: a stream that does not reorder loses the delay, until it does", () => {
  const deriver = new DtsDeriver(options(4));
  const frames = Array.from({ length: ORDERLY_UNITS + 1 }, (_, index) => index);
  const dts = derive(deriver, frames);
  assertEquals(dts.slice(-3), [ORDERLY_UNITS - 6, ORDERLY_UNITS - 1, ORDERLY_UNITS]);
  assertEquals(deriver.depth, 0);
  const last = ORDERLY_UNITS;
  derive(deriver, [last + 2, last + 1]);
  assertEquals(deriver.depth, 4);
});

Deno.test("DtsDeriver: a depth that was measured stays, wherever in the stream it begins", () => {
  const frames = Array.from({ length: ORDERLY_UNITS + 8 }, (_, index) => index);
  const [whole, joined] = [0, 3].map((start) => {
    const deriver = new DtsDeriver({ ...options(2), isMeasured: true });
    return derive(deriver, frames.slice(start));
  });
  assertEquals(joined?.slice(3), whole?.slice(6));
});

Deno.test("DtsDeriver: new parameter sets bring their own depth", () => {
  const deriver = new DtsDeriver(options(0));
  assertEquals(derive(deriver, [0, 1]), [0, 1]);
  deriver.configure({ reorderDepth: 1, fps: 25 });
  assertEquals(derive(deriver, [2, 4, 3, 6, 5]), [1 + 1 / FRAME, 2, 3, 4, 5].map(rounded));
  deriver.configure({ reorderDepth: 99 });
  assertEquals(deriver.depth, MAX_REORDER_DEPTH);
});

function rounded(frame: number): number {
  return Number(frame.toFixed(3));
}

/** Output indexes in a decoding order in which no unit has more than `depth` greater ones before it. */
function reordering(random: Random, length: number, depth: number): readonly number[] {
  const order: number[] = [];
  const left = Array.from({ length }, (_, index) => index);
  // Taking any but the first puts one unit before those that stay; `depth` of them may be ahead.
  let ahead: number[] = [];
  while (left.length > 0) {
    const smallest = left[0] ?? 0;
    ahead = ahead.filter((index) => index > smallest);
    const choice = ahead.length < depth ? random.int(Math.min(left.length, 2 * depth)) : 0;
    const [index = 0] = left.splice(choice, 1);
    if (choice > 0) ahead.push(index);
    order.push(index);
  }
  return order;
}

Deno.test("DtsDeriver: any reordering within the depth gets the times of the output order", () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = new Random(seed);
    const depth = random.int(6);
    const times: number[] = [];
    for (let time = random.int(1000); times.length < 60; time += 1 + random.int(2 * FRAME)) {
      times.push(time);
    }
    const order = [0, ...reordering(random, 59, depth).map((index) => index + 1)];
    const deriver = new DtsDeriver(options(depth));
    let last = -Infinity;
    order.forEach((index, decoded) => {
      const shown = times[index] ?? 0;
      const { pts, dts } = deriver.next(shown, decoded === 0);
      assertEquals(pts, shown);
      if (decoded >= depth) assertEquals(dts, times[decoded - depth]);
      assertGreater(dts, last);
      assertLessOrEqual(dts, pts);
      last = dts;
    });
  }
});

Deno.test("DtsDeriver: anything gets times that never decrease and never pass presentation", () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = new Random(seed);
    const deriver = new DtsDeriver(options(random.int(20)));
    let last = -Infinity;
    let time = 0;
    for (let unit = 0; unit < 100; unit++) {
      time += random.pick([FRAME, FRAME, FRAME, 0, -FRAME, 5 * FRAME, -8 * FRAME]);
      if (random.int(40) === 0) time += (random.int(101) - 50) * 90_000;
      const isJumpBack = time < last - 45_000;
      const { pts, dts } = deriver.next(time, random.bool());
      assertLessOrEqual(dts, pts);
      assertGreaterOrEqual(pts, time);
      if (!isJumpBack) assertGreaterOrEqual(dts, last);
      last = dts;
    }
  }
});
