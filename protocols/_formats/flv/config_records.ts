/**
 * Bodies of sequence headers: what FLV carries of a codec's configuration (FLV 10.1 sections
 * E.4.2.2 and E.4.3.2, SequenceStart of Enhanced RTMP v2), one entry for each codec that has a
 * FourCC.
 *
 * @module
 */

import { parseAv1C, serializeAv1C } from "../../../registry/media/av1.ts";
import type { CodecConfig, CodecName } from "../../../registry/media/codec.ts";
import { parseAvcC, serializeAvcC } from "../../../registry/media/h264.ts";
import { parseHvcC, serializeHvcC } from "../../../registry/media/h265.ts";
import type { LengthSize } from "../../../registry/media/nal.ts";
import { VP8_RECORD } from "../../../registry/media/vp8.ts";
import { parseVpcC, serializeVpcC } from "../../../registry/media/vp9.ts";
import { readAacRecord, readFlacRecord, readOpusRecord, writeFlacRecord } from "./audio_records.ts";
import { type FourCcCodec, isFourCcCodec } from "./codec_ids.ts";

/** A sequence header, read. */
export interface ConfigRecord {
  readonly config: CodecConfig;
  /** Bytes of the length before each NAL unit; of no meaning for other codecs. */
  readonly lengthSize: LengthSize;
}

interface RecordFormat {
  /** Undefined when the record leaves the configuration to the frames. Throws `BitstreamError`. */
  read(record: Uint8Array): ConfigRecord | undefined;
  /** Throws `BitstreamError` when the configuration itself is damaged. */
  write(config: CodecConfig): Uint8Array;
}

type ConfigFor<C extends FourCcCodec> = Extract<CodecConfig, { readonly codec: C }>;

/** A codec whose record is its configuration alone. */
function plain<C extends FourCcCodec>(
  codec: C,
  read: (record: Uint8Array) => CodecConfig | undefined,
  write: (config: ConfigFor<C>) => Uint8Array,
): RecordFormat {
  return {
    read: (record) => {
      const config = read(record);
      return config && { config, lengthSize: 4 };
    },
    write: (config) => write(narrowed(config, codec)),
  };
}

function narrowed<C extends FourCcCodec>(config: CodecConfig, codec: C): ConfigFor<C> {
  if (isConfigFor(config, codec)) return config;
  throw new TypeError(`Cannot write ${codec} sequence header: configuration is of ${config.codec}`);
}

function isConfigFor<C extends FourCcCodec>(
  config: CodecConfig,
  codec: C,
): config is ConfigFor<C> {
  return config.codec === codec;
}

const EMPTY = new Uint8Array(0);

/** Each frame of these tells its own parameters; FFmpeg starts them with an empty record. */
const SELF_DESCRIBING: RecordFormat = { read: () => undefined, write: () => EMPTY };

const FORMATS: Readonly<Record<FourCcCodec, RecordFormat>> = {
  h264: { read: parseAvcC, write: (config) => serializeAvcC(narrowed(config, "h264")) },
  h265: { read: parseHvcC, write: (config) => serializeHvcC(narrowed(config, "h265")) },
  av1: plain("av1", parseAv1C, serializeAv1C),
  vp8: plain("vp8", () => ({ codec: "vp8" }), () => VP8_RECORD),
  vp9: plain("vp9", parseVpcC, serializeVpcC),
  aac: plain("aac", readAacRecord, (config) => config.audioSpecificConfig),
  opus: plain("opus", readOpusRecord, (config) => config.head),
  flac: plain("flac", readFlacRecord, writeFlacRecord),
  mp3: SELF_DESCRIBING,
  ac3: SELF_DESCRIBING,
  eac3: SELF_DESCRIBING,
};

/**
 * Reads the body of a sequence header, into views of it. Undefined when the configuration is in the
 * frames instead. Throws `BitstreamError`.
 */
export function readConfigRecord(codec: CodecName, record: Uint8Array): ConfigRecord | undefined {
  return isFourCcCodec(codec) ? FORMATS[codec].read(record) : undefined;
}

/**
 * The body of the sequence header of a configuration: empty where frames tell it, undefined where
 * FLV has none at all. Throws `BitstreamError` when what a record repeats of the parameter sets
 * cannot be read in them.
 */
export function writeConfigRecord(config: CodecConfig): Uint8Array | undefined {
  return isFourCcCodec(config.codec) ? FORMATS[config.codec].write(config) : undefined;
}
