/**
 * The Date header: RFC 2326 section 12.18.
 *
 * @module
 */
import { RtspHeaderError } from "../errors.ts";

// live555, and with it most cameras, writes "Fri, Jan 10 2020 08:20:21 GMT".
const DATE =
  /^[A-Z][a-z]{2}, (?:\d{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2} \d{1,2}) \d{4} \d\d:\d\d:\d\d GMT$/;

/** Milliseconds UTC since 1970. @throws {RtspHeaderError} when it is no date. */
export function parseDate(value: string): number {
  const time = DATE.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) {
    throw new RtspHeaderError("Date", `${JSON.stringify(value.slice(0, 40))} is no date`);
  }
  return time;
}

/** @param time milliseconds UTC since 1970. */
export function writeDate(time: number): string {
  return new Date(time).toUTCString();
}
