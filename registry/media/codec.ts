/**
 * Names of the codecs that flow through the gateway, and the configuration a decoder needs before
 * the first unit of each.
 *
 * @module
 */

/** Video codecs whose bitstream the gateway understands. */
export const VIDEO_CODECS = ["h264", "h265", "av1", "vp8", "vp9", "mjpeg"] as const;

/**
 * Audio codecs that the gateway knows by name. `mp3` is MPEG audio of any layer, which each frame
 * tells; `l16` is linear PCM of 16 bits, most significant byte first.
 */
export const AUDIO_CODECS = [
  "aac",
  "opus",
  "mp3",
  "flac",
  "ac3",
  "eac3",
  "g711a",
  "g711u",
  "g722",
  "l16",
] as const;

/** Data codecs: `amf0` is one serialized FLV script-data message per unit. */
export const DATA_CODECS = ["amf0"] as const;

export type VideoCodec = typeof VIDEO_CODECS[number];
export type AudioCodec = typeof AUDIO_CODECS[number];
export type DataCodec = typeof DATA_CODECS[number];
export type KnownCodec = VideoCodec | AudioCodec | DataCodec;

/**
 * A codec that the gateway does not know but passes on between protocols of one family:
 * `rtp:<encoding>` is one RTP packet per unit, in two parts: a byte that is 0x80 where the packet has
 * the marker and 0 elsewhere, and the RTP payload; `flv:<kind><id>` is one FLV tag body per unit
 * (`flv:video4` is On2 VP6).
 */
export type OpaqueCodec = `rtp:${string}` | `flv:${string}`;

/** Every codec that a track can have. */
export type CodecName = KnownCodec | OpaqueCodec;

/** Parameter sets without start codes, ITU-T H.264 section 7.3.2. */
export interface H264Config {
  readonly codec: "h264";
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
}

/** Parameter sets without start codes, ITU-T H.265 section 7.3.2. */
export interface H265Config {
  readonly codec: "h265";
  readonly vps: readonly Uint8Array[];
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
}

/** The sequence header OBU, with its OBU header and without a size field. */
export interface Av1Config {
  readonly codec: "av1";
  readonly sequenceHeader: Uint8Array;
}

/** VP8 has none: every key frame says it all (RFC 6386 section 9.1). */
export interface Vp8Config {
  readonly codec: "vp8";
}

/** One baseline JPEG image per unit, which tells everything itself. */
export interface MjpegConfig {
  readonly codec: "mjpeg";
}

/** What the VPCodecConfigurationRecord holds (VP Codec ISO Media File Format Binding, 2.2). */
export interface Vp9Config {
  readonly codec: "vp9";
  readonly profile: number;
  /** Level times ten: 31 is level 3.1; 0 when unknown. */
  readonly level: number;
  readonly bitDepth: number;
  readonly chromaSubsampling: number;
  readonly fullRange: boolean;
  readonly colourPrimaries: number;
  readonly transferCharacteristics: number;
  readonly matrixCoefficients: number;
}

/** The AudioSpecificConfig of ISO/IEC 14496-3, section 1.6.2.1, as it stands on the wire. */
export interface AacConfig {
  readonly codec: "aac";
  readonly audioSpecificConfig: Uint8Array;
}

/** The identification header of RFC 7845 section 5.1, from `OpusHead` on. */
export interface OpusConfig {
  readonly codec: "opus";
  readonly head: Uint8Array;
}

/** The 34 bytes of the STREAMINFO metadata block (RFC 9639 section 8.2), without block header. */
export interface FlacConfig {
  readonly codec: "flac";
  readonly streamInfo: Uint8Array;
}

/** Codecs whose frames describe themselves, or whose parameters the container states. */
export interface PlainAudioConfig {
  readonly codec: "mp3" | "ac3" | "eac3" | "g711a" | "g711u" | "g722" | "l16";
  /** Hertz; 16000 in G.722, whatever RTP says of its clock. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** Configuration of a codec that is passed on: whatever the source protocol carried, unread. */
export interface OpaqueConfig {
  readonly codec: OpaqueCodec;
  readonly data?: Uint8Array;
}

/** What a decoder must know before the first unit, by codec. */
export type CodecConfig =
  | H264Config
  | H265Config
  | Av1Config
  | Vp8Config
  | Vp9Config
  | MjpegConfig
  | AacConfig
  | OpusConfig
  | FlacConfig
  | PlainAudioConfig
  | OpaqueConfig;

/** The configuration type that belongs to one codec. */
export type ConfigOf<C extends CodecName> = Extract<CodecConfig, { readonly codec: C }>;
