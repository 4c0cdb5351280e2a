import type { Address } from "../../_transport/transport.ts";
import type { Pair, RtpTransport, Transport } from "../headers/transport.ts";
import { UnsupportedTransportError } from "../errors.ts";
import type { MulticastGroup } from "../play/multicast.ts";
import { ANY_PORT, type UdpPorts, type UdpRole } from "./udp_ports.ts";

/** Packets in the RTSP connection. */
export interface TcpTransport {
  readonly lower: "tcp";
  readonly channels: Pair;
}

/** Packets in datagrams. */
export interface UdpTransport {
  readonly lower: "udp";
  /** Our end. */
  readonly ports: UdpPorts;
  /** Where packets go to. */
  readonly rtp: Address;
  readonly rtcp: Address;
  /** Hosts that packets are taken from, whatever the port; absent where it is only those two. */
  readonly accepts?: readonly string[];
  /** Of a track that is sent to a multicast group, for all of its viewers together. */
  readonly group?: MulticastGroup;
}

/** How the packets of one track travel. */
export type TrackTransport = TcpTransport | UdpTransport;

/** Hands the datagrams of a track to `take`, until the returned function is called. */
export function listenToTrack(
  transport: UdpTransport,
  take: (role: UdpRole, bytes: Uint8Array) => void,
): () => void {
  const { ports, accepts } = transport;
  const stops = (["rtp", "rtcp"] as const).flatMap((role) => {
    const senders = accepts?.map((host) => ({ host, port: ANY_PORT })) ?? [transport[role]];
    return senders.map((sender) => ports.listen(role, sender, (bytes) => take(role, bytes)));
  });
  return () => stops.forEach((stop) => stop());
}

/** What a server can offer beside its connections. */
export interface TransportOffer {
  /** Address of the client: packets go to no other, whatever it asks for. */
  readonly peer: Address;
  readonly udp: UdpPorts | undefined;
  /** The track's place in the stream's multicast group; `undefined` where there are no groups. */
  readonly multicast: () => UdpTransport | undefined;
  readonly direction: "play" | "record";
  /** Told of an address that the client has now, whoever had it before. */
  readonly onAddress: (address: Address) => void;
  /** Channels that other tracks of the connection have. */
  readonly usedChannels: ReadonlySet<number>;
}

export interface ChosenTransport {
  readonly transport: TrackTransport;
  /** What SETUP is answered with. */
  readonly answer: RtpTransport;
}

/**
 * Takes the first alternative of a client that can be had.
 *
 * @throws {UnsupportedTransportError} with the reason that the last one cannot.
 */
export function chooseTransport(
  alternatives: readonly Transport[],
  offer: TransportOffer,
): ChosenTransport {
  let reason = "none is offered";
  for (const alternative of alternatives) {
    const chosen = accept(alternative, offer);
    if (typeof chosen !== "string") return chosen;
    reason = chosen;
  }
  throw new UnsupportedTransportError(reason);
}

/** The transport, or why it cannot be. */
function accept(alternative: Transport, offer: TransportOffer): ChosenTransport | string {
  if (alternative.type === "other") return `${alternative.spec} is not supported`;
  const { mode } = alternative;
  if (mode !== undefined && mode !== offer.direction) return `the session cannot ${mode}`;
  if (isMulticast(alternative)) return acceptMulticast(offer);
  return alternative.lower === "tcp"
    ? acceptTcp(alternative, offer)
    : acceptUdp(alternative, offer);
}

/** Whether a transport is a group's; the word means nothing for what goes in the connection. */
export function isMulticast(transport: Transport): boolean {
  return transport.type === "rtp" && transport.delivery === "multicast" &&
    transport.lower === "udp";
}

/** Group, ports and TTL are ours to choose (RFC 2326 section 12.39), whatever the client asks for. */
function acceptMulticast({ multicast, direction }: TransportOffer): ChosenTransport | string {
  const transport = direction === "play" ? multicast() : undefined;
  if (transport?.group === undefined) return "multicast is not offered";
  return {
    transport,
    answer: {
      type: "rtp",
      profile: "AVP",
      lower: "udp",
      delivery: "multicast",
      destination: transport.group.address,
      port: { rtp: transport.rtp.port, rtcp: transport.rtcp.port },
      ttl: transport.group.ttl,
    },
  };
}

function acceptTcp(
  wanted: RtpTransport,
  { usedChannels, direction }: TransportOffer,
): ChosenTransport {
  const channels = freeChannels(wanted.interleaved, usedChannels);
  return {
    transport: { lower: "tcp", channels },
    answer: {
      type: "rtp",
      profile: "AVP",
      lower: "tcp",
      delivery: "unicast",
      interleaved: channels,
      ...(direction === "record" && { mode: "record" }),
    },
  };
}

/** What the client asks for, unless another track has it. */
function freeChannels(wanted: Pair | undefined, used: ReadonlySet<number>): Pair {
  const isFree = ({ rtp, rtcp }: Pair) => rtp !== rtcp && !used.has(rtp) && !used.has(rtcp);
  if (wanted !== undefined && isFree(wanted)) return wanted;
  for (let rtp = 0; rtp < 255; rtp += 2) {
    const pair = { rtp, rtcp: rtp + 1 };
    if (isFree(pair)) return pair;
  }
  throw new UnsupportedTransportError("no channel is free");
}

function acceptUdp(wanted: RtpTransport, offer: TransportOffer): ChosenTransport | string {
  const { peer, udp, direction } = offer;
  const { clientPort } = wanted;
  if (udp === undefined) return "UDP is turned off";
  if (clientPort === undefined) return "client_port is missing";
  const rtp = { host: peer.host, port: clientPort.rtp };
  const rtcp = { host: peer.host, port: clientPort.rtcp };
  offer.onAddress(rtp);
  if (udp.isTaken("rtp", rtp) || udp.isTaken("rtcp", rtcp)) {
    return `another track has client_port ${clientPort.rtp}`;
  }
  return {
    transport: { lower: "udp", ports: udp, rtp, rtcp },
    answer: {
      type: "rtp",
      profile: "AVP",
      lower: "udp",
      delivery: "unicast",
      clientPort,
      serverPort: { rtp: udp.rtpPort, rtcp: udp.rtcpPort },
      ...(direction === "record" && { mode: "record" }),
    },
  };
}
