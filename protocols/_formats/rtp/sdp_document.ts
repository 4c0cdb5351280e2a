/**
 * Lines of SDP, by section: RFC 8866 section 5.
 *
 * @module
 */
import { SdpError } from "./sdp_errors.ts";

/** Descriptions of many tracks, each with parameter sets, stay below ten thousand characters. */
export const MAX_SDP_LENGTH = 64 * 1024;

/** More than any device has; each costs a SETUP. */
export const MAX_MEDIAS = 32;

/** `type=value`, and `name:value` in an `a=` line. */
export interface SdpLine {
  readonly type: string;
  readonly value: string;
}

/** The lines of the session, or those from one `m=` line up to the next. */
export class SdpSection {
  readonly #lines: readonly SdpLine[];

  constructor(lines: readonly SdpLine[]) {
    this.#lines = lines;
  }

  /** The values of all lines of a type. */
  values(type: string): readonly string[] {
    return this.#lines.filter((line) => line.type === type).map(({ value }) => value);
  }

  /** The values of all attributes of a name, which is in lower case; empty for a flag. */
  attributes(name: string): readonly string[] {
    return this.values("a").map(splitAttribute)
      .filter((attribute) => attribute.name === name)
      .map(({ value }) => value);
  }
}

function splitAttribute(text: string): { readonly name: string; readonly value: string } {
  const colon = text.indexOf(":");
  const end = colon === -1 ? text.length : colon;
  return { name: text.slice(0, end).trim().toLowerCase(), value: text.slice(end + 1).trim() };
}

export interface SdpDocument {
  readonly session: SdpSection;
  readonly medias: readonly SdpSection[];
}

/**
 * Splits SDP text. What is no line of SDP is left out, and so is what devices write too much of:
 * tabs, spaces, NULs behind the end.
 *
 * @throws {SdpError} when it is too long, has no line of SDP, or too many medias.
 */
export function readDocument(text: string): SdpDocument {
  if (text.length > MAX_SDP_LENGTH) {
    throw new SdpError(`it is longer than ${MAX_SDP_LENGTH} characters`, MAX_SDP_LENGTH);
  }
  const lines = text.split(/[\r\n\0]+/).map(readLine).filter((line) => line !== undefined);
  if (lines.length === 0) throw new SdpError("it has no line of SDP");
  const starts = lines.flatMap(({ type }, index) => type === "m" ? [index] : []);
  if (starts.length > MAX_MEDIAS) {
    throw new SdpError(`it has more than ${MAX_MEDIAS} medias`, MAX_MEDIAS);
  }
  return {
    session: new SdpSection(lines.slice(0, starts[0])),
    medias: starts.map((start, index) => new SdpSection(lines.slice(start, starts[index + 1]))),
  };
}

function readLine(text: string): SdpLine | undefined {
  const match = /^([a-z]) ?= ?(.*)$/.exec(text.replace(/[\s\ufeff]+/g, " ").trim());
  return match === null ? undefined : { type: match[1] ?? "", value: match[2] ?? "" };
}

/** Writes lines with CRLF; a line break in a value, which a publisher may have given, is a space. */
export function writeLines(lines: readonly SdpLine[]): string {
  return lines.map(({ type, value }) => `${type}=${value.replace(/[\r\n\0]+/g, " ")}\r\n`).join("");
}
