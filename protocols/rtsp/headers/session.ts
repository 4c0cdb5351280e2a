/**
 * The Session header: RFC 2326 section 12.37.
 *
 * @module
 */
import { RtspHeaderError } from "../errors.ts";
import { parseDecimal, parseParameter, splitList } from "./syntax.ts";

const HEADER = "Session";

/** Servers make ids of 8 to 40 characters; the id is a key of the server's table. */
const MAX_ID = 256;

/** More than the RFC allows: it is the server's to choose. */
const ID = /^[^\s",;]+$/;

/** A day: no server keeps a session longer without a sign of life. */
const MAX_TIMEOUT_S = 86_400;

export interface SessionHeader {
  readonly id: string;
  /** Seconds without a sign of life after which the server ends the session. */
  readonly timeout?: number;
}

/**
 * Reads a session id and its timeout; a timeout that is no number of seconds is left out.
 *
 * @throws {RtspHeaderError} when there is no id, or it has spaces or quotes.
 */
export function parseSession(value: string): SessionHeader {
  const [id = "", ...parameters] = splitList(value, ";");
  if (id === "") throw new RtspHeaderError(HEADER, "the id is missing");
  if (id.length > MAX_ID) {
    throw new RtspHeaderError(HEADER, `the id is longer than ${MAX_ID} characters`);
  }
  if (!ID.test(id)) throw new RtspHeaderError(HEADER, "the id has spaces or quotes");
  const text = parameters.map(parseParameter).find(({ name }) => name === "timeout")?.value;
  const timeout = parseDecimal(text, MAX_TIMEOUT_S);
  // Cameras that do not watch their sessions write timeout=0.
  return timeout === undefined || timeout === 0 ? { id } : { id, timeout };
}

export function writeSession({ id, timeout }: SessionHeader): string {
  return timeout === undefined ? id : `${id};timeout=${timeout}`;
}
