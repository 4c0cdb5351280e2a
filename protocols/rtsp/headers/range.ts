/**
 * The Range header: RFC 2326 sections 3.5 to 3.7 and 12.29.
 *
 * @module
 */
import { RtspHeaderError } from "../errors.ts";
import { splitList } from "./syntax.ts";

const HEADER = "Range";

/** Normal play time, in milliseconds from the start of the presentation. */
export interface NptRange {
  readonly type: "npt";
  /** Absent where only the end is told. */
  readonly start?: number | "now";
  /** Absent where the range is open. */
  readonly end?: number;
}

/** Wall clock, in milliseconds UTC since 1970. */
export interface ClockRange {
  readonly type: "clock";
  readonly start: number;
  readonly end?: number;
}

/** Time codes are kept as they are: nothing here can seek to one, and they say no frame rate. */
export interface SmpteRange {
  readonly type: "smpte";
  /** `smpte`, `smpte-25` or `smpte-30-drop`. */
  readonly unit: string;
  readonly start: string;
  readonly end?: string;
}

export type Range = NptRange | ClockRange | SmpteRange;

/**
 * Reads a range; its `time` parameter, which nobody sends, is not looked at.
 *
 * @throws {RtspHeaderError} when the unit is not known or a time is malformed.
 */
export function parseRange(value: string): Range {
  const [range = ""] = splitList(value, ";");
  const match = /^([a-z0-9-]+)\s*=\s*(.*)$/i.exec(range);
  const unit = match?.[1]?.toLowerCase() ?? "";
  const times = match?.[2] ?? "";
  if (unit === "npt") return parseNpt(times);
  if (unit === "clock") return parseClock(times);
  if (/^smpte(?:-25|-30-drop)?$/.test(unit)) return parseSmpte(unit, times);
  throw new RtspHeaderError(HEADER, `the unit is ${JSON.stringify(unit.slice(0, 20))}`);
}

function splitTimes(times: string): readonly [start: string, end: string] {
  const dash = times.indexOf("-");
  // Cameras leave the dash of an open range out.
  if (dash === -1) return [times.trim(), ""];
  return [times.slice(0, dash).trim(), times.slice(dash + 1).trim()];
}

/** How FFmpeg writes a start before 0, as it asks for where pictures are reordered: -0.13 s. */
const BEFORE_ZERO = /^-?\d+\.-\d+(?=-)/;

function parseNpt(times: string): NptRange {
  const [start, end] = splitTimes(times.replace(BEFORE_ZERO, "0"));
  if (start === "" && end === "") throw new RtspHeaderError(HEADER, "it has no time");
  return {
    type: "npt",
    ...(start !== "" && { start: start.toLowerCase() === "now" ? "now" : parseNptTime(start) }),
    ...(end !== "" && { end: parseNptTime(end) }),
  };
}

const NPT_TIME = /^(?:(\d{1,9}):([0-5]?\d):)?(\d{1,9})(?:\.(\d*))?$/;

function parseNptTime(text: string): number {
  const match = NPT_TIME.exec(text);
  if (match === null) throw malformed(text);
  const [, hours = "0", minutes = "0", seconds, fraction = ""] = match;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 +
    parseMilliseconds(fraction);
}

function parseMilliseconds(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, "0"));
}

function parseClock(times: string): ClockRange {
  const [start, end] = splitTimes(times);
  return {
    type: "clock",
    start: parseClockTime(start),
    ...(end !== "" && { end: parseClockTime(end) }),
  };
}

const CLOCK_TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d+))?Z?$/i;

function parseClockTime(text: string): number {
  const match = CLOCK_TIME.exec(text);
  if (match === null) throw malformed(text);
  const [, year, month, day, hour, minute, second, fraction = ""] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) throw malformed(text);
  return time + parseMilliseconds(fraction);
}

const SMPTE_TIME = /^\d{1,2}:\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,2})?)?$/;

function parseSmpte(unit: string, times: string): SmpteRange {
  const [start, end] = splitTimes(times);
  for (const time of end === "" ? [start] : [start, end]) {
    if (!SMPTE_TIME.test(time)) throw malformed(time);
  }
  return { type: "smpte", unit, start, ...(end !== "" && { end }) };
}

function malformed(time: string): RtspHeaderError {
  return new RtspHeaderError(HEADER, `${JSON.stringify(time.slice(0, 40))} is no time`);
}

export function writeRange(range: Range): string {
  switch (range.type) {
    case "npt":
      return `npt=${writeNptTime(range.start)}-${writeNptTime(range.end)}`;
    case "clock":
      return `clock=${writeClockTime(range.start)}-${writeClockTime(range.end)}`;
    case "smpte":
      return `${range.unit}=${range.start}-${range.end ?? ""}`;
  }
}

function writeNptTime(time: number | "now" | undefined): string {
  if (time === undefined || time === "now") return time ?? "";
  // To the microsecond, so that a picture of any frame rate is named to the tick.
  return (time / 1000).toFixed(6).replace(/(?:\.000)?000$/, "");
}

function writeClockTime(time: number | undefined): string {
  if (time === undefined) return "";
  return new Date(time).toISOString().replace(/[-:]/g, "").replace(".000Z", "Z");
}
