/**
 * The StreamMuxConfig of LATM (ISO/IEC 14496-3 section 1.7.3): one programme in one layer, which is
 * all that RTP has ever been seen to carry.
 *
 * @module
 */

import { measureAudioSpecificConfig } from "../../../../registry/media/aac.ts";
import { BitReader } from "../../../../registry/media/bit_reader.ts";
import { BitWriter } from "../../../../registry/media/bit_writer.ts";

const WHAT = "StreamMuxConfig";

/** Bits that stand at least behind the AudioSpecificConfig. */
const MIN_TAIL_BITS = 3 + 8 + 1 + 1;

/** What it says, read. */
export interface StreamMuxConfig {
  readonly audioSpecificConfig: Uint8Array;
  /** Access units in one AudioMuxElement. */
  readonly subFrames: number;
}

/**
 * Reads a StreamMuxConfig from where `reader` stands and leaves it behind it.
 *
 * Deviation: GStreamer's `rtpmp4apay` ends it with the AudioSpecificConfig, whose frames have a
 * length of their own all the same.
 *
 * @throws {BitstreamError} when it is cut short, or describes more than one layer, or frames without
 * a length of their own.
 */
export function readStreamMuxConfig(reader: BitReader): StreamMuxConfig {
  const version = reader.bits(1);
  if (version === 1 && reader.bit()) throw reader.error("audioMuxVersionA 1 is not supported");
  if (version === 1) readLatmValue(reader); // taraBufferFullness
  if (!reader.bit()) throw reader.error("streams of different framing are not supported");
  const subFrames = 1 + reader.bits(6);
  if (reader.bits(4) !== 0) throw reader.error("several programmes are not supported");
  if (reader.bits(3) !== 0) throw reader.error("several layers are not supported");
  const audioSpecificConfig = version === 0 ? readOpenConfig(reader) : readSizedConfig(reader);
  if (reader.bitsLeft < MIN_TAIL_BITS) return { audioSpecificConfig, subFrames };
  if (reader.bits(3) !== 0) throw reader.error("frames of a fixed length are not supported");
  reader.skip(8); // latmBufferFullness
  if (reader.bit()) skipOtherData(reader, version);
  if (reader.bit()) reader.skip(8); // crcCheckSum
  return { audioSpecificConfig, subFrames };
}

/** `LatmGetValue`: up to four bytes, after a count of them. */
function readLatmValue(reader: BitReader): number {
  const bytes = 1 + reader.bits(2);
  return reader.bits(8 * bytes);
}

/** In version 0 the configuration has no length but its own syntax. */
function readOpenConfig(reader: BitReader): Uint8Array {
  const { bits } = measureAudioSpecificConfig(peekBits(reader, reader.bitsLeft));
  const config = peekBits(reader, bits);
  reader.skip(bits);
  return config;
}

function readSizedConfig(reader: BitReader): Uint8Array {
  const bits = readLatmValue(reader);
  if (bits > reader.bitsLeft) throw reader.error(`${bits} bits of configuration are cut short`);
  const config = peekBits(reader, bits);
  reader.skip(bits);
  return config;
}

/** The next bits, moved to whole bytes and filled up with zeros. */
function peekBits(reader: BitReader, count: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(count / 8));
  const copy = reader.fork();
  for (let i = 0; i < bytes.length; i++) {
    const bits = Math.min(8, count - 8 * i);
    bytes[i] = copy.bits(bits) << (8 - bits);
  }
  return bytes;
}

/** `otherDataLenBits`: its data stands after the access units, where nobody looks for it. */
function skipOtherData(reader: BitReader, version: number): void {
  if (version === 1) {
    readLatmValue(reader);
    return;
  }
  let goesOn = true;
  while (goesOn) {
    goesOn = reader.bit();
    reader.skip(8);
  }
}

/**
 * Writes the configuration of one access unit per AudioMuxElement; the caller owns it.
 *
 * @throws {BitstreamError} when the AudioSpecificConfig cannot be read.
 */
export function writeStreamMuxConfig(audioSpecificConfig: Uint8Array): Uint8Array<ArrayBuffer> {
  const { bits } = measureAudioSpecificConfig(audioSpecificConfig);
  const reader = new BitReader(audioSpecificConfig, WHAT);
  const writer = new BitWriter();
  writer.bits(0, 1); // audioMuxVersion
  writer.bits(1, 1); // allStreamsSameTimeFraming
  writer.bits(0, 6 + 4 + 3); // one sub-frame, programme and layer
  for (let i = 0; i < bits; i++) writer.bits(reader.bits(1), 1);
  writer.bits(0, 3); // frameLengthType
  writer.bits(0xff, 8); // latmBufferFullness: variable bit rate
  writer.bits(0, 2); // otherDataPresent, crcCheckPresent
  return writer.finish();
}
