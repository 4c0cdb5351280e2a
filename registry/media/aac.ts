/**
 * AAC: the AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) and the ADTS header (1.A.2.2).
 *
 * @module
 */

import { BitReader } from "./bit_reader.ts";
import { BitWriter } from "./bit_writer.ts";
import { readProgramChannels } from "./aac_program.ts";
import { AAC_SAMPLE_RATES } from "./adts.ts";

export {
  AAC_SAMPLE_RATES,
  type AdtsFields,
  type AdtsHeader,
  adtsHeader,
  parseAdts,
} from "./adts.ts";

/** Channels by `channelConfiguration`, table 1.19; 0 is not a configuration or stands for a PCE. */
const CHANNELS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 0, 8];

const EXPLICIT_RATE = 15;
const ESCAPE = 31;

/** `audioObjectType` values, table 1.17. */
export const AAC_OBJECT = {
  main: 1,
  lc: 2,
  ssr: 3,
  ltp: 4,
  sbr: 5,
  ld: 23,
  ps: 29,
  eld: 39,
} as const;

/** Object types whose configuration is a GASpecificConfig. */
const GENERAL_AUDIO: ReadonlySet<number> = new Set([1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23]);

/** Object types whose GASpecificConfig goes on with `layerNr`. */
const SCALABLE: ReadonlySet<number> = new Set([6, 20]);

/** `syncExtensionType` before an SBR and before a PS extension (1.6.5). */
const SYNC_SBR = 0x2b7;
const SYNC_PS = 0x548;

/** An AudioSpecificConfig, read. */
export interface AudioSpecificConfig {
  /** Of the core coder: 2 is AAC-LC, also in HE-AAC. */
  readonly objectType: number;
  /** Of the core coder, in hertz. */
  readonly sampleRate: number;
  /** 0 when a program config element tells the channels. */
  readonly channelConfiguration: number;
  /** That the core coder makes. */
  readonly channels: number;
  /** Announced spectral band replication, or parametric stereo on top of it. */
  readonly extension?: "sbr" | "ps";
  /** After the extension, in hertz. */
  readonly outputSampleRate: number;
  /** After the extension: parametric stereo makes two of one. */
  readonly outputChannels: number;
  /** Samples per frame and channel at `sampleRate`. */
  readonly frameLength: number;
}

/**
 * Reads an AudioSpecificConfig, its extension included: explicit (object type 5 or 29 in front) or
 * backward compatible (sync word behind). SBR that is not announced at all cannot be seen here.
 *
 * @throws {BitstreamError} when it is cut short or uses a reserved value.
 */
export function parseAudioSpecificConfig(bytes: Uint8Array): AudioSpecificConfig {
  return measureAudioSpecificConfig(bytes).config;
}

/** An AudioSpecificConfig, and the bits that it takes. */
export interface MeasuredConfig {
  readonly config: AudioSpecificConfig;
  readonly bits: number;
}

/**
 * Reads an AudioSpecificConfig that other fields may follow, as in a StreamMuxConfig, where nothing
 * else tells its length.
 *
 * @throws {BitstreamError} as {@linkcode parseAudioSpecificConfig} does.
 */
export function measureAudioSpecificConfig(bytes: Uint8Array): MeasuredConfig {
  const reader = new BitReader(bytes, "AudioSpecificConfig");
  const announced = readObjectType(reader);
  const sampleRate = readSampleRate(reader);
  const channelConfiguration = reader.bits(4);
  let extension = explicitExtension(announced);
  let outputSampleRate = extension ? readSampleRate(reader) : sampleRate;
  const objectType = extension ? readObjectType(reader) : announced;
  const core = readCore(reader, objectType, channelConfiguration);
  const coreEnd = reader.position;
  const mayTrail = extension === undefined && GENERAL_AUDIO.has(objectType);
  const trailing = mayTrail ? readTrailingExtension(reader, sampleRate) : undefined;
  if (trailing) ({ extension, outputSampleRate } = trailing);
  const config: AudioSpecificConfig = {
    objectType,
    sampleRate,
    channelConfiguration,
    channels: core.channels,
    ...(extension && { extension }),
    outputSampleRate,
    outputChannels: extension === "ps" ? Math.max(2, core.channels) : core.channels,
    frameLength: core.frameLength,
  };
  return { config, bits: trailing?.end ?? coreEnd };
}

function explicitExtension(objectType: number): "sbr" | "ps" | undefined {
  if (objectType === AAC_OBJECT.ps) return "ps";
  return objectType === AAC_OBJECT.sbr ? "sbr" : undefined;
}

function readObjectType(reader: BitReader): number {
  const type = reader.bits(5);
  const value = type === ESCAPE ? 32 + reader.bits(6) : type;
  if (value === 0) throw reader.error("the audio object type is 0");
  return value;
}

function readSampleRate(reader: BitReader): number {
  const index = reader.bits(4);
  const rate = index === EXPLICIT_RATE ? reader.bits(24) : AAC_SAMPLE_RATES[index];
  if (!rate) throw reader.error(`sampling frequency index ${index} gives no rate`);
  return rate;
}

interface Core {
  readonly channels: number;
  readonly frameLength: number;
}

/** `GASpecificConfig`, 4.4.1; of other coders only what stands in the common part is known. */
function readCore(reader: BitReader, objectType: number, channelConfiguration: number): Core {
  const channels = CHANNELS[channelConfiguration] ?? 0;
  if (channels === 0 && channelConfiguration !== 0) {
    throw reader.error(`channel configuration ${channelConfiguration} is reserved`);
  }
  const isGeneral = GENERAL_AUDIO.has(objectType);
  if (!isGeneral && objectType !== AAC_OBJECT.eld) return { channels, frameLength: 1024 };
  const isLowDelay = objectType === AAC_OBJECT.ld || objectType === AAC_OBJECT.eld;
  const isShort = reader.bit();
  const frameLength = (isShort ? 960 : 1024) / (isLowDelay ? 2 : 1);
  if (!isGeneral) return { channels, frameLength };
  if (reader.bit()) reader.skip(14); // coreCoderDelay
  const extensionFlag = reader.bit();
  const programChannels = channelConfiguration === 0 ? readProgramChannels(reader) : channels;
  if (SCALABLE.has(objectType)) reader.skip(3); // layerNr
  if (extensionFlag) skipExtension(reader, objectType);
  return { channels: programChannels, frameLength };
}

function skipExtension(reader: BitReader, objectType: number): void {
  if (objectType === 22) reader.skip(16); // numOfSubFrame, layer_length
  if (objectType === 17 || objectType === 19 || objectType === 20 || objectType === 23) {
    reader.skip(3); // resilience flags
  }
  reader.skip(1); // extensionFlag3
}

interface TrailingExtension {
  /** Undefined where it says that there is none, as FFmpeg writes it. */
  readonly extension: "sbr" | "ps" | undefined;
  readonly outputSampleRate: number;
  /** Bits up to its end. */
  readonly end: number;
}

/** The backward compatible extension of a core coder that runs at `sampleRate`. */
function readTrailingExtension(
  reader: BitReader,
  sampleRate: number,
): TrailingExtension | undefined {
  if (reader.bitsLeft < 16 || reader.bits(11) !== SYNC_SBR) return undefined;
  const isSbr = readObjectType(reader) === AAC_OBJECT.sbr && reader.bit();
  const none = { extension: undefined, outputSampleRate: sampleRate, end: reader.position };
  if (!isSbr) return none;
  const outputSampleRate = readSampleRate(reader);
  const end = reader.position;
  if (reader.bitsLeft < 12 || reader.bits(11) !== SYNC_PS) {
    return { extension: "sbr", outputSampleRate, end };
  }
  const extension = reader.bit() ? "ps" : "sbr";
  return { extension, outputSampleRate, end: reader.position };
}

/** What {@linkcode serializeAudioSpecificConfig} needs. */
export type AudioSpecificConfigFields =
  & Pick<AudioSpecificConfig, "objectType" | "sampleRate" | "channelConfiguration">
  & Partial<Pick<AudioSpecificConfig, "extension" | "outputSampleRate">>;

/**
 * Writes an AudioSpecificConfig for frames of 1024 samples (512 in the low-delay coder), with
 * explicit signalling of an extension; the caller owns it.
 *
 * @throws {RangeError} when the channels would need a program config element, or the coder another
 * configuration than a GASpecificConfig.
 */
export function serializeAudioSpecificConfig(
  fields: AudioSpecificConfigFields,
): Uint8Array<ArrayBuffer> {
  const { objectType, sampleRate, channelConfiguration, extension } = fields;
  if (!CHANNELS[channelConfiguration] || !GENERAL_AUDIO.has(objectType)) {
    throw new RangeError(
      `Cannot write AudioSpecificConfig: object type ${objectType} with channel configuration ` +
        `${channelConfiguration} is not supported`,
    );
  }
  const writer = new BitWriter();
  writer.bits(extension ? AAC_OBJECT[extension] : objectType, 5);
  writeSampleRate(writer, sampleRate);
  writer.bits(channelConfiguration, 4);
  if (extension) {
    writeSampleRate(writer, fields.outputSampleRate ?? 2 * sampleRate);
    writer.bits(objectType, 5);
  }
  writer.bits(0, 3); // frameLengthFlag, dependsOnCoreCoder, extensionFlag
  if (SCALABLE.has(objectType)) writer.bits(0, 3);
  return writer.finish();
}

function writeSampleRate(writer: BitWriter, rate: number): void {
  const index = AAC_SAMPLE_RATES.findIndex((known) => known === rate);
  writer.bits(index < 0 ? EXPLICIT_RATE : index, 4);
  if (index < 0) writer.bits(rate, 24);
}

/** The codecs parameter of RFC 6381 section 3.3, as in "mp4a.40.2". */
export function aacCodecString(config: AudioSpecificConfig): string {
  return `mp4a.40.${config.extension ? AAC_OBJECT[config.extension] : config.objectType}`;
}
