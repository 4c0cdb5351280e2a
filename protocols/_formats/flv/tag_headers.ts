/**
 * First bytes of tag bodies, written: the other side of `video_tag.ts` and `audio_tag.ts`. The
 * default track of a kind (index 0) goes out without multitrack, and in the form of FLV 10.1 where
 * that has one.
 *
 * @module
 */

import type { CodecConfig, CodecName } from "../../../registry/media/codec.ts";
import { AUDIO_PACKET } from "./audio_tag.ts";
import { AVC_CODEC_ID, fourCcOf, SOUND_FORMAT } from "./codec_ids.ts";
import { MULTITRACK } from "./ex_packets.ts";
import { EX_VIDEO_FLAG, FRAME_TYPE, hasCompositionTime, VIDEO_PACKET } from "./video_tag.ts";

/** What a video tag is about to carry. */
export interface VideoTagContent {
  readonly codec: CodecName;
  /** As in `FlvRoute`. */
  readonly index: number;
  readonly isConfig: boolean;
  readonly isKey: boolean;
  /** pts - dts in milliseconds. */
  readonly compositionTime: number;
}

/** The header of a video tag. Throws a `TypeError` for a codec that FLV does not carry. */
export function videoTagHeader(content: VideoTagContent): readonly number[] {
  const { codec, index, isConfig, isKey, compositionTime } = content;
  const frameType = (isKey ? FRAME_TYPE.key : FRAME_TYPE.inter) << 4;
  if (codec === "h264" && index === 0) {
    const time = signed24(isConfig ? 0 : compositionTime);
    return [frameType | AVC_CODEC_ID, isConfig ? 0 : 1, ...time];
  }
  const fourCc = fourCcBytes(codec);
  const flags = EX_VIDEO_FLAG | frameType;
  const packetType = isConfig ? VIDEO_PACKET.sequenceStart : framesType(codec, compositionTime);
  const prefix = index === 0
    ? [flags | packetType, ...fourCc]
    : [flags | VIDEO_PACKET.multitrack, MULTITRACK.oneTrack << 4 | packetType, ...fourCc, index];
  const hasTime = packetType === VIDEO_PACKET.codedFrames && hasCompositionTime(codec);
  return hasTime ? [...prefix, ...signed24(compositionTime)] : prefix;
}

/** CodedFramesX is CodedFrames with a composition time of zero that is not written. */
function framesType(codec: CodecName, compositionTime: number): number {
  const isImplied = hasCompositionTime(codec) && compositionTime === 0;
  return isImplied ? VIDEO_PACKET.codedFramesX : VIDEO_PACKET.codedFrames;
}

/** What an audio tag is about to carry. */
export interface AudioTagContent {
  readonly codec: CodecName;
  /** As in `FlvRoute`. */
  readonly index: number;
  readonly isConfig: boolean;
  /** Tells the flags of MP3 and G.711. */
  readonly config: CodecConfig | undefined;
}

/** The header of an audio tag. Throws a `TypeError` for a codec that FLV does not carry. */
export function audioTagHeader(content: AudioTagContent): readonly number[] {
  const { codec, index, isConfig, config } = content;
  const legacy = index === 0 ? legacyFlags(codec, config) : undefined;
  if (legacy !== undefined) return codec === "aac" ? [legacy, isConfig ? 0 : 1] : [legacy];
  const fourCc = fourCcBytes(codec);
  const flags = SOUND_FORMAT.enhanced << 4;
  const packetType = isConfig ? AUDIO_PACKET.sequenceStart : AUDIO_PACKET.codedFrames;
  return index === 0
    ? [flags | packetType, ...fourCc]
    : [flags | AUDIO_PACKET.multitrack, MULTITRACK.oneTrack << 4 | packetType, ...fourCc, index];
}

/** SoundSize: compressed formats are always 16 bits wide (section E.4.2.1). */
const SIXTEEN_BITS = 0x02;

/** SoundRate and SoundType that AAC must have, whatever it is: 44.1 kHz, stereo. */
const AAC_FLAGS = SOUND_FORMAT.aac << 4 | 0x0f;

/** The first byte of FLV 10.1 audio; undefined where that has no form for the codec. */
function legacyFlags(codec: CodecName, config: CodecConfig | undefined): number | undefined {
  const { sampleRate, channels } = config !== undefined && "sampleRate" in config
    ? config
    : DEFAULT_SOUND;
  const stereo = channels > 1 ? 1 : 0;
  switch (codec) {
    case "aac":
      return AAC_FLAGS;
    case "mp3":
      return mp3Format(sampleRate) << 4 | soundRate(sampleRate) << 2 | SIXTEEN_BITS | stereo;
    case "g711a":
    case "g711u":
      return SOUND_FORMAT[codec] << 4 | SIXTEEN_BITS | stereo;
    default:
      return undefined;
  }
}

const DEFAULT_SOUND = { sampleRate: 8000, channels: 1 };

function mp3Format(sampleRate: number): number {
  return sampleRate === 8000 ? SOUND_FORMAT.mp3At8kHz : SOUND_FORMAT.mp3;
}

/**
 * SoundRate has codes for 5.5, 11, 22 and 44.1 kHz only. Rates between go out under the nearest code
 * below the next, 48 kHz as 44.1 as FFmpeg does: decoders read the header of each MP3 frame.
 */
function soundRate(sampleRate: number): number {
  if (sampleRate < 11_025) return 0;
  if (sampleRate < 22_050) return 1;
  return sampleRate < 44_100 ? 2 : 3;
}

function fourCcBytes(codec: CodecName): readonly number[] {
  const fourCc = fourCcOf(codec);
  if (fourCc === undefined) throw new TypeError(`Cannot write FLV tag: ${codec} has no FourCC`);
  return [0, 1, 2, 3].map((index) => fourCc.charCodeAt(index));
}

const MAX_SIGNED_24 = 2 ** 23 - 1;

/** Clamps, since an offset above two hours is an error of the source that must not wrap its sign. */
function signed24(value: number): readonly number[] {
  const clamped = Math.max(-MAX_SIGNED_24 - 1, Math.min(MAX_SIGNED_24, value));
  return [clamped >> 16 & 0xff, clamped >> 8 & 0xff, clamped & 0xff];
}
