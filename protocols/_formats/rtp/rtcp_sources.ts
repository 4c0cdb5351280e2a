/**
 * Who takes part and who leaves: SDES with its CNAME item and BYE, RFC 3550 sections 6.5 and 6.6.
 *
 * @module
 */

import { type RtcpBodyReader, RtcpBodyWriter } from "./rtcp_body.ts";

/** What a source says of itself; all items but CNAME are skipped. */
export interface SourceDescription {
  readonly ssrc: number;
  /** The name that ties the streams of one sender to one clock. */
  readonly cname?: string;
}

export interface SourceDescriptions {
  readonly type: "sourceDescription";
  readonly sources: readonly SourceDescription[];
}

export interface Goodbye {
  readonly type: "goodbye";
  readonly ssrcs: readonly number[];
  readonly reason?: string;
}

/** SDES item types of section 12.2. */
const SDES_END = 0;
const SDES_CNAME = 1;

/** What the length field of a text can say. */
const MAX_TEXT_BYTES = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function readSourceDescriptions(reader: RtcpBodyReader, count: number): SourceDescriptions {
  const sources = Array.from({ length: count }, () => readSource(reader));
  return { type: "sourceDescription", sources };
}

/** Some devices leave out the end of the last list, so the end of the packet ends it as well. */
function readSource(reader: RtcpBodyReader): SourceDescription {
  const ssrc = reader.u32();
  let cname: string | undefined;
  while (reader.bytesLeft > 0) {
    const type = reader.u8();
    if (type === SDES_END) {
      reader.align();
      break;
    }
    const text = reader.bytes(reader.u8());
    if (type === SDES_CNAME) cname ??= decodeText(text);
  }
  return { ssrc, ...(cname !== undefined && { cname }) };
}

/** Undefined when it is no UTF-8: nothing but the text itself is lost then. */
function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function encodeText(what: string, text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.byteLength > MAX_TEXT_BYTES) {
    throw new RangeError(`Cannot write ${what}: it has ${bytes.byteLength} bytes`);
  }
  return bytes;
}

/** Throws `RangeError` for a CNAME of more than 255 bytes. */
export function writeSourceDescriptions({ sources }: SourceDescriptions): Uint8Array {
  const chunks = sources.map(writeSource);
  const writer = new RtcpBodyWriter(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  for (const chunk of chunks) writer.put(chunk);
  return writer.bytes;
}

function writeSource({ ssrc, cname }: SourceDescription): Uint8Array {
  const text = cname === undefined ? undefined : encodeText("RTCP CNAME", cname);
  const itemSize = text === undefined ? 0 : 2 + text.byteLength;
  const writer = new RtcpBodyWriter(4 + itemSize + 1).u32(ssrc);
  if (text !== undefined) writer.u8(SDES_CNAME).u8(text.byteLength).put(text);
  return writer.u8(SDES_END).bytes;
}

export function readGoodbye(reader: RtcpBodyReader, count: number): Goodbye {
  const ssrcs = Array.from({ length: count }, () => reader.u32());
  if (reader.bytesLeft === 0) return { type: "goodbye", ssrcs };
  const reason = decodeText(reader.bytes(reader.u8()));
  return { type: "goodbye", ssrcs, ...(reason !== undefined && { reason }) };
}

/** Throws `RangeError` for a reason of more than 255 bytes. */
export function writeGoodbye({ ssrcs, reason }: Goodbye): Uint8Array {
  const text = reason === undefined ? undefined : encodeText("RTCP BYE reason", reason);
  const writer = new RtcpBodyWriter(4 * ssrcs.length + (text ? 1 + text.byteLength : 0));
  for (const ssrc of ssrcs) writer.u32(ssrc);
  if (text !== undefined) writer.u8(text.byteLength).put(text);
  return writer.bytes;
}
