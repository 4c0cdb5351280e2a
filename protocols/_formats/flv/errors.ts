/** FLV bytes that break the format or pass a limit; what was being read, and where. */
export class FlvError extends Error {
  override readonly name = "FlvError";

  constructor(
    /** As in "FLV header" or "video tag". */
    readonly what: string,
    readonly reason: string,
    /** Byte offset: in the stream for framing, in the tag body for what a tag holds. */
    readonly offset: number,
  ) {
    super(`Cannot parse ${what}: ${reason} at byte ${offset}`);
  }
}
