/** An RTP packet or payload that breaks its format or passes a limit; what was read, and where. */
export class RtpError extends Error {
  override readonly name = "RtpError";

  constructor(
    /** As in "RTP packet" or "H.264 payload". */
    readonly what: string,
    readonly reason: string,
    /** Byte offset in the packet or payload. */
    readonly offset: number,
  ) {
    super(`Cannot parse ${what}: ${reason} at byte ${offset}`);
  }
}
