/** Why an offer cannot be met, or a session ended; each has its own status in HTTP. */
export type RtcErrorCode =
  /** Not a description, or one that WebRTC does not allow. */
  | "invalid-sdp"
  /** A fragment for ICE that does not fit the session. */
  | "invalid-fragment"
  /** Nothing is left that both sides can do. */
  | "no-common-media"
  /** There are as many sessions as there may be. */
  | "too-many-sessions"
  /** No candidate pair worked, or the one that did fell silent. */
  | "ice-failed"
  | "dtls-failed"
  /** The codec of a track changed to one that was not agreed to. */
  | "format-changed"
  /** The peer, or whoever knows the session's URL, ended it. */
  | "ended"
  | "stopping";

/** An offer or a session that failed. */
export class RtcError extends Error {
  override readonly name: string = "RtcError";
  readonly code: RtcErrorCode;

  /** @param message what could not be done, and why, after a colon. */
  constructor(code: RtcErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
