/**
 * Lines of a message's head: RFC 2326 sections 4.2, 6.1 and 7.1.
 *
 * @module
 */
import type { HeaderField } from "../fields.ts";
import type { HttpVersion } from "./http_message.ts";
import type { RtspVersion } from "../message.ts";

/** The first line of a message, told apart by the protocol that it names. */
export type StartLine =
  | {
    readonly type: "request";
    readonly method: string;
    readonly url: string;
    readonly version: RtspVersion;
  }
  | {
    readonly type: "response";
    readonly status: number;
    readonly reason: string;
    readonly version: RtspVersion;
  }
  | {
    readonly type: "httpRequest";
    readonly method: string;
    readonly target: string;
    readonly version: HttpVersion;
  }
  | {
    readonly type: "httpResponse";
    readonly status: number;
    readonly reason: string;
    readonly version: HttpVersion;
  }
  /** A line of a version that nobody speaks. */
  | { readonly type: "version"; readonly protocol: string };

// Deviation: players pass on URLs that people typed with spaces in them, so that a URL goes up to
// the last space of the line.
const REQUEST_LINE = /^([A-Za-z_][A-Za-z0-9_.!%*+\-]*) +(\S|\S.*\S) +(RTSP|HTTP)\/(\d+\.\d+)$/;
const STATUS_LINE = /^(RTSP|HTTP)\/(\d+\.\d+) +(\d{3})(?: (.*))?$/;
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function isRtspVersion(version: string): version is RtspVersion {
  return version === "1.0" || version === "2.0";
}

function isHttpVersion(version: string): version is HttpVersion {
  return version === "1.0" || version === "1.1";
}

/** Reads a request or status line; `undefined` when it is neither. */
export function parseStartLine(line: string): StartLine | undefined {
  return parseStatusLine(line) ?? parseRequestLine(line);
}

function parseStatusLine(line: string): StartLine | undefined {
  const match = STATUS_LINE.exec(line);
  if (match === null) return undefined;
  const [, protocol, version = "", code, reason = ""] = match;
  const fields = { status: Number(code), reason: reason.trim() };
  if (protocol === "HTTP") {
    return isHttpVersion(version)
      ? { type: "httpResponse", ...fields, version }
      : unknownVersion(protocol, version);
  }
  return isRtspVersion(version)
    ? { type: "response", ...fields, version }
    : unknownVersion("RTSP", version);
}

function parseRequestLine(line: string): StartLine | undefined {
  const match = REQUEST_LINE.exec(line);
  if (match === null) return undefined;
  const [, method = "", url = "", protocol, version = ""] = match;
  if (protocol === "HTTP") {
    return isHttpVersion(version)
      ? { type: "httpRequest", method, target: url, version }
      : unknownVersion(protocol, version);
  }
  return isRtspVersion(version)
    ? { type: "request", method, url, version }
    : unknownVersion("RTSP", version);
}

function unknownVersion(protocol: string, version: string): StartLine {
  return { type: "version", protocol: `${protocol}/${version}` };
}

/** Reads `Name: value`; `undefined` when it is none. Spaces before the colon are tolerated. */
export function parseField(line: string): HeaderField | undefined {
  const colon = line.indexOf(":");
  if (colon === -1) return undefined;
  const name = line.slice(0, colon).trimEnd();
  return FIELD_NAME.test(name) ? [name, line.slice(colon + 1).trim()] : undefined;
}

/** Whether a line goes on with the field before it (RFC 2326 section 4.2, from RFC 822). */
export function isFolded(line: string): boolean {
  return line.startsWith(" ") || line.startsWith("\t");
}
