import type { Track } from "../../../registry/media/track.ts";
import { RtcError } from "../errors.ts";
import { codecTitle } from "./codecs.ts";

/** A track that the peer is not sent. */
export interface LeftOut {
  readonly track: Track;
  /** As in "WebRTC does not carry AAC". */
  readonly reason: string;
}

/** When all tracks are left out, or there are none. */
export function nothingToSend(leftOut: readonly LeftOut[]): RtcError {
  const reasons = leftOut.map(({ track, reason }) =>
    `${track.kind} track ${track.id} (${codecTitle(track.codec)}): ${reason}`
  );
  const why = reasons.length === 0 ? "it has no tracks" : reasons.join("; ");
  return new RtcError("no-common-media", `Cannot send the stream: ${why}`);
}
