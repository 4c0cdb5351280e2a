import { type Address, formatAddress } from "../../_transport/transport.ts";

/** Where a peer is; over TCP, one connection of it (RFC 6544). */
export interface PeerAddress extends Address {
  readonly isTcp?: boolean;
}

/** The same text for the same address only. */
export function addressKey(address: PeerAddress): string {
  return address.isTcp ? `${formatAddress(address)} over TCP` : formatAddress(address);
}
