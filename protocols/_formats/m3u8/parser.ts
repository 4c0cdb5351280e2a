import { type PlaylistLine, readLines } from "./lines.ts";
import { parseMediaLines } from "./media_parser.ts";
import { isMultivariantTag, parseMultivariantLines } from "./multivariant_parser.ts";
import type { Playlist } from "./playlist.ts";

/**
 * Reads a playlist of either kind. Tags that the gateway has no use for are passed over, as section
 * 6.3.1 of RFC 8216bis wants it; so are variables (EXT-X-DEFINE), which stay in URIs as they are.
 *
 * @throws {M3u8Error} it is no playlist.
 */
export function parsePlaylist(bytes: Uint8Array): Playlist {
  const lines = readLines(bytes);
  return isMultivariant(lines) ? parseMultivariantLines(lines) : parseMediaLines(lines);
}

function isMultivariant(lines: readonly PlaylistLine[]): boolean {
  return lines.some((line) => line.type === "tag" && isMultivariantTag(line));
}
