/**
 * Transport-wide congestion control feedback,
 * draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1.
 *
 * @module
 */

import type { RtcpBodyReader } from "./rtcp_body.ts";
import { type FeedbackTarget, readFeedbackTarget, writeFeedbackTarget } from "./rtcp_feedback.ts";

export interface TransportFeedback extends FeedbackTarget {
  readonly type: "transportFeedback";
  /** Transport-wide sequence number of the first packet that `deltas` is about. */
  readonly baseSequence: number;
  /** When the base of the first delta was, in units of 64 ms; 24 bits, signed. */
  readonly referenceTime: number;
  /** Counts these messages modulo 256. */
  readonly feedbackCount: number;
  /**
   * For each packet from `baseSequence` on: its arrival after the one before it in this list, in
   * units of 250 microseconds (16 bits, signed), or undefined when it has not arrived.
   */
  readonly deltas: readonly (number | undefined)[];
}

/**
 * Packets that one message may be about: a second of some 80 Mbit/s, while feedback is sent many times
 * a second. Runs of lost packets take two bytes on the wire however long they are, so their count
 * cannot be left to the sender.
 */
export const MAX_TRANSPORT_STATUSES = 8192;

/** Packet status symbols of section 3.1.1; 3 is reserved and has no delta. */
const NOT_RECEIVED = 0;
const SMALL_DELTA = 1;
const LARGE_DELTA = 2;

const MAX_RUN = 0x1fff;
const SYMBOLS_OF_TWO_BITS = 7;
const SYMBOLS_OF_ONE_BIT = 14;

export function readTransportFeedback(reader: RtcpBodyReader): TransportFeedback {
  const target = readFeedbackTarget(reader);
  const baseSequence = reader.u16();
  const count = reader.u16();
  if (count > MAX_TRANSPORT_STATUSES) {
    throw reader.error(`${count} packets are more than ${MAX_TRANSPORT_STATUSES}`);
  }
  const referenceTime = reader.i24();
  const feedbackCount = reader.u8();
  const symbols: number[] = [];
  while (symbols.length < count) readChunk(reader.u16(), count, symbols);
  const deltas = symbols.map((symbol) => readDelta(reader, symbol));
  return {
    type: "transportFeedback",
    ...target,
    baseSequence,
    referenceTime,
    feedbackCount,
    deltas,
  };
}

/** Sections 3.1.3 and 3.1.4; symbols past `count` only fill up the last chunk. */
function readChunk(chunk: number, count: number, symbols: number[]): void {
  const isVector = (chunk & 0x8000) !== 0;
  const isWide = (chunk & 0x4000) !== 0;
  const bits = isWide ? 2 : 1;
  const length = !isVector ? chunk & MAX_RUN : isWide ? SYMBOLS_OF_TWO_BITS : SYMBOLS_OF_ONE_BIT;
  for (let index = 0; index < length && symbols.length < count; index++) {
    const vectorSymbol = (chunk >> (14 - bits * (index + 1))) & (2 ** bits - 1);
    symbols.push(isVector ? vectorSymbol : (chunk >> 13) & 3);
  }
}

function readDelta(reader: RtcpBodyReader, symbol: number): number | undefined {
  if (symbol === SMALL_DELTA) return reader.u8();
  return symbol === LARGE_DELTA ? reader.i16() : undefined;
}

/**
 * Throws `RangeError` for a delta that is no signed 16-bit integer, and for more than
 * {@linkcode MAX_TRANSPORT_STATUSES} packets.
 */
export function writeTransportFeedback(message: TransportFeedback): Uint8Array {
  const { deltas } = message;
  if (deltas.length > MAX_TRANSPORT_STATUSES) {
    throw new RangeError(`Cannot write transport feedback: it is about ${deltas.length} packets`);
  }
  const symbols = deltas.map(symbolOf);
  const chunks = packChunks(symbols);
  // A symbol is the number of bytes of its delta.
  const deltaSize = symbols.reduce((size, symbol) => size + symbol, 0);
  const writer = writeFeedbackTarget(message, 8 + 2 * chunks.length + deltaSize)
    .u16(message.baseSequence)
    .u16(deltas.length)
    .u24(message.referenceTime)
    .u8(message.feedbackCount);
  for (const chunk of chunks) writer.u16(chunk);
  for (const delta of deltas) {
    if (delta === undefined) continue;
    if (symbolOf(delta) === SMALL_DELTA) writer.u8(delta);
    else writer.u16(delta);
  }
  return writer.bytes;
}

function symbolOf(delta: number | undefined): number {
  if (delta === undefined) return NOT_RECEIVED;
  if (delta !== (delta << 16) >> 16) {
    throw new RangeError(`Cannot write transport feedback: delta ${delta} is not of 16 bits`);
  }
  return delta >= 0 && delta <= 255 ? SMALL_DELTA : LARGE_DELTA;
}

/** Runs where they are longer than what a chunk of two-bit symbols holds, and such chunks elsewhere. */
function packChunks(symbols: readonly number[]): readonly number[] {
  const chunks: number[] = [];
  for (let at = 0; at < symbols.length;) {
    const run = runLength(symbols, at);
    if (run > SYMBOLS_OF_TWO_BITS) {
      chunks.push((symbols[at] ?? NOT_RECEIVED) << 13 | run);
      at += run;
    } else {
      chunks.push(vectorChunk(symbols.slice(at, at + SYMBOLS_OF_TWO_BITS)));
      at += SYMBOLS_OF_TWO_BITS;
    }
  }
  return chunks;
}

function runLength(symbols: readonly number[], start: number): number {
  let end = start;
  while (end < symbols.length && symbols[end] === symbols[start] && end - start < MAX_RUN) end++;
  return end - start;
}

function vectorChunk(symbols: readonly number[]): number {
  const packed = symbols.reduce((bits, symbol, index) => bits | symbol << (12 - 2 * index), 0);
  return 0xc000 | packed;
}
