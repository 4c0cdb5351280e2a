import { BitstreamError } from "./errors.ts";

/** `samplingFrequencyIndex`, table 1.18: hertz. */
export const AAC_SAMPLE_RATES = [
  96000,
  88200,
  64000,
  48000,
  44100,
  32000,
  24000,
  22050,
  16000,
  12000,
  11025,
  8000,
  7350,
] as const;

/** What an ADTS header says of the stream. */
export interface AdtsFields {
  /** `profile_ObjectType + 1`: 2 is AAC-LC. */
  readonly objectType: number;
  /** Hertz. */
  readonly sampleRate: number;
  readonly channelConfiguration: number;
}

/** An ADTS header (ISO/IEC 14496-3 1.A.2.2), read. */
export interface AdtsHeader extends AdtsFields {
  /** Bytes of this header: 7, or 9 with a CRC. */
  readonly headerSize: number;
  /** Bytes of header and payload. */
  readonly frameSize: number;
  /** `number_of_raw_data_blocks_in_frame + 1`. */
  readonly blocks: number;
}

const WHAT = "ADTS header";

/** Bytes of a header without CRC. */
export const ADTS_HEADER_SIZE = 7;
const CRC_SIZE = 2;

/** `aac_frame_length` has thirteen bits. */
const MAX_FRAME_SIZE = 0x1fff;

/**
 * Reads the ADTS header at `offset`; undefined when fewer bytes than a header are left.
 *
 * @throws {BitstreamError} when the sync word is missing or a field is reserved.
 */
export function parseAdts(data: Uint8Array, offset = 0): AdtsHeader | undefined {
  if (data.length - offset < ADTS_HEADER_SIZE) return undefined;
  const at = (i: number) => data[offset + i] ?? 0;
  if (at(0) !== 0xff || (at(1) & 0xf6) !== 0xf0) {
    throw new BitstreamError(WHAT, "the sync word is missing", offset);
  }
  const sampleRate = AAC_SAMPLE_RATES[at(2) >> 2 & 0xf];
  if (sampleRate === undefined) {
    throw new BitstreamError(WHAT, "the sampling frequency index is reserved", offset + 2);
  }
  const headerSize = ADTS_HEADER_SIZE + ((at(1) & 1) === 0 ? CRC_SIZE : 0);
  const frameSize = (at(3) & 3) << 11 | at(4) << 3 | at(5) >> 5;
  if (frameSize < headerSize) {
    throw new BitstreamError(WHAT, `a frame of ${frameSize} bytes is too short`, offset + 3);
  }
  return {
    objectType: (at(2) >> 6) + 1,
    sampleRate,
    channelConfiguration: (at(2) & 1) << 2 | at(3) >> 6,
    headerSize,
    frameSize,
    blocks: (at(6) & 3) + 1,
  };
}

/**
 * The seven-byte header before a frame of `payloadSize` bytes, for one raw data block and without a
 * CRC; the caller owns it. ADTS cannot announce SBR and PS, which decoders then find by themselves.
 *
 * @throws {RangeError} when ADTS has no way to say the fields or the size.
 */
export function adtsHeader(
  fields: AdtsFields,
  payloadSize: number,
): Uint8Array<ArrayBuffer> {
  const { objectType, channelConfiguration } = fields;
  const rate = AAC_SAMPLE_RATES.findIndex((known) => known === fields.sampleRate);
  const size = ADTS_HEADER_SIZE + payloadSize;
  if (objectType > 4 || channelConfiguration > 7 || rate < 0 || size > MAX_FRAME_SIZE) {
    throw new RangeError(
      `Cannot write ADTS header: object type ${objectType}, ${fields.sampleRate} Hz, channel ` +
        `configuration ${channelConfiguration} and ${size} bytes do not fit`,
    );
  }
  return Uint8Array.of(
    0xff,
    0xf1,
    objectType - 1 << 6 | rate << 2 | channelConfiguration >> 2,
    (channelConfiguration & 3) << 6 | size >> 11,
    size >> 3 & 0xff,
    (size & 7) << 5 | 0x1f, // adts_buffer_fullness 0x7ff: variable bit rate
    0xfc,
  );
}
