/**
 * RTCP compound packets, RFC 3550 section 6.1. Lenient about padding, about the order of packets
 * (RFC 5506) and about types that are not known here, among them APP, all of which are skipped;
 * strict about lengths.
 *
 * @module
 */

import { RTCP_HEADER_SIZE, RtcpBodyReader, WORD } from "./rtcp_body.ts";
import { RtcpError } from "./rtcp_errors.ts";
import * as feedback from "./rtcp_feedback.ts";
import { type BitrateEstimate, readBitrateEstimate, writeBitrateEstimate } from "./rtcp_remb.ts";
import * as reports from "./rtcp_reports.ts";
import * as sources from "./rtcp_sources.ts";
import {
  readTransportFeedback,
  type TransportFeedback,
  writeTransportFeedback,
} from "./rtcp_twcc.ts";

/** One packet of a compound packet. */
export type RtcpPacket =
  | reports.SenderReport
  | reports.ReceiverReport
  | sources.SourceDescriptions
  | sources.Goodbye
  | feedback.Nack
  | feedback.PictureLoss
  | feedback.FullIntraRequest
  | TransportFeedback
  | BitrateEstimate;

/**
 * Packets in one compound packet. A sender with many sources stays far below; more of them, each of
 * four bytes, only cost time.
 */
export const MAX_RTCP_PACKETS = 64;

/** Report blocks, sources or other things that the five bits of the header can count. */
export const MAX_RTCP_COUNT = 31;

const VERSION = 2;

/** Packet types: RFC 3550 section 12.1 and RFC 4585 section 6.1. */
const TYPE = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  goodbye: 203,
  transportFeedback: 205,
  payloadFeedback: 206,
} as const;

/** What is known of one kind of packet. */
interface Format<P extends RtcpPacket> {
  readonly packetType: number;
  /** Format number of feedback; absent where the header counts something in its place. */
  readonly format?: number;
  /** How many things the header counts; 0 for feedback. */
  count(packet: P): number;
  /** Undefined for what turns out to be of no known kind. Throws `RtcpError`. */
  read(reader: RtcpBodyReader, count: number): P | undefined;
  /** Throws `RangeError` for what the format cannot say. */
  write(packet: P): Uint8Array;
}

type PacketOf<T extends RtcpPacket["type"]> = Extract<RtcpPacket, { readonly type: T }>;

type Formats = { readonly [T in RtcpPacket["type"]]: Format<PacketOf<T>> };

function feedbackFormat<P extends RtcpPacket>(
  packetType: number,
  format: number,
  read: Format<P>["read"],
  write: Format<P>["write"],
): Format<P> {
  return { packetType, format, count: () => 0, read, write };
}

const { transportFeedback, payloadFeedback } = TYPE;

const FORMATS: Formats = {
  senderReport: {
    packetType: TYPE.senderReport,
    count: (packet) => packet.reports.length,
    read: reports.readSenderReport,
    write: reports.writeSenderReport,
  },
  receiverReport: {
    packetType: TYPE.receiverReport,
    count: (packet) => packet.reports.length,
    read: reports.readReceiverReport,
    write: reports.writeReceiverReport,
  },
  sourceDescription: {
    packetType: TYPE.sourceDescription,
    count: (packet) => packet.sources.length,
    read: sources.readSourceDescriptions,
    write: sources.writeSourceDescriptions,
  },
  goodbye: {
    packetType: TYPE.goodbye,
    count: (packet) => packet.ssrcs.length,
    read: sources.readGoodbye,
    write: sources.writeGoodbye,
  },
  nack: feedbackFormat(transportFeedback, 1, feedback.readNack, feedback.writeNack),
  transportFeedback: feedbackFormat(
    transportFeedback,
    15,
    readTransportFeedback,
    writeTransportFeedback,
  ),
  pictureLoss: feedbackFormat(
    payloadFeedback,
    1,
    feedback.readPictureLoss,
    feedback.writePictureLoss,
  ),
  fullIntraRequest: feedbackFormat(
    payloadFeedback,
    4,
    feedback.readFullIntraRequest,
    feedback.writeFullIntraRequest,
  ),
  bitrateEstimate: feedbackFormat(payloadFeedback, 15, readBitrateEstimate, writeBitrateEstimate),
};

const KINDS = Object.entries(FORMATS);

/** How RTCP is told from RTP on a shared port: packet types 192 to 223 (RFC 5761 section 4). */
export function isRtcp(bytes: Uint8Array): boolean {
  const packetType = bytes[1] ?? 0;
  return packetType >= 192 && packetType <= 223;
}

/**
 * Parses a compound packet or a single one. Packets of unknown kind are left out. Throws
 * {@linkcode RtcpError}.
 */
export function parseRtcp(bytes: Uint8Array): readonly RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  let count = 0;
  for (let offset = 0; offset < bytes.byteLength; count++) {
    if (count === MAX_RTCP_PACKETS) {
      throw new RtcpError("RTCP packet", `there are more than ${MAX_RTCP_PACKETS}`, offset);
    }
    const size = packetSize(bytes, offset);
    const packet = readPacket(bytes.subarray(offset, offset + size), offset);
    if (packet !== undefined) packets.push(packet);
    offset += size;
  }
  return packets;
}

/** Checks the common header, section 6.4.1; the header and the body together, in bytes. */
function packetSize(bytes: Uint8Array, offset: number): number {
  const left = bytes.byteLength - offset;
  if (left < RTCP_HEADER_SIZE) {
    throw new RtcpError("RTCP packet", `${left} bytes are no header`, offset);
  }
  const version = byteAt(bytes, offset) >> 6;
  if (version !== VERSION) throw new RtcpError("RTCP packet", `version is ${version}`, offset);
  const words = byteAt(bytes, offset + 2) * 256 + byteAt(bytes, offset + 3);
  const size = RTCP_HEADER_SIZE + words * WORD;
  if (size > left) {
    throw new RtcpError("RTCP packet", `length is ${size} bytes, ${left} are left`, offset);
  }
  return size;
}

function readPacket(packet: Uint8Array, offset: number): RtcpPacket | undefined {
  const count = byteAt(packet, 0) & MAX_RTCP_COUNT;
  const packetType = byteAt(packet, 1);
  const known = KINDS.find(([, format]) =>
    format.packetType === packetType && (format.format ?? count) === count
  );
  if (known === undefined) return undefined;
  const [name, format] = known;
  const body = withoutPadding(packet).subarray(RTCP_HEADER_SIZE);
  return format.read(new RtcpBodyReader(body, `RTCP ${name}`, offset + RTCP_HEADER_SIZE), count);
}

/** Padding of 0 bytes or of more than there are is taken for a flag that was set by mistake. */
function withoutPadding(packet: Uint8Array): Uint8Array {
  const hasPadding = (byteAt(packet, 0) & 0x20) !== 0;
  const padding = hasPadding ? byteAt(packet, packet.byteLength - 1) : 0;
  const size = packet.byteLength - padding;
  return size >= RTCP_HEADER_SIZE ? packet.subarray(0, size) : packet;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/**
 * Writes a compound packet, whose bytes the caller owns. Throws `RangeError` for a packet with more
 * than {@linkcode MAX_RTCP_COUNT} report blocks or sources, or with a field that has no room.
 */
export function serializeRtcp(packets: readonly RtcpPacket[]): Uint8Array<ArrayBuffer> {
  const parts = packets.map(serializePacket);
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

function serializePacket(packet: RtcpPacket): Uint8Array {
  // The table pairs each type with its own packet, which the index type cannot say.
  const format = FORMATS[packet.type] as Format<RtcpPacket>;
  const count = format.format ?? format.count(packet);
  if (count > MAX_RTCP_COUNT) {
    throw new RangeError(`Cannot write RTCP ${packet.type}: ${count} entries have no room`);
  }
  const body = format.write(packet);
  const words = body.byteLength / WORD;
  const bytes = new Uint8Array(RTCP_HEADER_SIZE + body.byteLength);
  bytes.set([VERSION << 6 | count, format.packetType, words >> 8, words & 0xff]);
  bytes.set(body, RTCP_HEADER_SIZE);
  return bytes;
}
