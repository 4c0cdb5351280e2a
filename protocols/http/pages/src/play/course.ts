import { type Ending, WAY_NAMES, WAY_TITLES, type WayName } from "./way.ts";

/** A way that was tried and did not play, and why. */
export interface Passed {
  readonly way: WayName;
  readonly reason: string;
  /** Whether it may be otherwise a moment later. */
  readonly isPassing: boolean;
}

/** Where a page is on its course through the ways to play. */
export interface Course {
  readonly name: string;
  readonly ways: readonly WayName[];
  readonly at: number;
  readonly passed: readonly Passed[];
  /** Whether the stream was there when it was last asked for, whatever a way may say. */
  readonly isThere: boolean;
  /** Attempts of this way that were lost before anything was seen. */
  readonly losses: number;
  /** Times that all ways were tried in vain. */
  readonly rounds: number;
}

/** What to do next. */
export type Step =
  | { readonly type: "play"; readonly way: WayName }
  /** Ask for the stream, and wait until it is there. */
  | { readonly type: "knock" }
  /** Only the viewer can go on. */
  | { readonly type: "stop" };

export interface Turn {
  readonly course: Course;
  readonly step: Step;
  /** Milliseconds before the step. */
  readonly pauseMs: number;
  /** What the viewer is told. */
  readonly text: string;
}

/** A way that was lost so often before anything was seen is left. */
const LOSSES_PER_WAY = 2;

const PAUSE_MS = 1000;

const LONGEST_PAUSE_MS = 15_000;

/** @param via the way that the viewer has chosen, or `undefined` for whichever works. */
export function beginCourse(name: string, via: WayName | undefined): Turn {
  const ways = via === undefined ? WAY_NAMES : [via];
  const course = { name, ways, at: 0, passed: [], isThere: false, losses: 0, rounds: 0 };
  return play(course, 0, "Connecting…");
}

/** The stream was knocked for, and is there. */
export function afterKnock(course: Course): Turn {
  return play({ ...course, isThere: true }, 0, "Connecting…");
}

/** @param hasPlayed whether the way that has ended had shown something. */
export function afterEnding(course: Course, ending: Ending, hasPlayed: boolean): Turn {
  const { name } = course;
  switch (ending.type) {
    case "refused":
      return { course, step: { type: "stop" }, pauseMs: 0, text: ending.reason };
    case "ended":
      return again(course, `${name} has ended. Waiting for it to come back…`);
    case "absent":
      return course.isThere
        ? passOn(course, "the gateway does not offer it for this stream", true)
        : knock(course, 0);
    case "unfit":
      return hasPlayed
        ? again(course, "The player failed. Trying again…")
        : passOn(course, ending.reason, false);
    case "poor":
      return passOn(course, ending.reason, false);
    case "lost":
      return hasPlayed
        ? again(course, "The connection was lost. Trying again…")
        : afterLoss(course, ending.reason);
  }
}

/** A knock was not answered, or in vain. */
export function knockAgain(course: Course): Turn {
  return knock(course, PAUSE_MS);
}

function knock(course: Course, pauseMs: number): Turn {
  const text = `Waiting for ${course.name} to be published…`;
  return { course: { ...course, isThere: false }, step: { type: "knock" }, pauseMs, text };
}

function play(course: Course, pauseMs: number, text: string): Turn {
  const way = course.ways[course.at];
  return {
    course,
    step: way === undefined ? { type: "stop" } : { type: "play", way },
    pauseMs,
    text,
  };
}

/** From the first way on, as if nothing had been. */
function again(course: Course, text: string): Turn {
  const fresh = { ...course, at: 0, passed: [], isThere: false, losses: 0, rounds: 0 };
  return play(fresh, PAUSE_MS, text);
}

function afterLoss(course: Course, reason: string): Turn {
  const losses = course.losses + 1;
  if (losses >= LOSSES_PER_WAY) return passOn(course, reason, true);
  return play({ ...course, losses }, PAUSE_MS, "The gateway does not answer. Trying again…");
}

function passOn(course: Course, reason: string, isPassing: boolean): Turn {
  const way = course.ways[course.at];
  const passed = way === undefined ? course.passed : [...course.passed, { way, reason, isPassing }];
  const next = { ...course, at: course.at + 1, passed, losses: 0 };
  if (next.at < next.ways.length) return play(next, 0, "Connecting…");
  const reasons = describePassed(passed);
  if (!passed.some((one) => one.isPassing)) {
    return { course: next, step: { type: "stop" }, pauseMs: 0, text: reasons };
  }
  const rounds = course.rounds + 1;
  const pauseMs = Math.min(PAUSE_MS * 2 ** rounds, LONGEST_PAUSE_MS);
  const fresh = { ...next, at: 0, passed: [], isThere: false, rounds };
  return play(fresh, pauseMs, `${reasons} Trying again…`);
}

/** "WebRTC: no UDP gets through. LL-HLS: …." */
export function describePassed(passed: readonly Passed[]): string {
  return passed.map(({ way, reason }) => `${WAY_TITLES[way]}: ${reason}.`).join(" ");
}
