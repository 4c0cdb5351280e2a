/**
 * A file cannot be read as media, or not further. The reason ends a sentence that begins with what could
 * not be done; `RecordingError` makes it with the name of the stream.
 */
export class MediaFileError extends Error {
  override readonly name = "MediaFileError";
  constructor(readonly reason: string) {
    super(`Cannot read media file: ${reason}`);
  }
}

/** What `mediabunny` says of what should never be. */
const ASSERTION = "Assertion failed.";

/** Why something failed, without what failed. What `mediabunny` throws is told to its first full stop. */
export function reasonOf(error: unknown): string {
  if (error instanceof MediaFileError) return error.reason;
  const message = error instanceof Error ? error.message : String(error);
  return message === ASSERTION ? "it is damaged" : `it is damaged: ${message.split(". ", 1)[0]}`;
}
