// @ts-types="./sdp_transform.d.ts"
import { type SdpMedia, write } from "sdp-transform";
import type { Origin } from "./local.ts";

/** A description of these sections. */
export function writeSession(
  { sessionId, version }: Origin,
  bundle: readonly string[],
  media: readonly SdpMedia[],
): string {
  return write({
    // An address that nobody reads, so that it tells nothing (RFC 9429 section 5.2.1).
    origin: {
      username: "-",
      sessionId,
      sessionVersion: version,
      netType: "IN",
      ipVer: 4,
      address: "127.0.0.1",
    },
    name: "-",
    timing: { start: 0, stop: 0 },
    ...(bundle.length > 0 && { groups: [{ type: "BUNDLE", mids: bundle.join(" ") }] }),
    media,
  });
}
