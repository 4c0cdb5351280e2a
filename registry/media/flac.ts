import { BitReader } from "./bit_reader.ts";

/** The STREAMINFO metadata block (RFC 9639 section 8.2), read. */
export interface FlacStreamInfo {
  /** Samples per block. */
  readonly minBlockSize: number;
  readonly maxBlockSize: number;
  /** Bytes; 0 when unknown. */
  readonly minFrameSize: number;
  readonly maxFrameSize: number;
  /** Hertz. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitDepth: number;
  /** Per channel; 0 when unknown, as in live streams. */
  readonly totalSamples: number;
}

/** Bytes of the block, of which the last 16 are an MD5 sum. */
export const FLAC_STREAM_INFO_SIZE = 34;

/**
 * Reads a STREAMINFO block without its block header.
 *
 * @throws {BitstreamError} when it is cut short or its sampling rate is 0.
 */
export function parseFlacStreamInfo(block: Uint8Array): FlacStreamInfo {
  const reader = new BitReader(block, "FLAC STREAMINFO");
  const info: FlacStreamInfo = {
    minBlockSize: reader.bits(16),
    maxBlockSize: reader.bits(16),
    minFrameSize: reader.bits(24),
    maxFrameSize: reader.bits(24),
    sampleRate: reader.bits(20),
    channels: 1 + reader.bits(3),
    bitDepth: 1 + reader.bits(5),
    totalSamples: reader.bits(36),
  };
  reader.skip(128); // MD5 sum of the samples
  if (info.sampleRate === 0) throw reader.error("the sampling rate is 0");
  return info;
}
