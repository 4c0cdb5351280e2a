/**
 * How FLV names codecs: the 4-bit ids of FLV 10.1 (sections E.4.2.1 and E.4.3.1) and the FourCCs of
 * Enhanced RTMP v2. Ingest, egress and `onMetaData` all look here.
 *
 * @module
 */

import {
  type AudioCodec,
  type CodecName,
  type OpaqueCodec,
  VIDEO_CODECS,
  type VideoCodec,
} from "../../../registry/media/codec.ts";

/** Every codec that Enhanced RTMP has a FourCC for. */
export const FOURCC_OF_CODEC = {
  h264: "avc1",
  h265: "hvc1",
  av1: "av01",
  vp8: "vp08",
  vp9: "vp09",
  aac: "mp4a",
  opus: "Opus",
  mp3: ".mp3",
  flac: "fLaC",
  ac3: "ac-3",
  eac3: "ec-3",
} as const satisfies Partial<Record<CodecName, string>>;

export type FourCcCodec = keyof typeof FOURCC_OF_CODEC;

/** Codecs whose frames FLV carries in a form of their own. */
export type FlvVideoCodec = Extract<FourCcCodec, VideoCodec>;
export type FlvAudioCodec = Extract<FourCcCodec, AudioCodec> | "g711a" | "g711u";
export type FlvCodec = FlvVideoCodec | FlvAudioCodec;

/** CodecID of video tags. */
export const AVC_CODEC_ID = 7;

/** What Chinese vendors send H.265 as; never standardized, so it is read but not written. */
export const HEVC_CODEC_ID = 12;

export const VIDEO_CODEC_OF_ID: ReadonlyMap<number, FlvVideoCodec> = new Map([
  [AVC_CODEC_ID, "h264"],
  [HEVC_CODEC_ID, "h265"],
]);

/** SoundFormat of audio tags. */
export const SOUND_FORMAT = {
  mp3: 2,
  g711a: 7,
  g711u: 8,
  enhanced: 9,
  aac: 10,
  mp3At8kHz: 14,
} as const;

export const AUDIO_CODEC_OF_FORMAT: ReadonlyMap<number, FlvAudioCodec> = new Map([
  [SOUND_FORMAT.mp3, "mp3"],
  [SOUND_FORMAT.g711a, "g711a"],
  [SOUND_FORMAT.g711u, "g711u"],
  [SOUND_FORMAT.aac, "aac"],
  [SOUND_FORMAT.mp3At8kHz, "mp3"],
]);

const CODEC_OF_FOURCC: ReadonlyMap<string, FourCcCodec> = new Map(
  (Object.keys(FOURCC_OF_CODEC) as FourCcCodec[]).map((codec) => [FOURCC_OF_CODEC[codec], codec]),
);

/** The video codec of a FourCC, or undefined when it is not one of ours. */
export function videoCodecOfFourCc(fourCc: string): FlvVideoCodec | undefined {
  const codec = CODEC_OF_FOURCC.get(fourCc);
  return codec !== undefined && isVideo(codec) ? codec : undefined;
}

/** The audio codec of a FourCC, or undefined when it is not one of ours. */
export function audioCodecOfFourCc(fourCc: string): FlvAudioCodec | undefined {
  const codec = CODEC_OF_FOURCC.get(fourCc);
  return codec === undefined || isVideo(codec) ? undefined : codec;
}

function isVideo(codec: FourCcCodec): codec is FlvVideoCodec {
  return VIDEO_CODECS.some((video) => video === codec);
}

/** Whether a codec has a FourCC: not G.711, and nothing that the gateway does not know by name. */
export function isFourCcCodec(codec: CodecName): codec is FourCcCodec {
  return Object.hasOwn(FOURCC_OF_CODEC, codec);
}

/** The FourCC of a codec, or undefined when it has none. */
export function fourCcOf(codec: CodecName): string | undefined {
  return isFourCcCodec(codec) ? FOURCC_OF_CODEC[codec] : undefined;
}

/** A FourCC as the big-endian integer that `onMetaData` carries: "Opus" is 0x4f707573. */
export function fourCcNumber(fourCc: string): number {
  let value = 0;
  for (let index = 0; index < 4; index++) value = value * 256 + fourCc.charCodeAt(index);
  return value;
}

/** The name under which a video CodecID that is not understood is passed on. */
export function opaqueVideoCodec(codecId: number): OpaqueCodec {
  return `flv:video${codecId}`;
}

/** The name under which a SoundFormat that is not understood is passed on. */
export function opaqueAudioCodec(soundFormat: number): OpaqueCodec {
  return `flv:audio${soundFormat}`;
}

/** The 4-bit id in the name of an opaque codec, or undefined for any other. */
export function opaqueCodecId(codec: CodecName): number | undefined {
  const match = /^flv:(?:video|audio)(\d+)$/.exec(codec);
  return match === null ? undefined : Number(match[1]);
}
