import type { SegmentFormat } from "./format.ts";

/** Bytes of keys: as hard to guess as a session. */
const KEY_BYTES = 16;

/** What nobody knows who was not told: the name of a session, or a key to segments. */
export function newSecret(): string {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toHex();
}

/**
 * The same format, whose names carry a key. Segments are the same for every viewer, and so are their
 * URLs, which caches want; the access policy is asked for playlists, and only they tell the key.
 */
export function guardedFormat(format: SegmentFormat, key: string): SegmentFormat {
  return { ...format, extension: `${format.extension}?key=${key}` };
}
