/**
 * The little of HTTP/1.x that an RTSP connection meets when RTSP is tunnelled through it.
 *
 * @module
 */
import type { HeaderField, HeaderFields } from "../fields.ts";
import { joinHead } from "../message.ts";

export type HttpVersion = "1.0" | "1.1";

/** The head of an HTTP request; everything after it is no RTSP message. */
export interface HttpRequestHead {
  readonly type: "httpRequest";
  readonly method: string;
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: HeaderFields;
  /** What came with the head and lies behind it. Belongs to whoever gets the head. */
  readonly rest: Uint8Array;
}

/** The head of an HTTP response to a tunnel's GET: RTSP messages follow it. */
export interface HttpResponseHead {
  readonly type: "httpResponse";
  readonly status: number;
  readonly reason: string;
  readonly version: HttpVersion;
  readonly headers: HeaderFields;
}

const encoder = new TextEncoder();

/** A request or status line and its fields. @throws {RangeError} when a field has a line break. */
export function writeHttpHead(
  startLine: string,
  headers: Iterable<HeaderField>,
): Uint8Array<ArrayBuffer> {
  return encoder.encode(joinHead([startLine, ...headersToLines(headers)]));
}

function headersToLines(headers: Iterable<HeaderField>): readonly string[] {
  return Array.from(headers, ([name, value]) => `${name}: ${value}`);
}
