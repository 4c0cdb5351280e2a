/**
 * Conditional requests: RFC 9110, section 13.
 *
 * @module
 */
import { formatHttpDate, parseHttpDate } from "./http_date.ts";

/** What tells one state of a file from another. */
export interface Validators {
  /** Strong, quoted. */
  readonly etag: string;
  /** Time of the last change in milliseconds, whole seconds as headers tell it. */
  readonly modifiedMs: number;
}

/** Request headers by their lower-case names. */
export type HeaderOf = (name: string) => string | undefined;

/** What the conditions of a request allow. */
export type Verdict = "go-on" | "not-modified" | "precondition-failed";

const SECOND = 1000;

/** As nginx writes them, so that either server may stand behind the same cache. */
export function validatorsOf(
  { size, mtime }: Pick<Deno.FileInfo, "size" | "mtime">,
): Validators {
  const seconds = Math.floor((mtime?.getTime() ?? 0) / SECOND);
  const etag = `"${seconds.toString(16)}-${size.toString(16)}"`;
  return { etag, modifiedMs: seconds * SECOND };
}

/** The headers that tell the validators. */
export function validatorHeaders({ etag, modifiedMs }: Validators): Record<string, string> {
  return { etag, "last-modified": formatHttpDate(modifiedMs) };
}

/**
 * Evaluates the conditions in the order of section 13.2.2.
 *
 * @param current `undefined` where there is no file yet, for an upload.
 */
export function evaluate(
  header: HeaderOf,
  current: Validators | undefined,
  isReading: boolean,
): Verdict {
  if (isLost(header, current)) return "precondition-failed";
  const noneMatch = header("if-none-match");
  if (noneMatch !== undefined) {
    if (!listMatches(noneMatch, current, weakMatch)) return "go-on";
    return isReading ? "not-modified" : "precondition-failed";
  }
  const since = header("if-modified-since");
  if (!isReading || since === undefined || current === undefined) return "go-on";
  return isChangedSince(since, current) === false ? "not-modified" : "go-on";
}

/** Whether the client has another state in mind than the current one. */
function isLost(header: HeaderOf, current: Validators | undefined): boolean {
  const match = header("if-match");
  if (match !== undefined) return !listMatches(match, current, strongMatch);
  const since = header("if-unmodified-since");
  return since !== undefined && current !== undefined && isChangedSince(since, current) === true;
}

/** `undefined` when it is no date. */
function isChangedSince(date: string, { modifiedMs }: Validators): boolean | undefined {
  const ms = parseHttpDate(date);
  return ms === undefined ? undefined : modifiedMs > ms;
}

/** Whether a part may be sent: `If-Range` is absent, or names the current state (section 13.1.5). */
export function isRangeWanted(header: HeaderOf, { etag, modifiedMs }: Validators): boolean {
  const condition = header("if-range");
  if (condition === undefined) return true;
  if (condition.endsWith('"')) return strongMatch(condition, etag);
  // Equal and not merely later: what was changed and set back to an older date is another file.
  return parseHttpDate(condition) === modifiedMs;
}

type Match = (theirs: string, ours: string) => boolean;

function listMatches(list: string, current: Validators | undefined, match: Match): boolean {
  if (current === undefined) return false;
  if (list.trim() === "*") return true;
  return [...list.matchAll(/(?:W\/)?"[^"]*"/g)].some(([theirs]) => match(theirs, current.etag));
}

function strongMatch(theirs: string, ours: string): boolean {
  return theirs === ours;
}

function weakMatch(theirs: string, ours: string): boolean {
  return theirs.replace(/^W\//, "") === ours;
}
