/**
 * Sequence headers of the audio codecs that have one.
 *
 * @module
 */

import { parseAudioSpecificConfig } from "../../../registry/media/aac.ts";
import { ByteReader } from "../../../registry/media/byte_reader.ts";
import type { AacConfig, FlacConfig, OpusConfig } from "../../../registry/media/codec.ts";
import { FLAC_STREAM_INFO_SIZE, parseFlacStreamInfo } from "../../../registry/media/flac.ts";
import {
  OPUS_SAMPLE_RATE,
  parseOpusHead,
  serializeOpusHead,
} from "../../../registry/media/opus.ts";

/** The record is the AudioSpecificConfig itself. Throws `BitstreamError`. */
export function readAacRecord(record: Uint8Array): AacConfig {
  parseAudioSpecificConfig(record);
  return { codec: "aac", audioSpecificConfig: record };
}

/** What an empty record stands for: "default to mono/stereo mode". */
const DEFAULT_OPUS_HEAD = serializeOpusHead({
  version: 1,
  channels: 2,
  preSkip: 0,
  inputSampleRate: OPUS_SAMPLE_RATE,
  outputGain: 0,
  mappingFamily: 0,
});

/** The record is the identification header, or empty. Throws `BitstreamError`. */
export function readOpusRecord(record: Uint8Array): OpusConfig {
  if (record.byteLength === 0) return { codec: "opus", head: DEFAULT_OPUS_HEAD };
  parseOpusHead(record);
  return { codec: "opus", head: record };
}

/** "fLaC", then the header of a STREAMINFO block that is the last one and has 34 bytes. */
const FLAC_PREFIX = Uint8Array.of(0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, FLAC_STREAM_INFO_SIZE);

/**
 * The record is a FLAC stream up to the end of its STREAMINFO. FFmpeg leaves out what comes before
 * that block, which is accepted. Throws `BitstreamError`.
 */
export function readFlacRecord(record: Uint8Array): FlacConfig {
  const reader = new ByteReader(record, "FLAC sequence header");
  if (record[0] === FLAC_PREFIX[0]) reader.skip(FLAC_PREFIX.byteLength);
  const streamInfo = reader.bytes(FLAC_STREAM_INFO_SIZE);
  parseFlacStreamInfo(streamInfo);
  return { codec: "flac", streamInfo };
}

export function writeFlacRecord({ streamInfo }: FlacConfig): Uint8Array {
  const record = new Uint8Array(FLAC_PREFIX.byteLength + streamInfo.byteLength);
  record.set(FLAC_PREFIX);
  record.set(streamInfo, FLAC_PREFIX.byteLength);
  return record;
}
