/**
 * Baseline JPEG images (ITU-T T.81 annex B): what RTP carries of their headers, in and out.
 *
 * @module
 */

import { bytesEqual } from "../../../../registry/media/config_equal.ts";
import { RtpError } from "../errors.ts";
import { joinBytes } from "../../join.ts";
import { HUFFMAN_TABLES } from "./jpeg_tables.ts";

const WHAT = "JPEG image";

/** Second bytes of markers (table B.1). */
const MARKER = {
  startOfFrame: 0xc0,
  huffmanTables: 0xc4,
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  quantizationTables: 0xdb,
  restartInterval: 0xdd,
} as const;

/** What RTP carries of an image. */
export interface JpegImage {
  readonly width: number;
  readonly height: number;
  /** Vertical sampling factor of luma: 1 is 4:2:2, 2 is 4:2:0. */
  readonly verticalSampling: 1 | 2;
  /** Of luma and chroma, in zigzag order: one for both, or two. */
  readonly quantizers: readonly Uint8Array[];
  /** Blocks between restart markers; 0 without any. */
  readonly restartInterval: number;
  /** The entropy-coded scan, without the end of image. */
  readonly scan: Uint8Array;
}

/** Bytes of a quantization table of 8 bits. */
const QUANTIZERS_SIZE = 64;

/** The whole image, with the standard Huffman tables; the caller owns it. */
export function writeJpeg(image: JpegImage): Uint8Array {
  const { width, height, quantizers, restartInterval } = image;
  const chroma = quantizers.length - 1;
  const luma = 0x20 | image.verticalSampling;
  const [high, low] = [(value: number) => value >> 8, (value: number) => value & 0xff];
  const size = [high(height), low(height), high(width), low(width)];
  const restarts = [high(restartInterval), low(restartInterval)];
  return joinBytes([
    Uint8Array.of(0xff, MARKER.startOfImage),
    ...quantizers.map((table, id) => segment(MARKER.quantizationTables, [id, ...table])),
    ...(restartInterval > 0 ? [segment(MARKER.restartInterval, restarts)] : []),
    segment(MARKER.startOfFrame, [8, ...size, 3, 1, luma, 0, 2, 0x11, chroma, 3, 0x11, chroma]),
    ...HUFFMAN_TABLES.map((table) => segment(MARKER.huffmanTables, table)),
    segment(MARKER.startOfScan, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
    withoutEnd(image.scan),
    Uint8Array.of(0xff, MARKER.endOfImage),
  ]);
}

function segment(marker: number, body: Iterable<number>): Uint8Array {
  const bytes = Uint8Array.of(0xff, marker, 0, 0, ...body);
  bytes[2] = (bytes.length - 2) >> 8;
  bytes[3] = bytes.length - 2;
  return bytes;
}

/** The scan up to its end of image, behind which some cameras leave padding. */
function withoutEnd(scan: Uint8Array): Uint8Array {
  let marker = scan.lastIndexOf(MARKER.endOfImage);
  while (marker > 0 && scan[marker - 1] !== 0xff) {
    marker = scan.lastIndexOf(MARKER.endOfImage, marker - 1);
  }
  return marker > 0 ? scan.subarray(0, marker - 1) : scan;
}

/** What has been read of an image before its scan. */
interface JpegHeaders {
  frame?: Uint8Array;
  restartInterval: number;
  readonly quantizers: Map<number, Uint8Array>;
}

/**
 * Reads an image into views of it.
 *
 * @throws {RtpError} when it is damaged, or RTP has no way to say it: progressive, 4:4:4, 16-bit
 * quantizers, Huffman tables of its own.
 */
export function readJpeg(data: Uint8Array): JpegImage {
  const headers: JpegHeaders = { restartInterval: 0, quantizers: new Map() };
  let offset = 2;
  if (data[0] !== 0xff || data[1] !== MARKER.startOfImage) {
    throw new RtpError(WHAT, "the start of image is missing", 0);
  }
  while (true) {
    const marker = data[offset + 1] ?? 0;
    const start = offset + 4;
    const end = offset + 2 + (data[offset + 2] ?? 0) * 256 + (data[offset + 3] ?? 0);
    if (data[offset] !== 0xff || end < start || end > data.length) {
      throw new RtpError(WHAT, "a segment is damaged", offset);
    }
    readSegment(headers, marker, data.subarray(start, end), offset);
    offset = end;
    if (marker === MARKER.startOfScan) break;
  }
  return imageOf(headers, withoutEnd(data.subarray(offset)));
}

function readSegment(
  headers: JpegHeaders,
  marker: number,
  body: Uint8Array,
  offset: number,
): void {
  if (marker === MARKER.startOfFrame) headers.frame = body;
  else if (marker === MARKER.quantizationTables) readQuantizers(headers, body, offset);
  else if (marker === MARKER.huffmanTables) checkHuffmanTables(body, offset);
  else if (marker === MARKER.restartInterval) {
    headers.restartInterval = (body[0] ?? 0) * 256 + (body[1] ?? 0);
  } else if ((marker & 0xf0) === MARKER.startOfFrame) {
    throw new RtpError(WHAT, "it is not baseline", offset);
  }
}

function readQuantizers({ quantizers }: JpegHeaders, body: Uint8Array, offset: number): void {
  for (let at = 0; at < body.length; at += 1 + QUANTIZERS_SIZE) {
    const id = body[at] ?? 0;
    const table = body.subarray(at + 1, at + 1 + QUANTIZERS_SIZE);
    if (id > 3 || table.length < QUANTIZERS_SIZE) {
      throw new RtpError(WHAT, "its quantizers are not of 8 bits", offset);
    }
    quantizers.set(id, table);
  }
}

function checkHuffmanTables(body: Uint8Array, offset: number): void {
  for (let rest = body; rest.length > 0;) {
    const table = HUFFMAN_TABLES.find((known) => known[0] === rest[0]);
    if (table === undefined || !bytesEqual(rest.subarray(0, table.length), table)) {
      throw new RtpError(WHAT, "its Huffman tables are not the standard ones", offset);
    }
    rest = rest.subarray(table.length);
  }
}

/** Bytes of a frame header with three components. */
const FRAME_SIZE = 15;

function imageOf(headers: JpegHeaders, scan: Uint8Array): JpegImage {
  const { frame, quantizers, restartInterval } = headers;
  if (frame === undefined || frame.length !== FRAME_SIZE || frame[0] !== 8 || frame[5] !== 3) {
    throw new RtpError(WHAT, "it is not of three components of 8 bits", 0);
  }
  const at = (index: number) => frame[index] ?? 0;
  const verticalSampling = at(7) === 0x21 ? 1 : 2;
  if (
    at(7) >> 4 !== 2 || at(7) !== (0x20 | verticalSampling) || at(10) !== 0x11 || at(13) !== 0x11
  ) {
    throw new RtpError(WHAT, "its chroma is neither 4:2:0 nor 4:2:2", 0);
  }
  const [luma, chroma] = [quantizers.get(at(8)), quantizers.get(at(11))];
  if (luma === undefined || chroma === undefined || at(11) !== at(14)) {
    throw new RtpError(WHAT, "its quantizers are missing", 0);
  }
  return {
    width: at(3) * 256 + at(4),
    height: at(1) * 256 + at(2),
    verticalSampling,
    quantizers: bytesEqual(luma, chroma) ? [luma] : [luma, chroma],
    restartInterval,
    scan,
  };
}
