import { InvalidStreamNameError } from "./errors.ts";

/** Long enough for any path that people type, short enough for every log line and URL. */
export const MAX_NAME_LENGTH = 1024;
export const MAX_SEGMENT_LENGTH = 255;
export const MAX_SEGMENTS = 16;

const SEGMENT = /^[A-Za-z0-9._~@+=,\-\p{L}\p{M}\p{N}]+$/u;

/**
 * Checks a stream name: segments of 1 to 255 letters, digits and `. _ ~ @ + = , -`, joined by single
 * slashes. The result is the argument, in Unicode normalization form C so that the same name typed on
 * two systems is one stream.
 *
 * @throws {InvalidStreamNameError} with the segment and the reason.
 */
export function parseStreamName(raw: string): string {
  if (raw.length > MAX_NAME_LENGTH) {
    throw new InvalidStreamNameError(raw, `it is longer than ${MAX_NAME_LENGTH} characters`);
  }
  const name = raw.normalize("NFC");
  const segments = name.split("/");
  if (segments.length > MAX_SEGMENTS) {
    throw new InvalidStreamNameError(raw, `it has more than ${MAX_SEGMENTS} segments`);
  }
  for (const segment of segments) {
    const reason = segmentFault(segment);
    if (reason !== undefined) throw new InvalidStreamNameError(raw, reason);
  }
  return name;
}

function segmentFault(segment: string): string | undefined {
  if (segment === "") return "a segment is empty";
  if (segment.length > MAX_SEGMENT_LENGTH) {
    return `a segment is longer than ${MAX_SEGMENT_LENGTH} characters`;
  }
  if (segment === "." || segment.includes("..")) return "it contains a relative path";
  if (!SEGMENT.test(segment)) return "only letters, digits and . _ ~ @ + = , - are allowed";
  return undefined;
}
