import type { Logger } from "../../protocol.ts";
import type { RtcReader } from "../egress/viewer.ts";
import type { LeftOut } from "../sdp/left_out.ts";

/** No silent failure: whoever wonders where the sound is finds it in the log and in the API. */
export function tellLeftOut(
  leftOut: readonly LeftOut[],
  reader: Pick<RtcReader, "note">,
  log: Logger,
): void {
  for (const { track: { kind, codec }, reason } of leftOut) {
    reader.note(`The ${kind} (${codec}) is left out: ${reason}`);
    log.info("a track is left out", { kind, codec, reason });
  }
}
