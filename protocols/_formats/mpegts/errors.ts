/** An MPEG transport stream that breaks the format or passes a limit; what was read, and where. */
export class MpegTsError extends Error {
  override readonly name = "MpegTsError";

  constructor(
    /** As in "PMT section" or "PES packet". */
    readonly what: string,
    readonly reason: string,
    /** Byte offset: in the stream for framing, in the structure for what it holds. */
    readonly offset: number,
  ) {
    super(`Cannot parse ${what}: ${reason} at byte ${offset}`);
  }
}
