/** MP4 bytes that break the format or pass a limit; what was being read, and where. */
export class Mp4Error extends Error {
  override readonly name = "Mp4Error";

  constructor(
    /** As in "MP4 box" or "trun". */
    readonly what: string,
    readonly reason: string,
    /** Byte offset: in the stream for top-level boxes, in the box for what one holds. */
    readonly offset: number,
  ) {
    super(`Cannot parse ${what}: ${reason} at byte ${offset}`);
  }
}
