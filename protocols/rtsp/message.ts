/**
 * What goes over an RTSP connection, and how it is written: RFC 2326 sections 4 to 8 and 10.12.
 *
 * @module
 */
import type { HeaderField, HeaderFields } from "./fields.ts";
import { statusReason } from "./status.ts";

export type RtspVersion = "1.0" | "2.0";

export interface RtspRequest {
  readonly type: "request";
  /** As it is written: it may be one that nobody knows. */
  readonly method: string;
  /** As it is written: absolute, a path, or `*`. */
  readonly url: string;
  readonly version: RtspVersion;
  readonly headers: HeaderFields;
  /** Empty where there is none. Belongs to whoever gets the message. */
  readonly body: Uint8Array;
}

export interface RtspResponse {
  readonly type: "response";
  readonly status: number;
  readonly reason: string;
  readonly version: RtspVersion;
  readonly headers: HeaderFields;
  /** Empty where there is none. Belongs to whoever gets the message. */
  readonly body: Uint8Array;
}

/** One `$` frame: an RTP or RTCP packet in the connection. */
export interface InterleavedFrame {
  readonly type: "interleaved";
  readonly channel: number;
  /** Has a buffer of its own, which belongs to whoever gets the frame. */
  readonly payload: Uint8Array;
}

export interface RtspRequestFields {
  readonly method: string;
  readonly url: string;
  readonly version?: RtspVersion;
  /** `Content-Length` is written from the body; one that is given is left out. */
  readonly headers?: Iterable<HeaderField>;
  readonly body?: Uint8Array;
}

export interface RtspResponseFields {
  readonly status: number;
  /** The usual phrase of the status where it is left out. */
  readonly reason?: string;
  readonly version?: RtspVersion;
  /** `Content-Length` is written from the body; one that is given is left out. */
  readonly headers?: Iterable<HeaderField>;
  readonly body?: Uint8Array;
}

/** `$`, channel, and a length of 16 bits (section 10.12). */
export const INTERLEAVED_HEADER_SIZE = 4;
export const INTERLEAVED_MAGIC = 0x24;
const MAX_INTERLEAVED_PAYLOAD = 0xffff;

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

/** @throws {RangeError} when a field has a line break. */
export function writeRequest(request: RtspRequestFields): Uint8Array<ArrayBuffer> {
  const { method, url, version = "1.0", headers = [], body = NOTHING } = request;
  return writeMessage(`${method} ${url} RTSP/${version}`, headers, body);
}

/** @throws {RangeError} when a field has a line break. */
export function writeResponse(response: RtspResponseFields): Uint8Array<ArrayBuffer> {
  const { status, version = "1.0", headers = [], body = NOTHING } = response;
  const reason = response.reason ?? statusReason(status);
  return writeMessage(`RTSP/${version} ${status} ${reason}`, headers, body);
}

function writeMessage(
  startLine: string,
  headers: Iterable<HeaderField>,
  body: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const lines = [startLine];
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== "content-length") lines.push(`${name}: ${value}`);
  }
  if (body.length > 0) lines.push(`Content-Length: ${body.length}`);
  const head = encoder.encode(joinHead(lines));
  const message = new Uint8Array(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  return message;
}

/** Lines of a head, the empty one at its end included. @throws {RangeError} on a line break. */
export function joinHead(lines: readonly string[]): string {
  for (const line of lines) {
    if (/[\r\n\0]/.test(line)) {
      throw new RangeError(`Cannot write a message: ${JSON.stringify(line)} breaks the line`);
    }
  }
  return lines.join("\r\n") + "\r\n\r\n";
}

/** Bytes of an interleaved frame whose packet is in these parts. */
export function interleavedSize(parts: readonly Uint8Array[]): number {
  return parts.reduce((size, part) => size + part.length, INTERLEAVED_HEADER_SIZE);
}

/**
 * Writes an interleaved frame into a buffer that is shared with the other frames of a batch.
 *
 * @returns the offset behind the frame.
 * @throws {RangeError} when the packet is longer than a frame can say, or the buffer too small.
 */
export function writeInterleaved(
  target: Uint8Array,
  offset: number,
  channel: number,
  parts: readonly Uint8Array[],
): number {
  const size = interleavedSize(parts);
  const length = size - INTERLEAVED_HEADER_SIZE;
  if (length > MAX_INTERLEAVED_PAYLOAD) {
    throw new RangeError(`Cannot write an interleaved frame: ${length} bytes are too many`);
  }
  target.set([INTERLEAVED_MAGIC, channel, length >> 8, length & 0xff], offset);
  let at = offset + INTERLEAVED_HEADER_SIZE;
  for (const part of parts) {
    target.set(part, at);
    at += part.length;
  }
  return at;
}

/** One interleaved frame in a buffer of its own. @throws {RangeError} when the packet is too long. */
export function interleavedFrame(
  channel: number,
  parts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(interleavedSize(parts));
  writeInterleaved(frame, 0, channel, parts);
  return frame;
}
