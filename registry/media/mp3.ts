import { BitstreamError } from "./errors.ts";

/** A frame header of MPEG-1, 2 or 2.5 audio (ISO/IEC 11172-3 2.4.1.3, 13818-3 2.4.2.3), read. */
export interface MpegAudioHeader {
  readonly version: 1 | 2 | 2.5;
  readonly layer: 1 | 2 | 3;
  /** Bits per second; 0 in the free format. */
  readonly bitrate: number;
  /** Hertz. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Bytes with the header; 0 in the free format, which does not tell. */
  readonly frameLength: number;
  readonly samplesPerFrame: number;
}

const WHAT = "MPEG audio header";
const HEADER_SIZE = 4;

/** By `ID` with the bit before it; 1 is reserved. */
const VERSIONS = [2.5, undefined, 2, 1] as const;

/** By `layer`; 0 is reserved. */
const LAYERS = [undefined, 3, 2, 1] as const;

/** By `sampling_frequency`, of MPEG-1; halved in MPEG-2, quartered in 2.5. */
const SAMPLE_RATES = [44100, 48000, 32000] as const;

/** By `bitrate_index`, in kbit/s. */
const BITRATES = {
  v1l1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  v1l2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  v1l3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  v2l1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  v2l2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  v2l3: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;

const SINGLE_CHANNEL = 3;

/**
 * Reads the frame header at the start of `data`; undefined when there are fewer than four bytes.
 *
 * @throws {BitstreamError} when the sync word is missing or a field is reserved.
 */
export function parseMp3Header(data: Uint8Array): MpegAudioHeader | undefined {
  if (data.length < HEADER_SIZE) return undefined;
  const [sync = 0, head = 0, rates = 0, mode = 0] = data;
  if (sync !== 0xff || (head & 0xe0) !== 0xe0) {
    throw new BitstreamError(WHAT, "the sync word is missing", 0);
  }
  const version = VERSIONS[head >> 3 & 3];
  const layer = LAYERS[head >> 1 & 3];
  if (version === undefined || layer === undefined) {
    throw new BitstreamError(WHAT, "the version or layer is reserved", 1);
  }
  const kilobits = BITRATES[`v${version === 1 ? 1 : 2}l${layer}`][rates >> 4];
  const baseRate = SAMPLE_RATES[rates >> 2 & 3];
  if (kilobits === undefined || baseRate === undefined) {
    throw new BitstreamError(WHAT, "the bit rate or sampling frequency is reserved", 2);
  }
  const sampleRate = baseRate / (version === 1 ? 1 : version === 2 ? 2 : 4);
  const bitrate = kilobits * 1000;
  const samplesPerFrame = samplesOf(version, layer);
  const slot = layer === 1 ? 4 : 1;
  const padding = rates >> 1 & 1;
  const slots = Math.floor(samplesPerFrame / 8 / slot * bitrate / sampleRate) + padding;
  return {
    version,
    layer,
    bitrate,
    sampleRate,
    channels: mode >> 6 === SINGLE_CHANNEL ? 1 : 2,
    frameLength: bitrate === 0 ? 0 : slots * slot,
    samplesPerFrame,
  };
}

function samplesOf(version: 1 | 2 | 2.5, layer: 1 | 2 | 3): number {
  if (layer === 1) return 384;
  return layer === 3 && version !== 1 ? 576 : 1152;
}
