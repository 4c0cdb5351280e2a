/**
 * RTP packets (RFC 3550 section 5.1) and the bytes before their payload.
 *
 * @module
 */

import { RtpError } from "./errors.ts";

/** Bytes of the header without contributing sources and without extension. */
export const RTP_HEADER_SIZE = 12;

const WHAT = "RTP packet";
const VERSION = 2;
const PADDING = 0x20;
const EXTENSION = 0x10;
const MARKER = 0x80;
const WORD = 4;

/** Bytes before the data of an extension: profile and length. */
const EXTENSION_HEAD = 4;

/** The header extension (section 5.3.1), whose meaning is that of its profile. */
export interface RtpExtension {
  /** "Defined by profile": 0xbede and 0x1000 are those of RFC 8285. */
  readonly profile: number;
  /** Whole 32-bit words. */
  readonly data: Uint8Array;
}

/** What the sender of a packet says in the header. */
export interface RtpFields {
  readonly marker: boolean;
  /** 0 to 127. */
  readonly payloadType: number;
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, in ticks of the payload's clock. */
  readonly timestamp: number;
  readonly ssrc: number;
  readonly extension?: RtpExtension;
}

/** A packet, read. Contributing sources, which only mixers write, are passed over. */
export interface RtpPacket extends RtpFields {
  /** Without padding; may be empty. */
  readonly payload: Uint8Array;
}

/**
 * Reads a packet into views of `data`, which whoever owns the datagram owns.
 *
 * @throws {RtpError} when it is cut short, of another version, or its padding or extension is longer
 * than itself.
 */
export function parseRtpPacket(data: Uint8Array): RtpPacket {
  if (data.length < RTP_HEADER_SIZE) {
    throw new RtpError(WHAT, `${data.length} bytes are less than a header`, data.length);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const flags = view.getUint8(0);
  if (flags >> 6 !== VERSION) throw new RtpError(WHAT, `the version is ${flags >> 6}`, 0);
  const type = view.getUint8(1);
  const sourcesEnd = RTP_HEADER_SIZE + WORD * (flags & 0xf);
  const extension = (flags & EXTENSION) === 0 ? undefined : readExtension(view, sourcesEnd);
  const start = sourcesEnd + (extension ? EXTENSION_HEAD + extension.data.length : 0);
  const end = data.length - ((flags & PADDING) === 0 ? 0 : readPadding(view));
  if (start > end) throw new RtpError(WHAT, "the header runs into the end", start);
  return {
    marker: (type & MARKER) !== 0,
    payloadType: type & 0x7f,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: data.subarray(start, end),
    ...(extension && { extension }),
  };
}

function readExtension(view: DataView, offset: number): RtpExtension {
  const start = offset + EXTENSION_HEAD;
  if (start > view.byteLength) throw new RtpError(WHAT, "the extension is cut short", offset);
  const size = WORD * view.getUint16(offset + 2);
  if (start + size > view.byteLength) {
    const reason = `an extension of ${size} bytes has ${view.byteLength - start}`;
    throw new RtpError(WHAT, reason, offset);
  }
  const data = new Uint8Array(view.buffer, view.byteOffset + start, size);
  return { profile: view.getUint16(offset), data };
}

/** The last byte counts the padding, itself included. */
function readPadding(view: DataView): number {
  const last = view.byteLength - 1;
  const size = view.getUint8(last);
  if (size === 0) throw new RtpError(WHAT, "the padding has no length", last);
  return size;
}

/** Bytes that {@linkcode writeRtpHeader} writes. */
export function rtpHeaderSize({ extension }: Pick<RtpFields, "extension">): number {
  return RTP_HEADER_SIZE + (extension ? EXTENSION_HEAD + extension.data.length : 0);
}

/**
 * Writes the header of a packet into `target` and returns the offset of the payload.
 *
 * @throws {RangeError} when `target` is too short.
 */
export function writeRtpHeader(target: Uint8Array, offset: number, fields: RtpFields): number {
  const { extension } = fields;
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  view.setUint8(offset, VERSION << 6 | (extension ? EXTENSION : 0));
  view.setUint8(offset + 1, (fields.marker ? MARKER : 0) | fields.payloadType);
  view.setUint16(offset + 2, fields.sequence);
  view.setUint32(offset + 4, fields.timestamp);
  view.setUint32(offset + 8, fields.ssrc);
  const end = offset + RTP_HEADER_SIZE;
  if (extension === undefined) return end;
  view.setUint16(end, extension.profile);
  view.setUint16(end + 2, extension.data.length / WORD);
  target.set(extension.data, end + EXTENSION_HEAD);
  return end + EXTENSION_HEAD + extension.data.length;
}
