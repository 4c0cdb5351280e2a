/** RTCP bytes that break the format or pass a limit; what was being read, and where. */
export class RtcpError extends Error {
  override readonly name = "RtcpError";

  constructor(
    /** As in "RTCP packet" or "RTCP sender report". */
    readonly what: string,
    readonly reason: string,
    /** Byte offset in the compound packet. */
    readonly offset: number,
  ) {
    super(`Cannot parse ${what}: ${reason} at byte ${offset}`);
  }
}
