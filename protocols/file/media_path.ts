/** Longest name that common file systems take, in bytes of UTF-8 (`NAME_MAX`). */
export const MAX_SEGMENT_BYTES = 255;
/** Longest path below the media directory, in bytes: with that in front, it stays under `PATH_MAX`. */
export const MAX_PATH_BYTES = 2048;

/** First segment of the URLs and stream names of everything in the media directory. */
export const MEDIA_SEGMENT = "media";

const UNSAFE = /[\p{Cc}/\\]/u;

const encoder = new TextEncoder();

/** A checked path below the media directory: none of its segments leads elsewhere or is hidden. */
export type MediaPath = readonly string[];

/**
 * Whether a name may be shown and asked for. Not: those with a leading dot (hidden files, uploads under
 * way, `.` and `..`), and those with slashes, backslashes or control characters.
 */
export function isServable(segment: string): boolean {
  return segment !== "" && !segment.startsWith(".") && !UNSAFE.test(segment) &&
    encoder.encode(segment).byteLength <= MAX_SEGMENT_BYTES;
}

/** The path of these segments; `undefined` when one of them, or all together, cannot be served. */
export function toMediaPath(segments: readonly string[]): MediaPath | undefined {
  const bytes = encoder.encode(segments.join("/")).byteLength;
  return bytes <= MAX_PATH_BYTES && segments.every(isServable) ? segments : undefined;
}

/** What a URL asks for below the media directory. */
export interface RequestedPath {
  readonly path: MediaPath;
  /** Whether it ends in a slash, as those of directories do. */
  readonly isDirectory: boolean;
}

/**
 * Reads what follows `/media` in the path of a URL, percent-encoded and with its leading slash.
 * `undefined` for what cannot be served.
 *
 * @throws {URIError} the percent-encoding is not valid UTF-8.
 */
export function parseRequestedPath(encoded: string): RequestedPath | undefined {
  // Split before it is decoded: an encoded slash is a part of a name, and so of none that there is.
  const segments = encoded.split("/").slice(1).map(decodeURIComponent);
  const isDirectory = segments.at(-1) === "";
  const path = toMediaPath(isDirectory ? segments.slice(0, -1) : segments);
  return path && { path, isDirectory };
}

/** The name that the access policy knows it by: `media/clips/a.mp4`. */
export function accessNameOf(path: MediaPath): string {
  return [MEDIA_SEGMENT, ...path].join("/").normalize("NFC");
}

/** The URL path, percent-encoded: `/media/clips/a%20b.mp4`. */
export function urlPathOf(path: MediaPath): string {
  return ["", MEDIA_SEGMENT, ...path.map(encodeURIComponent)].join("/");
}
