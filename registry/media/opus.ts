/**
 * Opus: the identification header (RFC 7845 section 5.1) and the duration of packets.
 *
 * @module
 */

import { ByteReader } from "./byte_reader.ts";
import { BitstreamError } from "./errors.ts";

/** Opus always decodes at this rate, whatever the input rate in the header says (RFC 7845 4). */
export const OPUS_SAMPLE_RATE = 48000;

/** The identification header. */
export interface OpusHead {
  readonly version: number;
  readonly channels: number;
  /** Samples at 48 kHz to drop at the start. */
  readonly preSkip: number;
  /** Of the original input, in hertz; 0 when unknown. For information only. */
  readonly inputSampleRate: number;
  /** In 1/256 dB. */
  readonly outputGain: number;
  /** 0: mono or stereo, without a table; 1: Vorbis order; 255: unspecified. */
  readonly mappingFamily: number;
  /** Present unless the family is 0. */
  readonly mapping?: OpusMapping;
}

/** The channel mapping table (RFC 7845 section 5.1.1). */
export interface OpusMapping {
  readonly streams: number;
  readonly coupled: number;
  /** The decoded channel of each output channel; 255 is silence. */
  readonly channels: Uint8Array;
}

const WHAT = "OpusHead";
const MAGIC = new TextEncoder().encode("OpusHead");
const HEAD_SIZE = 19;

/** The major version in the high four bits must be 0 (RFC 7845 5.1). */
const MAX_VERSION = 15;

/**
 * Reads an identification header. The mapping table is a view of `head`.
 *
 * @throws {BitstreamError} when it is cut short, or its magic, version or channel count is wrong.
 */
export function parseOpusHead(head: Uint8Array): OpusHead {
  const reader = new ByteReader(head, WHAT);
  if (reader.bytes(MAGIC.length).some((byte, i) => byte !== MAGIC[i])) {
    throw new BitstreamError(WHAT, "the magic signature is missing", 0);
  }
  const version = reader.u8();
  if (version > MAX_VERSION) throw reader.error(`version ${version} is not known`);
  const channels = reader.u8();
  if (channels === 0) throw reader.error("there are no channels");
  const preSkip = readLittleEndian(reader, 2);
  const inputSampleRate = readLittleEndian(reader, 4);
  const gain = readLittleEndian(reader, 2);
  const outputGain = gain < 0x8000 ? gain : gain - 0x10000;
  const mappingFamily = reader.u8();
  const fixed = { version, channels, preSkip, inputSampleRate, outputGain, mappingFamily };
  if (mappingFamily !== 0) return { ...fixed, mapping: readMapping(reader, channels) };
  if (channels > 2) throw reader.error(`mapping family 0 has ${channels} channels, more than 2`);
  return fixed;
}

function readMapping(reader: ByteReader, channels: number): OpusMapping {
  return { streams: reader.u8(), coupled: reader.u8(), channels: reader.bytes(channels) };
}

function readLittleEndian(reader: ByteReader, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value += reader.u8() * 256 ** i;
  return value;
}

/** Writes an identification header; the caller owns it. */
export function serializeOpusHead(head: OpusHead): Uint8Array<ArrayBuffer> {
  const { mapping } = head;
  const bytes = new Uint8Array(HEAD_SIZE + (mapping ? 2 + mapping.channels.length : 0));
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes[8] = head.version;
  bytes[9] = head.channels;
  view.setUint16(10, head.preSkip, true);
  view.setUint32(12, head.inputSampleRate, true);
  view.setInt16(16, head.outputGain, true);
  bytes[18] = head.mappingFamily;
  if (mapping) {
    bytes[19] = mapping.streams;
    bytes[20] = mapping.coupled;
    bytes.set(mapping.channels, 21);
  }
  return bytes;
}

/** Samples at 48 kHz per frame by the two low bits of `config`: SILK, hybrid, CELT (table 2). */
const SILK_DURATIONS = [480, 960, 1920, 2880] as const;
const HYBRID_DURATIONS = [480, 960] as const;
const CELT_DURATIONS = [120, 240, 480, 960] as const;

/** 120 ms, RFC 6716 section 3.2.5. */
const MAX_PACKET_DURATION = 5760;

/**
 * Samples at 48 kHz in a packet, told from its TOC byte (RFC 6716 section 3.1) and frame count.
 *
 * @throws {BitstreamError} when the packet is empty, has no frames, or lasts more than 120 ms.
 */
export function opusPacketDuration(packet: Uint8Array): number {
  const reader = new ByteReader(packet, "Opus packet");
  const toc = reader.u8();
  const duration = frameDuration(toc >> 3) * frameCount(reader, toc & 3);
  if (duration === 0) throw reader.error("there are no frames");
  if (duration > MAX_PACKET_DURATION) {
    throw reader.error(`${duration} samples are more than ${MAX_PACKET_DURATION}`);
  }
  return duration;
}

function frameDuration(config: number): number {
  if (config < 12) return SILK_DURATIONS[config & 3] ?? 0;
  if (config < 16) return HYBRID_DURATIONS[config & 1] ?? 0;
  return CELT_DURATIONS[config & 3] ?? 0;
}

/** Code 0 is one frame, 1 and 2 are two, 3 counts them in a byte. */
function frameCount(reader: ByteReader, code: number): number {
  if (code === 0) return 1;
  return code < 3 ? 2 : reader.u8() & 0x3f;
}
