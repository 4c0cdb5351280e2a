/**
 * What a viewer says over RTCP, as far as a sender can do something about it.
 *
 * @module
 */
import { parseRtcp, type RtcpPacket } from "../../_formats/rtp/rtcp.ts";
import type { ReportBlock } from "../../_formats/rtp/rtcp_reports.ts";

/** Told of what was said. */
export interface FeedbackListener {
  /** Packets of a source of ours were lost. */
  lost(ssrc: number, sequences: readonly number[]): void;
  /** The pictures of a source cannot be shown without a new key picture. */
  needsKey(ssrc: number): void;
  reported(block: ReportBlock): void;
}

/**
 * Reads a compound packet and tells of each part.
 *
 * @throws {RtcpError}
 */
export function readFeedback(bytes: Uint8Array, listener: FeedbackListener): void {
  for (const packet of parseRtcp(bytes)) tell(packet, listener);
}

function tell(packet: RtcpPacket, listener: FeedbackListener): void {
  switch (packet.type) {
    case "nack":
      return listener.lost(packet.mediaSsrc, packet.sequences);
    case "pictureLoss":
      return listener.needsKey(packet.mediaSsrc);
    case "fullIntraRequest":
      return packet.requests.forEach(({ ssrc }) => listener.needsKey(ssrc));
    case "receiverReport":
    case "senderReport":
      return packet.reports.forEach((block) => listener.reported(block));
  }
}
