/** A playlist that breaks the grammar of RFC 8216bis section 4, or is over a limit. */
export class M3u8Error extends Error {
  override readonly name = "M3u8Error";

  constructor(
    readonly reason: string,
    /** Counted from 1; 0 where the playlist as a whole is meant. */
    readonly line: number,
    readonly limit?: number,
  ) {
    super(`Cannot parse M3U8: ${reason}${line > 0 ? ` in line ${line}` : ""}`);
  }
}
