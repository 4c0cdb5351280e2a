/**
 * PES packets, which carry access units with their times (ISO/IEC 13818-1 2.4.3.6).
 *
 * @module
 */

import { readTimestamp, TIMESTAMP_PREFIX, TIMESTAMP_SIZE, writeTimestamp } from "./clock.ts";
import { MpegTsError } from "./errors.ts";

/** `stream_id` of the first of each kind (table 2-22). */
export const STREAM_ID = { audio: 0xc0, video: 0xe0, private1: 0xbd } as const;

/** Bytes up to and with `PES_packet_length`. */
export const PES_LENGTH_END = 6;

/** Bytes before the times. */
const PES_HEAD_SIZE = 9;

/** `PES_packet_length` has sixteen bits; only video may leave it out. */
export const MAX_PES_LENGTH = 0xffff;

/** Stream ids whose packets have no header, hence no times: nothing that a player plays. */
const HEADLESS: ReadonlySet<number> = new Set([0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff]);

/** A PES packet, read. */
export interface PesPacket {
  /** Ticks of the wire, 33 bits; absent where the packet has none. */
  readonly pts?: number;
  /** Absent where it equals `pts`, which is then the time of decoding too. */
  readonly dts?: number;
  readonly isScrambled: boolean;
  /** Whether the packet said how long it is, and hence may have been too short for its content. */
  readonly isBounded: boolean;
  /** A view of the elementary stream. */
  readonly payload: Uint8Array;
}

/** Times of a PES packet to be written, integer ticks of 90 kHz. */
export interface PesTimes {
  readonly pts: number;
  readonly dts: number;
}

/** Whether a PES packet says how long it is, and `packet` has that much of it. */
export function isPesComplete(packet: Uint8Array, size: number): boolean {
  const length = size < PES_LENGTH_END ? 0 : (packet[4] ?? 0) << 8 | (packet[5] ?? 0);
  return length > 0 && size >= PES_LENGTH_END + length;
}

/** Whether a whole PES packet is nothing but padding or private data without times. */
export function isHeadless(packet: Uint8Array): boolean {
  return HEADLESS.has(packet[3] ?? 0);
}

/**
 * Reads a whole PES packet into views of it. What stands behind its length is left out.
 *
 * @throws {MpegTsError} when the start code is missing or a header is longer than the packet.
 */
export function parsePes(packet: Uint8Array): PesPacket {
  const at = (i: number) => packet[i] ?? 0;
  if (packet.length < PES_HEAD_SIZE) {
    throw new MpegTsError("PES packet", "it is cut short", packet.length);
  }
  if (at(0) !== 0 || at(1) !== 0 || at(2) !== 1) {
    throw new MpegTsError("PES packet", "the start code is missing", 0);
  }
  const length = at(4) << 8 | at(5);
  const end = length === 0 ? packet.length : PES_LENGTH_END + length;
  const start = PES_HEAD_SIZE + at(8);
  if (start > Math.min(end, packet.length)) {
    throw new MpegTsError("PES packet", `a header of ${at(8)} bytes does not fit`, 8);
  }
  return {
    ...readTimes(packet, at(7) >> 6, at(8)),
    isScrambled: (at(6) & 0x30) !== 0,
    isBounded: length > 0,
    payload: packet.subarray(start, end),
  };
}

function readTimes(
  packet: Uint8Array,
  flags: number,
  headerSize: number,
): Pick<PesPacket, "pts" | "dts"> {
  if ((flags & 2) === 0 || headerSize < TIMESTAMP_SIZE) return {};
  const pts = readTimestamp(packet, PES_HEAD_SIZE);
  if ((flags & 1) === 0 || headerSize < 2 * TIMESTAMP_SIZE) return { pts };
  return { pts, dts: readTimestamp(packet, PES_HEAD_SIZE + TIMESTAMP_SIZE) };
}

/**
 * The header of a PES packet before `payloadSize` bytes, which start with an access unit; the caller
 * owns it. DTS is written only where it differs. Packets of video that are too long for their length
 * leave it out; others must fit (see {@linkcode MAX_PES_LENGTH}).
 */
export function writePesHeader(
  streamId: number,
  { pts, dts }: PesTimes,
  payloadSize: number,
): Uint8Array<ArrayBuffer> {
  const timesSize = pts === dts ? TIMESTAMP_SIZE : 2 * TIMESTAMP_SIZE;
  const header = new Uint8Array(PES_HEAD_SIZE + timesSize);
  const length = header.length - PES_LENGTH_END + payloadSize;
  const written = length > MAX_PES_LENGTH ? 0 : length;
  header.set([0, 0, 1, streamId, written >> 8, written & 0xff, 0x84]); // data_alignment_indicator
  header[7] = pts === dts ? 0x80 : 0xc0;
  header[8] = timesSize;
  const { ptsAlone, pts: ptsFirst, dts: dtsSecond } = TIMESTAMP_PREFIX;
  writeTimestamp(header, PES_HEAD_SIZE, pts, pts === dts ? ptsAlone : ptsFirst);
  if (pts !== dts) writeTimestamp(header, PES_HEAD_SIZE + TIMESTAMP_SIZE, dts, dtsSecond);
  return header;
}
