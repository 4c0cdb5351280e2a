import { assertEquals, assertThrows } from "@std/assert";
import {
  HeaderNotValidError,
  InvalidRangeError,
  TimeFormatError,
} from "../../../../protocols/rtsp/errors.ts";
import {
  type Course,
  endOf,
  nextCourse,
  type Progress,
} from "../../../../protocols/rtsp/play/course.ts";
import type { PlayWish } from "../../../../protocols/rtsp/play/play.ts";

const GROUND = { durationMs: 20_000, hasVideo: true };

const npt = (start?: number | "now", end?: number) => ({
  range: {
    type: "npt" as const,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  },
});

/** At 7 s of a course at eight times the normal speed. */
const UNDER_WAY: Progress = {
  course: { fromMs: 2000, scale: 8, speed: 2 },
  positionMs: 7000,
  isOver: false,
};
const OVER: Progress = { ...UNDER_WAY, positionMs: 20_000, isOver: true };

const ROWS: readonly (readonly [
  what: string,
  wish: PlayWish,
  progress: Progress | undefined,
  course: Course | undefined,
])[] = [
  ["a first PLAY begins at 0", {}, undefined, { fromMs: 0, scale: 1, speed: 1 }],
  ["backwards, it begins at the end", { scale: -1 }, undefined, {
    fromMs: 20_000,
    scale: -1,
    speed: 1,
  }],
  ["now is the beginning where nothing has played", npt("now"), undefined, {
    fromMs: 0,
    scale: 1,
    speed: 1,
  }],
  ["a range has a start", npt(5000), undefined, { fromMs: 5000, scale: 1, speed: 1 }],
  ["a range has an end", npt(5000, 6000), undefined, {
    fromMs: 5000,
    untilMs: 6000,
    scale: 1,
    speed: 1,
  }],
  ["a range may have an end alone", npt(undefined, 6000), undefined, {
    fromMs: 0,
    untilMs: 6000,
    scale: 1,
    speed: 1,
  }],
  ["a range may lead backwards", { ...npt(6000, 5000), scale: -2 }, undefined, {
    fromMs: 6000,
    untilMs: 5000,
    scale: -2,
    speed: 1,
  }],
  ["the very end can be played", npt(20_000), undefined, { fromMs: 20_000, scale: 1, speed: 1 }],
  ["too fast is as fast as can be", { scale: 100, speed: 100 }, undefined, {
    fromMs: 0,
    scale: 32,
    speed: 4,
  }],
  ["too slow is as slow as can be", { scale: 0, speed: 0.01 }, undefined, {
    fromMs: 0,
    scale: 0.25,
    speed: 0.25,
  }],
  ["too slow backwards stays backwards", { scale: -0.1 }, undefined, {
    fromMs: 20_000,
    scale: -0.25,
    speed: 1,
  }],
  ["PLAY alone goes on", {}, UNDER_WAY, undefined],
  ["PLAY of what is played goes on", { scale: 8, speed: 2 }, UNDER_WAY, undefined],
  ["now- at the same rate goes on", { ...npt("now"), scale: 8, speed: 2 }, UNDER_WAY, undefined],
  ["another scale takes over where it is", { scale: -4 }, UNDER_WAY, {
    fromMs: 7000,
    scale: -4,
    speed: 2,
  }],
  ["another speed takes over where it is", { speed: 1 }, UNDER_WAY, {
    fromMs: 7000,
    scale: 8,
    speed: 1,
  }],
  ["a seek goes back to the normal rate", npt(1000), UNDER_WAY, {
    fromMs: 1000,
    scale: 1,
    speed: 1,
  }],
  ["an end counts from where it is", npt("now", 9000), UNDER_WAY, {
    fromMs: 7000,
    untilMs: 9000,
    scale: 1,
    speed: 1,
  }],
  ["after the end it begins anew", {}, OVER, { fromMs: 0, scale: 8, speed: 2 }],
  ["after the end it may go back", npt(1000), OVER, { fromMs: 1000, scale: 1, speed: 1 }],
];

for (const [what, wish, progress, course] of ROWS) {
  Deno.test(`course: ${what}`, () => {
    assertEquals(nextCourse(wish, GROUND, progress), course);
  });
}

Deno.test("a range that cannot be is refused", () => {
  const wishes = [npt(20_001), npt(6000, 5000), npt(5000, 5000), { ...npt(5000, 6000), scale: -1 }];
  for (const wish of wishes) assertThrows(() => nextCourse(wish, GROUND), InvalidRangeError);
});

Deno.test("times of clocks and tapes are refused, with what there is", () => {
  for (const type of ["clock", "smpte"] as const) {
    const range = type === "clock"
      ? { type, start: 0 }
      : { type, unit: "smpte-25", start: "10:00:00" };
    const error = assertThrows(() => nextCourse({ range }, GROUND), TimeFormatError);
    assertEquals([error.status, error.replyHeaders], [456, [["Accept-Ranges", "npt"]]]);
  }
});

Deno.test("sound alone does not go backwards", () => {
  const ground = { ...GROUND, hasVideo: false };
  assertThrows(() => nextCourse({ scale: -1 }, ground), HeaderNotValidError, "pictures");
});

Deno.test("a course ends where it was told, and inside of the recording", () => {
  const end = (scale: number, untilMs?: number) =>
    endOf({ fromMs: 1, scale, speed: 1, ...(untilMs !== undefined && { untilMs }) }, GROUND);
  assertEquals([end(1), end(1, 5000), end(1, 99_000), end(-1), end(-1, 500)], [
    ...[20_000, 5000, 20_000, 0, 500],
  ]);
});
