/**
 * Header extensions of what is sent: RFC 8285.
 *
 * @module
 */
import { type HeaderElement, writeHeaderElements } from "../../_formats/rtp/header_extension.ts";
import type { RtpExtension } from "../../_formats/rtp/packet.ts";
import type { NegotiatedMedia } from "../negotiated.ts";
import { MID_EXTENSION, PLAYOUT_DELAY_EXTENSION } from "../sdp/extensions.ts";

/**
 * Bounds of the delay at which pictures are shown, which the extension has in steps of 10 ms.
 *
 * Chromium buffers what jitter asks for, which is about 30 ms on a good network. A least delay of 0 would
 * have it show each picture as it comes, whatever its timestamp, out of sync with the sound, and drop
 * those that come two at a time; the most keeps one bad moment from costing latency ever after.
 */
const PLAYOUT_DELAY_MS = { least: 10, most: 400 } as const;

/** Longer ones are left out: the receiver knows the source from the description too. */
const MAX_MID_BYTES = 16;

/** Bytes that {@linkcode outgoingExtension} takes at most: its head, and both elements. */
export const EXTENSION_ROOM = 28;

/** What the first packets of a media carry; `undefined` where nothing was agreed to. */
export function outgoingExtension(
  { mid, kind, extensions }: NegotiatedMedia,
): RtpExtension | undefined {
  const elements: HeaderElement[] = [];
  const name = new TextEncoder().encode(mid);
  const midId = extensions.get(MID_EXTENSION);
  if (midId !== undefined && name.length > 0 && name.length <= MAX_MID_BYTES) {
    elements.push({ id: midId, data: name });
  }
  const delayId = extensions.get(PLAYOUT_DELAY_EXTENSION);
  if (delayId !== undefined && kind === "video") {
    elements.push({ id: delayId, data: playoutDelay() });
  }
  return elements.length === 0 ? undefined : writeHeaderElements(elements);
}

function playoutDelay(): Uint8Array {
  const least = PLAYOUT_DELAY_MS.least / 10;
  const most = PLAYOUT_DELAY_MS.most / 10;
  return Uint8Array.of(least >> 4, (least & 0xf) << 4 | most >> 8, most & 0xff);
}
