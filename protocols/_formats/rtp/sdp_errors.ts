/** A session description that is none, or is over a limit. */
export class SdpError extends Error {
  override readonly name = "SdpError";

  constructor(reason: string, readonly limit?: number) {
    super(`Cannot parse SDP: ${reason}`);
  }
}
