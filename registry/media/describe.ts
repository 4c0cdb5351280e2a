import { aacCodecString, parseAudioSpecificConfig } from "./aac.ts";
import { av1CodecString, parseSequenceHeader } from "./av1.ts";
import type { CodecConfig, OpaqueCodec, OpaqueConfig, PlainAudioConfig } from "./codec.ts";
import { unlessDamaged } from "./errors.ts";
import { parseFlacStreamInfo } from "./flac.ts";
import { h264CodecString, parseH264Sps } from "./h264.ts";
import { h265CodecString, parseH265Sps } from "./h265.ts";
import { OPUS_SAMPLE_RATE, parseOpusHead } from "./opus.ts";
import { vp9CodecString } from "./vp9.ts";

/** What a configuration tells of a track; what it does not tell is left out. */
export interface TrackInfo {
  readonly width?: number;
  readonly height?: number;
  /** Frames per second. */
  readonly fps?: number;
  /** As people write it: "High", "Main 10", "LC". */
  readonly profile?: string;
  /** As people write it: "3.1". */
  readonly level?: string;
  /** Hertz, as it is heard. */
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly bitDepth?: number;
  /** For the codecs parameter of RFC 6381. */
  readonly codecString?: string;
  /** Pictures by which the output order may differ from the decoding order. */
  readonly reorderDepth?: number;
}

/** {@linkcode TrackInfo} under construction: a part may be missing. */
type Parts = { readonly [K in keyof TrackInfo]: TrackInfo[K] | undefined };

type DescribedConfig = Exclude<CodecConfig, OpaqueConfig>;

type Describers = {
  readonly [C in DescribedConfig as C["codec"]]: (config: C) => Parts;
};

const H264_PROFILES: Readonly<Record<number, string>> = {
  44: "CAVLC 4:4:4 Intra",
  66: "Baseline",
  77: "Main",
  88: "Extended",
  100: "High",
  110: "High 10",
  122: "High 4:2:2",
  244: "High 4:4:4 Predictive",
};

const H265_PROFILES: Readonly<Record<number, string>> = {
  1: "Main",
  2: "Main 10",
  3: "Main Still Picture",
  4: "Range Extensions",
  5: "High Throughput",
  9: "Screen Content Coding",
};

const AV1_PROFILES = ["Main", "High", "Professional"] as const;

const AAC_PROFILES: Readonly<Record<number, string>> = {
  1: "Main",
  2: "LC",
  3: "SSR",
  4: "LTP",
  23: "LD",
  39: "ELD",
  42: "xHE",
};

const plainAudio = ({ sampleRate, channels }: PlainAudioConfig): Parts => ({
  sampleRate,
  channels,
});

const DESCRIBERS: Describers = {
  h264(config) {
    const [bytes] = config.sps;
    if (bytes === undefined) return {};
    const { profileIdc, levelIdc, bitDepthLuma, ...sps } = parseH264Sps(bytes);
    return {
      width: sps.width,
      height: sps.height,
      fps: sps.fps,
      profile: H264_PROFILES[profileIdc],
      level: levelIdc === 9 ? "1b" : (levelIdc / 10).toFixed(1),
      bitDepth: bitDepthLuma,
      codecString: h264CodecString(config),
      reorderDepth: sps.reorderDepth,
    };
  },
  h265(config) {
    const [bytes] = config.sps;
    if (bytes === undefined) return {};
    const sps = parseH265Sps(bytes);
    return {
      width: sps.width,
      height: sps.height,
      fps: sps.fps,
      profile: H265_PROFILES[sps.profile.profileIdc],
      level: (sps.profile.levelIdc / 30).toFixed(1),
      bitDepth: sps.bitDepthLuma,
      codecString: h265CodecString(config),
      reorderDepth: sps.reorderDepth,
    };
  },
  av1(config) {
    const header = parseSequenceHeader(config.sequenceHeader);
    return {
      width: header.width,
      height: header.height,
      fps: header.fps,
      profile: AV1_PROFILES[header.profile],
      level: `${2 + (header.level >> 2)}.${header.level & 3}`,
      bitDepth: header.bitDepth,
      codecString: av1CodecString(config),
      reorderDepth: 0,
    };
  },
  vp8: () => ({ bitDepth: 8, codecString: "vp8", reorderDepth: 0 }),
  mjpeg: () => ({ bitDepth: 8, reorderDepth: 0 }),
  vp9: (config) => ({
    profile: String(config.profile),
    level: config.level > 0 ? (config.level / 10).toFixed(1) : undefined,
    bitDepth: config.bitDepth,
    codecString: vp9CodecString(config),
    reorderDepth: 0,
  }),
  aac(config) {
    const parsed = parseAudioSpecificConfig(config.audioSpecificConfig);
    return {
      profile: aacProfile(parsed.objectType, parsed.extension),
      sampleRate: parsed.outputSampleRate,
      channels: parsed.outputChannels || undefined,
      codecString: aacCodecString(parsed),
    };
  },
  opus: (config) => ({
    sampleRate: OPUS_SAMPLE_RATE,
    channels: parseOpusHead(config.head).channels,
    codecString: "opus",
  }),
  flac(config) {
    const { sampleRate, channels, bitDepth } = parseFlacStreamInfo(config.streamInfo);
    return { sampleRate, channels, bitDepth, codecString: "flac" };
  },
  mp3: (config) => ({ ...plainAudio(config), codecString: "mp4a.6b" }),
  ac3: (config) => ({ ...plainAudio(config), codecString: "ac-3" }),
  eac3: (config) => ({ ...plainAudio(config), codecString: "ec-3" }),
  g711a: plainAudio,
  g711u: plainAudio,
  g722: plainAudio,
  l16: plainAudio,
};

function aacProfile(objectType: number, extension?: "sbr" | "ps"): string | undefined {
  if (extension === undefined) return AAC_PROFILES[objectType];
  return extension === "ps" ? "HE-AACv2" : "HE-AAC";
}

/** What the configuration tells. Of damaged parameter sets it tells nothing; it never throws. */
export function describeConfig(config: CodecConfig): TrackInfo {
  if (isOpaque(config)) return {};
  // The table pairs each codec with its own configuration, which the index type cannot say.
  const describe = DESCRIBERS[config.codec] as (config: DescribedConfig) => Parts;
  return compact(unlessDamaged(() => describe(config)) ?? {});
}

function isOpaque(config: CodecConfig): config is OpaqueConfig {
  const isOpaqueName = (codec: string): codec is OpaqueCodec => codec.includes(":");
  return isOpaqueName(config.codec);
}

function compact(parts: Parts): TrackInfo {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

/** What egresses need of an audio track. */
export interface AudioInfo {
  /** Hertz, as it is heard. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** Rate and channels of an audio configuration; undefined for others and for damaged ones. */
export function audioInfo(config: CodecConfig): AudioInfo | undefined {
  const { sampleRate, channels } = describeConfig(config);
  return sampleRate === undefined || channels === undefined ? undefined : { sampleRate, channels };
}
