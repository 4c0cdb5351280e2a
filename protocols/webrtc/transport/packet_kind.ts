/** What shares the port, told apart by the first byte (RFC 7983 section 7). */
export type PacketKind = "stun" | "dtls" | "channel" | "rtp" | "rtcp";

/** What comes from a peer itself; the rest of it is told by what is in it. */
export type SecuredKind = Exclude<PacketKind, "stun" | "channel">;

/** RTCP packet types as they look in the byte where RTP has its marker and payload type (RFC 5761 section 4). */
const FIRST_RTCP_TYPE = 192;
const LAST_RTCP_TYPE = 223;

/** `undefined` for what is none of them. */
export function packetKind(bytes: Uint8Array): PacketKind | undefined {
  const first = bytes[0];
  if (first === undefined) return undefined;
  if (first <= 3) return "stun";
  if (first >= 20 && first <= 63) return "dtls";
  if (first >= 64 && first <= 79) return "channel";
  if (first < 128 || first > 191) return undefined;
  const second = bytes[1] ?? 0;
  return second >= FIRST_RTCP_TYPE && second <= LAST_RTCP_TYPE ? "rtcp" : "rtp";
}
