/**
 * Lines of a playlist: RFC 8216bis section 4.1.
 *
 * @module
 */
import { M3u8Error } from "./errors.ts";

/** A day of two-second segments, each with a date and a signed URI of 150 characters. */
export const MAX_PLAYLIST_BYTES = 16 << 20;

/** A day of two-second segments with four lines each, twice over. */
export const MAX_PLAYLIST_LINES = 400_000;

/** Signed URIs have a few thousand characters; EXT-X-DATERANGE carries ad markers of as many. */
export const MAX_LINE_LENGTH = 64 << 10;

/** `#NAME:value`; the value of a tag without a colon is empty. */
export interface TagLine {
  readonly type: "tag";
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

/** What is no tag, comment or blank line. */
export interface UriLine {
  readonly type: "uri";
  readonly line: number;
  readonly uri: string;
}

/** A line that says something. */
export type PlaylistLine = TagLine | UriLine;

/**
 * Splits a playlist into tags and URIs; comments and blank lines are left out. A byte order mark, which
 * section 4.1 forbids, is passed over: packagers on Windows write it.
 *
 * @throws {M3u8Error} it is no UTF-8, does not begin with EXTM3U, or is over a limit.
 */
export function readLines(bytes: Uint8Array): readonly PlaylistLine[] {
  const texts = decode(bytes).split("\n", MAX_PLAYLIST_LINES + 1);
  if (texts.length > MAX_PLAYLIST_LINES) {
    const reason = `it has more than ${MAX_PLAYLIST_LINES} lines`;
    throw new M3u8Error(reason, 0, MAX_PLAYLIST_LINES);
  }
  if (texts[0]?.trim() !== "#EXTM3U") throw new M3u8Error("it does not begin with #EXTM3U", 1);
  const lines: PlaylistLine[] = [];
  for (const [index, text] of texts.entries()) {
    const line = readLine(text, index + 1);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

function decode(bytes: Uint8Array): string {
  if (bytes.byteLength > MAX_PLAYLIST_BYTES) {
    const reason = `it is longer than ${MAX_PLAYLIST_BYTES} bytes`;
    throw new M3u8Error(reason, 0, MAX_PLAYLIST_BYTES);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new M3u8Error("it is not UTF-8", 0);
  }
}

function readLine(raw: string, line: number): PlaylistLine | undefined {
  if (raw.length > MAX_LINE_LENGTH) {
    throw new M3u8Error(`more than ${MAX_LINE_LENGTH} characters`, line, MAX_LINE_LENGTH);
  }
  const text = raw.trim();
  if (text === "") return undefined;
  if (!text.startsWith("#")) return { type: "uri", line, uri: text };
  if (!text.startsWith("#EXT")) return undefined;
  const colon = text.indexOf(":");
  const end = colon === -1 ? text.length : colon;
  return { type: "tag", line, name: text.slice(1, end), value: text.slice(end + 1).trim() };
}
