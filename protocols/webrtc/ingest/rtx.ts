import type { RtpPacket } from "../../_formats/rtp/packet.ts";

/** Bytes of the original sequence number, which comes before the original payload. */
const OSN_SIZE = 2;

/** The source that a retransmission belongs to. */
export interface RtxTarget {
  readonly ssrc: number;
  readonly payloadType: number;
}

/**
 * The packet that a retransmission (RFC 4588 section 4) carries, its payload as a view; undefined for one
 * that carries none, as senders probe the path with. Header extensions are those of the retransmission.
 */
export function originalOfRtx(rtx: RtpPacket, target: RtxTarget): RtpPacket | undefined {
  const [high, low] = rtx.payload;
  if (high === undefined || low === undefined) return undefined;
  return { ...rtx, ...target, sequence: high * 256 + low, payload: rtx.payload.subarray(OSN_SIZE) };
}
