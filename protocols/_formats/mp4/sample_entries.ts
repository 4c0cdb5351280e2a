/**
 * Sample entries (ISO/IEC 14496-12 8.5.2): how MP4 tells a decoder what a track holds, one entry for
 * each codec that it can carry.
 *
 * @module
 */

import { serializeAv1C } from "../../../registry/media/av1.ts";
import type {
  CodecConfig,
  CodecName,
  ConfigOf,
  PlainAudioConfig,
} from "../../../registry/media/codec.ts";
import { audioInfo, describeConfig } from "../../../registry/media/describe.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { serializeAvcC } from "../../../registry/media/h264.ts";
import { serializeHvcC } from "../../../registry/media/h265.ts";
import { parseOpusHead } from "../../../registry/media/opus.ts";
import { parseVp8Header, VP8_RECORD } from "../../../registry/media/vp8.ts";
import { parseVp9Header, serializeVpcC } from "../../../registry/media/vp9.ts";
import { type Box, box, type BoxContent, fullBox, u16, u32, u8 } from "./box.ts";
import { dolbyParameters, serializeDac3, serializeDec3 } from "./dolby.ts";
import { esDescriptor, OBJECT_TYPE } from "./esds.ts";

/** Codecs that MP4 has a registered form for, and that players know there. */
const MP4_CODECS = [
  ...["h264", "h265", "av1", "vp8", "vp9"] as const,
  ...["aac", "opus", "flac", "mp3", "ac3", "eac3"] as const,
];

/** Any of them. */
export type Mp4Codec = typeof MP4_CODECS[number];

/** Whether MP4 has a form for a codec. */
export function isMp4Codec(codec: CodecName): codec is Mp4Codec {
  const names: readonly CodecName[] = MP4_CODECS;
  return names.includes(codec);
}

type ConfigFor<C extends Mp4Codec> = C extends PlainAudioConfig["codec"] ? PlainAudioConfig
  : ConfigOf<C>;

/** The configuration of a codec that has one. */
export type Mp4Config = ConfigFor<Mp4Codec>;

/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

type Writers = {
  readonly [
    /** @param frame the first frame of the track, where one is known. */
    C in Mp4Codec
  ]: (config: ConfigFor<C>, frame: Uint8Array | undefined) => Box;
};

const WRITERS: Writers = {
  h264: (config) => visual("avc1", sizeOf(config), box("avcC", serializeAvcC(config))),
  h265: (config) => visual("hvc1", sizeOf(config), box("hvcC", serializeHvcC(config))),
  av1: (config) => visual("av01", sizeOf(config), box("av1C", serializeAv1C(config))),
  vp8: (config, frame) => visual("vp08", sizeOf(config, frame), fullBox("vpcC", 1, 0, VP8_RECORD)),
  vp9: (config, frame) => {
    return visual("vp09", sizeOf(config, frame), fullBox("vpcC", 1, 0, serializeVpcC(config)));
  },
  aac: (config) => {
    const stream = { objectType: OBJECT_TYPE.aac, specificInfo: config.audioSpecificConfig };
    return audio("mp4a", config, fullBox("esds", 0, 0, ...esDescriptor(stream)));
  },
  mp3: (config) => {
    const isMpeg1 = config.sampleRate >= LOWEST_MPEG1_RATE;
    const objectType = isMpeg1 ? OBJECT_TYPE.mpeg1Audio : OBJECT_TYPE.mpeg2Audio;
    return audio("mp4a", config, fullBox("esds", 0, 0, ...esDescriptor({ objectType })));
  },
  opus: (config) => audio("Opus", config, box("dOps", ...opusSpecific(config.head))),
  flac: (config) => {
    const block = [u8(LAST_STREAM_INFO, 0, 0, config.streamInfo.byteLength), config.streamInfo];
    return audio("fLaC", config, fullBox("dfLa", 0, 0, ...block));
  },
  ac3: (config, frame) => {
    return audio("ac-3", config, box("dac3", serializeDac3(dolbyParameters(config, frame))));
  },
  eac3: (config, frame) => {
    return audio("ec-3", config, box("dec3", serializeDec3(dolbyParameters(config, frame))));
  },
};

/** Hertz; MPEG-2 audio has the rates below. */
const LOWEST_MPEG1_RATE = 32_000;

/** Header of a metadata block: the last one, of type STREAMINFO. */
const LAST_STREAM_INFO = 0x80;

/** `dOps` (Opus in ISOBMFF 4.3.2): the identification header in big-endian order. */
function opusSpecific(bytes: Uint8Array): BoxContent[] {
  const head = parseOpusHead(bytes);
  const { mapping } = head;
  return [
    u8(0, head.channels), // Version: another one than that of OpusHead
    u16(head.preSkip),
    u32(head.inputSampleRate),
    u16(head.outputGain),
    u8(head.mappingFamily),
    ...(mapping ? [u8(mapping.streams, mapping.coupled), mapping.channels] : []),
  ];
}

/**
 * The sample entry of a track, whose configuration must be of its codec.
 *
 * @param frame the first frame, of which VP8 and VP9 tell the picture size, and AC-3 what its box
 * repeats.
 * @throws {BitstreamError} when the configuration is damaged.
 */
export function sampleEntry(codec: Mp4Codec, config: Mp4Config, frame?: Uint8Array): Box {
  // The table pairs each codec with its own configuration, which the index type cannot say.
  const write = WRITERS[codec] as (config: Mp4Config, frame?: Uint8Array) => Box;
  return write(config, frame);
}

/** Size of the pictures; 0 by 0 of audio, and of VP8 and VP9 without a key frame. */
export function sizeOf(config: CodecConfig, frame?: Uint8Array): PictureSize {
  const { width, height } = describeConfig(config);
  if (width !== undefined && height !== undefined) return { width, height };
  const none = { width: 0, height: 0 };
  if (frame === undefined) return none;
  if (config.codec === "vp9") return parseVp9Header(frame).key ?? none;
  if (config.codec !== "vp8") return none;
  const head = parseVp8Header(frame);
  return { width: head.width ?? 0, height: head.height ?? 0 };
}

/** 72 dots per inch, as the standard has it, in 16.16 fixed point. */
const RESOLUTION = 0x480000;

/** `VisualSampleEntry`, 12.1.3. */
function visual(type: string, { width, height }: PictureSize, specific: Box): Box {
  return box(
    type,
    u16(0, 0, 0, 1), // reserved, data_reference_index
    u32(0, 0, 0, 0), // pre_defined and reserved
    u16(width, height),
    u32(RESOLUTION, RESOLUTION, 0),
    u16(1), // frame_count
    u32(0, 0, 0, 0, 0, 0, 0, 0), // compressorname
    u16(0x18, 0xffff), // depth, pre_defined
    specific,
  );
}

/** Hertz in 16.16 fixed point; higher rates, which only FLAC has, stand in its own box alone. */
const MAX_SAMPLE_RATE = 0xffff;

/** `AudioSampleEntry`, 12.2.3. */
function audio(type: string, config: Mp4Config, specific: Box): Box {
  const info = audioInfo(config);
  if (info === undefined) {
    throw new BitstreamError(`${config.codec} configuration`, "it tells no rate or channels", 0);
  }
  const rate = info.sampleRate <= MAX_SAMPLE_RATE ? info.sampleRate : 0;
  return box(
    type,
    u16(0, 0, 0, 1), // reserved, data_reference_index
    u32(0, 0),
    u16(info.channels, 16, 0, 0), // channelcount, samplesize, pre_defined, reserved
    u32(rate * 2 ** 16),
    specific,
  );
}

/** Throws `BitstreamError` for a configuration that no sample entry could be made of. */
export function checkConfig(config: CodecConfig): void {
  if (isMp4Config(config)) sampleEntry(config.codec, config);
}

function isMp4Config(config: CodecConfig): config is Mp4Config & { readonly codec: Mp4Codec } {
  return isMp4Codec(config.codec);
}
