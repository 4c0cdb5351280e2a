/**
 * The header extensions that are used, and which of a peer's are agreed to.
 *
 * @module
 */
import type { HeaderExtension } from "./description.ts";

export const MID_EXTENSION = "urn:ietf:params:rtp-hdrext:sdes:mid";

export const TRANSPORT_WIDE_EXTENSION =
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

export const PLAYOUT_DELAY_EXTENSION = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

/** By the direction of media as seen from here; in the order in which we offer them. */
export const USED_EXTENSIONS: Readonly<Record<"send" | "receive", readonly string[]>> = {
  send: [MID_EXTENSION, PLAYOUT_DELAY_EXTENSION],
  receive: [MID_EXTENSION, TRANSPORT_WIDE_EXTENSION],
};

/** Greatest id of the one-byte form: the two-byte one is not negotiated (RFC 8285 section 4.3). */
const MAX_SHORT_ID = 14;

/** Ids of the extensions that a peer takes, or writes, and that are used. */
export function agreedExtensions(
  offered: readonly HeaderExtension[],
  direction: "send" | "receive",
): ReadonlyMap<string, number> {
  const unfit = direction === "send" ? "sendonly" : "recvonly"; // the peer's side of it
  const fit = offered.filter((extension) =>
    extension.id <= MAX_SHORT_ID && extension.direction !== "inactive" &&
    extension.direction !== unfit && USED_EXTENSIONS[direction].includes(extension.uri)
  );
  // The first of several ids for one extension.
  return new Map(fit.toReversed().map(({ uri, id }) => [uri, id]));
}
