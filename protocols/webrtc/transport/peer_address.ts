import { type Address, formatAddress } from "../../_transport/transport.ts";

/** How a peer is reached, other than by our UDP port itself. */
export type Via = "tcp" | "relay";

/** Where a peer is; over TCP, one connection of it (RFC 6544). */
export interface PeerAddress extends Address {
  readonly via?: Via;
}

const NAMES: Record<Via, string> = { tcp: "over TCP", relay: "by the relay" };

/** The same text for the same address only. */
export function addressKey(address: PeerAddress): string {
  const { via } = address;
  return via === undefined ? formatAddress(address) : `${formatAddress(address)} ${NAMES[via]}`;
}
