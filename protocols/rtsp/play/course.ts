/**
 * Where a PLAY of a recording begins, where it ends, and how fast it gets there: RFC 2326 sections
 * 10.5, 12.29, 12.34 and 12.35.
 *
 * @module
 */
import { HeaderNotValidError, InvalidRangeError, TimeFormatError } from "../errors.ts";
import type { NptRange, Range } from "../headers/range.ts";
import type { PlayWish } from "./play.ts";

/** Slower is hardly a motion; faster, the key pictures of most files would come ten in a second. */
const SCALES = { least: 0.25, most: 32 } as const;

/** Players buffer what comes early, and not without end. */
const SPEEDS = { least: 0.25, most: 4 } as const;

/** A way through a recording. Times are positions in milliseconds. */
export interface Course {
  readonly fromMs: number;
  /** Absent where it goes on to the end, or backwards to the beginning. */
  readonly untilMs?: number;
  /** Media time that passes in a second of what is shown; negative backwards. */
  readonly scale: number;
  /** How much faster than it is shown it is sent. */
  readonly speed: number;
}

/** How far a session has come on its course. */
export interface Progress {
  readonly course: Course;
  readonly positionMs: number;
  readonly isOver: boolean;
}

/** What a course leads through. */
export interface Ground {
  readonly durationMs: number;
  /** Without pictures there are no key units to go backwards on. */
  readonly hasVideo: boolean;
}

/** @throws {TimeFormatError} for the times of clocks and of tapes, which nothing here has. */
export function assertPlayTime(range: Range): asserts range is NptRange {
  if (range.type !== "npt") throw new TimeFormatError(range.type);
}

/**
 * The course that a PLAY asks for; `undefined` where it is to go on as before. One without a range
 * keeps scale and speed, one with a range has 1 unless it says otherwise: GStreamer does not ask for
 * what is normal.
 *
 * Deviation: a PLAY with a range takes effect at once, as in RFC 7826 section 13.4, where RFC 2326
 * has it wait for its turn: players mean a seek.
 *
 * @throws {InvalidRangeError} it begins behind the end, or ends before it begins.
 * @throws {TimeFormatError} @throws {HeaderNotValidError}
 */
export function nextCourse(
  wish: PlayWish,
  { durationMs, hasVideo }: Ground,
  progress?: Progress,
): Course | undefined {
  const { range } = wish;
  if (range !== undefined) assertPlayTime(range);
  const before = range === undefined ? progress?.course : undefined;
  const scale = usedScale(wish.scale ?? before?.scale ?? 1, hasVideo);
  const speed = clamp(wish.speed ?? before?.speed ?? 1, SPEEDS);
  const start = range?.start === "now" ? undefined : range?.start;
  const under = start === undefined && !progress?.isOver ? progress : undefined;
  const isSame = under?.course.scale === scale && under.course.speed === speed;
  if (isSame && range?.end === undefined) return undefined;
  const fromMs = start ?? under?.positionMs ?? (scale > 0 ? 0 : durationMs);
  assertInside(fromMs, range?.end, { scale, durationMs });
  return { fromMs, scale, speed, ...(range?.end !== undefined && { untilMs: range.end }) };
}

/** The nearest scale that can be had, in the same direction. @throws {HeaderNotValidError} */
function usedScale(scale: number, hasVideo: boolean): number {
  const used = clamp(Math.abs(scale), SCALES);
  if (scale >= 0) return used;
  if (hasVideo) return -used;
  throw new HeaderNotValidError("Scale", "without pictures there is no going backwards");
}

function clamp(
  factor: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  return Math.min(Math.max(factor, least), most);
}

function assertInside(
  fromMs: number,
  untilMs: number | undefined,
  { scale, durationMs }: { readonly scale: number; readonly durationMs: number },
): void {
  if (fromMs > durationMs) {
    throw new InvalidRangeError(`the recording is ${durationMs / 1000} s long`);
  }
  if (untilMs === undefined || (untilMs - fromMs) * scale > 0) return;
  throw new InvalidRangeError(
    scale > 0 ? "it ends before it begins" : "it begins before it ends, and goes backwards",
  );
}

/** Where a course ends, as PLAY is answered. */
export function endOf({ untilMs, scale }: Course, { durationMs }: Ground): number {
  if (scale < 0) return untilMs ?? 0;
  return Math.min(untilMs ?? durationMs, durationMs);
}
