/**
 * How a client asks for the packets of a track, and what it makes of the answer.
 *
 * @module
 */
import { RTP_HEADER_SIZE, writeRtpHeader } from "../../_formats/rtp/packet.ts";
import { serializeRtcp } from "../../_formats/rtp/rtcp.ts";
import type { ByteStream } from "../../_transport/byte_stream.ts";
import type { Transport as Network } from "../../_transport/transport.ts";
import { RtspAnswerError } from "./errors.ts";
import {
  type Pair,
  parseTransport,
  type RtpTransport,
  writeTransport,
} from "../headers/transport.ts";
import type { TrackTransport, UdpTransport } from "../transport/track_transport.ts";
import { ANY_PORT, UdpPorts } from "../transport/udp_ports.ts";

/** How packets travel below RTP. */
export type Lower = "udp" | "tcp" | "multicast";

/** What a SETUP asks for. */
export interface Offer {
  readonly lower: Lower;
  /** Channels that no other track of the session was asked for. */
  readonly channels: Pair;
  readonly mode: "play" | "record";
  /** Our ports, of unicast. */
  readonly ports?: UdpPorts;
  /** Group and ports that the description tells, for servers whose answer does not. */
  readonly group?: { readonly address: string; readonly port: number };
}

export interface OfferOptions {
  readonly network: Network;
  /** The connection to the server. */
  readonly stream: ByteStream;
}

/** Prepares an offer: opens ports where it is of UDP. The offer has to be closed if nothing comes of it. */
export async function makeOffer(
  offer: Omit<Offer, "ports">,
  { network, stream }: OfferOptions,
): Promise<Offer> {
  if (offer.lower !== "udp") return offer;
  return { ...offer, ports: await UdpPorts.open(network, stream.local.host, [0]) };
}

/** The value of the Transport header. */
export function writeOffer({ lower, channels, mode, ports }: Offer): string {
  return writeTransport({
    type: "rtp",
    profile: "AVP",
    lower: lower === "tcp" ? "tcp" : "udp",
    delivery: lower === "multicast" ? "multicast" : "unicast",
    ...(lower === "tcp" && { interleaved: channels }),
    ...(ports && { clientPort: { rtp: ports.rtpPort, rtcp: ports.rtcpPort } }),
    ...(mode === "record" && { mode }),
  });
}

/**
 * Reads what the server made of an offer. It may have chosen another transport: some cameras answer
 * with interleaved channels whatever they were asked for.
 *
 * @param header the Transport of the answer; a server that leaves it out takes the offer as it is.
 * @throws {RtspAnswerError} @throws {RtspHeaderError} @throws {ListenError} it cannot be had.
 */
export async function acceptAnswer(
  header: string | undefined,
  offer: Offer,
  options: OfferOptions,
): Promise<TrackTransport> {
  const answer = parseTransport(header ?? writeOffer(offer));
  if (answer.type === "other") {
    throw new RtspAnswerError("SETUP", `the server answers with ${answer.spec}`);
  }
  if (isInterleaved(answer)) {
    await offer.ports?.close();
    // Deviation: without channels, they are those asked for, as in RFC 2326 section 12.39 for any part.
    return { lower: "tcp", channels: answer.interleaved ?? offer.channels };
  }
  if (answer.delivery === "multicast") return await joinGroup(answer, offer, options);
  return unicast(answer, offer, options);
}

/** Escam Q6 cameras write `RTP/AVP;unicast;...;interleaved=0-1`. */
function isInterleaved({ lower, interleaved }: RtpTransport): boolean {
  return lower === "tcp" || interleaved !== undefined;
}

/**
 * Packets are taken from the server, and from the `source` that it names, whatever their port: devices
 * behind NAT, and those that leave `server_port` out, send from ports of which nobody knows.
 */
function unicast(
  { serverPort, source }: RtpTransport,
  { ports, mode }: Offer,
  { stream }: OfferOptions,
): UdpTransport {
  if (ports === undefined) throw new RtspAnswerError("SETUP", "the server answers with UDP");
  if (mode === "record" && serverPort === undefined) {
    throw new RtspAnswerError("SETUP", "the answer has no server_port");
  }
  const { host } = stream.remote;
  return {
    lower: "udp",
    ports,
    rtp: { host, port: serverPort?.rtp ?? ANY_PORT },
    rtcp: { host, port: serverPort?.rtcp ?? ANY_PORT },
    accepts: sendersOf(host, source),
  };
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f.]*:[\da-f:.]*)$/i;

function sendersOf(host: string, source: string | undefined): readonly string[] {
  return source === undefined || source === host || !ADDRESS.test(source) ? [host] : [host, source];
}

const MULTICAST = /^2(?:2[4-9]|3\d)\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

async function joinGroup(
  { destination, port, source }: RtpTransport,
  { ports, group }: Offer,
  { network, stream }: OfferOptions,
): Promise<UdpTransport> {
  await ports?.close();
  const address = destination ?? group?.address ?? "";
  const rtpPort = port?.rtp ?? group?.port ?? 0;
  if (!MULTICAST.test(address) || rtpPort === 0) {
    throw new RtspAnswerError("SETUP", "the answer names no multicast group with a port");
  }
  return {
    lower: "udp",
    ports: await UdpPorts.open(network, stream.local.host, [rtpPort], { group: address }),
    rtp: { host: address, port: rtpPort },
    rtcp: { host: address, port: rtpPort + 1 },
    accepts: sendersOf(stream.remote.host, source),
  };
}

/** A packet without payload: firewalls let in what comes from where something went out to. */
const RTP_PUNCH = new Uint8Array(RTP_HEADER_SIZE);
writeRtpHeader(RTP_PUNCH, 0, {
  marker: false,
  payloadType: 0,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
});
const RTCP_PUNCH = serializeRtcp([{ type: "receiverReport", ssrc: 0, reports: [] }]);

/** Opens the way for the packets of a server. */
export function punchHole(transport: TrackTransport): void {
  if (transport.lower === "tcp") return;
  const { ports, rtp, rtcp } = transport;
  if (rtp.port === ANY_PORT || MULTICAST.test(rtp.host)) return;
  ports.send("rtp", [RTP_PUNCH], rtp);
  ports.send("rtcp", [RTCP_PUNCH], rtcp);
}
