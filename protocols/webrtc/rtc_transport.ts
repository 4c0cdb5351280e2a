import type { Address } from "../_transport/transport.ts";

/** A packet on its way out. */
export interface OutgoingRtp {
  /** The RTP header with its extension: the viewer's own. */
  readonly header: Uint8Array;
  /** Shared by all viewers: must not be changed. */
  readonly payload: Uint8Array;
}

/** Takes what arrives; views of it may be kept. Both are authenticated and decrypted. */
export interface RtcReceiver {
  /** A whole RTP packet. */
  rtp(packet: Uint8Array): void;
  /** A whole RTCP compound packet. */
  rtcp(packet: Uint8Array): void;
}

/** The secured path to one peer: ICE, DTLS and SRTP below, packets above. */
export interface RtcTransport {
  /** The address of the peer that was selected last; changes when ICE restarts. */
  readonly remote: Address;
  /** Aborted when the path has ended, with the reason. */
  readonly signal: AbortSignal;
  /** Sends packets in this order. What the system has no room for is lost, as on the way. */
  sendRtp(packets: readonly OutgoingRtp[]): Promise<void>;
  /** Sends a compound packet. */
  sendRtcp(packet: Uint8Array): Promise<void>;
}
