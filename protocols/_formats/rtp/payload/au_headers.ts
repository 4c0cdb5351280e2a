/**
 * The AU header section of MPEG4-GENERIC (RFC 3640 section 3.2.1).
 *
 * @module
 */

import { BitReader } from "../../../../registry/media/bit_reader.ts";
import { RtpError } from "../errors.ts";
import { type FormatParameters, integerParameter } from "./fmtp.ts";

const WHAT = "MPEG4-GENERIC payload";

/** Which fields stand in an AU header, in bits; 0 for those that do not. */
export interface AuHeaderLayout {
  readonly size: number;
  readonly index: number;
  readonly indexDelta: number;
  readonly ctsDelta: number;
  readonly dtsDelta: number;
  /** 1 where there is a random access flag. */
  readonly randomAccess: number;
  readonly streamState: number;
  readonly auxiliarySize: number;
  /** Bytes of each access unit where the headers do not tell; 0 when nothing does. */
  readonly constantSize: number;
}

/** RFC 3640 sections 3.3.5 and 3.3.6. */
const LOW_RATE = { size: 6, index: 2 } as const;
const HIGH_RATE = { size: 13, index: 3 } as const;

/** No field can be longer than what one number holds. */
const MAX_FIELD_BITS = 32;
const MAX_CONSTANT_SIZE = 0xffff;

/** Reads the layout from the parameters; those that are missing are those of the mode. */
export function auHeaderLayout(parameters: FormatParameters): AuHeaderLayout {
  const constantSize = integerParameter(parameters, "constantsize", 0, MAX_CONSTANT_SIZE);
  const mode = parameters.get("mode")?.toLowerCase() === "aac-lbr" ? LOW_RATE : HIGH_RATE;
  const bits = (name: string, fallback = 0) =>
    integerParameter(parameters, name, fallback, MAX_FIELD_BITS);
  const index = bits("indexlength", constantSize > 0 ? 0 : mode.index);
  return {
    size: bits("sizelength", constantSize > 0 ? 0 : mode.size),
    index,
    indexDelta: bits("indexdeltalength", index),
    ctsDelta: bits("ctsdeltalength"),
    dtsDelta: bits("dtsdeltalength"),
    randomAccess: Math.min(1, bits("randomaccessindication")),
    streamState: bits("streamstateindication"),
    auxiliarySize: bits("auxiliarydatasizelength"),
    constantSize,
  };
}

/** What the headers of a packet say. */
export interface AuSection {
  /** Bytes of each access unit, or of the whole of which the packet has a fragment. */
  readonly sizes: readonly number[];
  /** What follows the headers. */
  readonly data: Uint8Array;
}

/** Bytes of the length of the headers, which is in bits. */
const LENGTH_SIZE = 2;

/**
 * Reads the headers. Interleaving (section 3.2.3.2), which would need all of it undone before a
 * decoder, is refused: no sender of live media is known to use it.
 *
 * @throws {RtpError} when the headers are cut short or interleaved.
 * @throws {BitstreamError} when a field runs past the end.
 */
export function readAuSection(payload: Uint8Array, layout: AuHeaderLayout): AuSection {
  const minBits = minHeaderBits(layout);
  if (minBits === 0) {
    const data = afterAuxiliary(payload, layout);
    return { sizes: constantSizes(data.length, layout.constantSize), data };
  }
  const headerBits = (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
  const end = LENGTH_SIZE + Math.ceil(headerBits / 8);
  if (end > payload.length) throw new RtpError(WHAT, "the AU headers are cut short", 0);
  const reader = new BitReader(payload.subarray(LENGTH_SIZE, end), "AU headers");
  const sizes: number[] = [];
  while (headerBits - reader.position >= minBits) {
    sizes.push(readSize(reader, layout, sizes.length === 0));
  }
  return { sizes, data: afterAuxiliary(payload.subarray(end), layout) };
}

/** Bits of a header of which the optional fields are absent. */
function minHeaderBits(layout: AuHeaderLayout): number {
  return layout.size + Math.min(layout.index, layout.indexDelta) + Math.min(1, layout.ctsDelta) +
    Math.min(1, layout.dtsDelta) + layout.randomAccess + layout.streamState;
}

function readSize(reader: BitReader, layout: AuHeaderLayout, isFirst: boolean): number {
  const size = reader.bits(layout.size);
  const index = reader.bits(isFirst ? layout.index : layout.indexDelta);
  if (!isFirst && index !== 0) {
    throw new RtpError(WHAT, "interleaving is not supported", LENGTH_SIZE);
  }
  if (layout.ctsDelta > 0 && reader.bit()) reader.skip(layout.ctsDelta);
  if (layout.dtsDelta > 0 && reader.bit()) reader.skip(layout.dtsDelta);
  reader.skip(layout.randomAccess + layout.streamState);
  return layout.size > 0 ? size : layout.constantSize;
}

/** The auxiliary section (section 3.2.2) begins with its length in bits. */
function afterAuxiliary(data: Uint8Array, { auxiliarySize }: AuHeaderLayout): Uint8Array {
  if (auxiliarySize === 0) return data;
  const length = new BitReader(data, "auxiliary section").bits(auxiliarySize);
  return data.subarray(Math.ceil((auxiliarySize + length) / 8));
}

/** All access units of a packet without headers; the whole packet when nothing tells their size. */
function constantSizes(bytes: number, size: number): readonly number[] {
  if (size === 0 || size > bytes) return [Math.max(size, bytes)];
  return new Array<number>(Math.floor(bytes / size)).fill(size);
}
