/**
 * Which codecs go into a transport stream, and how they are announced there.
 *
 * AV1, VP9 and FLAC are not among them: no stream type or identifier of theirs is registered and read
 * by players (the AV1 draft of AOM is read by few, those of VP9 and FLAC by none), and a stream that
 * nobody plays is worse than a reason. They go out as fragmented MP4.
 *
 * @module
 */

import { parseAc3Header } from "../../../registry/media/ac3.ts";
import type { CodecName } from "../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../registry/media/errors.ts";
import { parseMp3Header } from "../../../registry/media/mp3.ts";
import { OPUS_SAMPLE_RATE, opusPacketDuration } from "../../../registry/media/opus.ts";
import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { adtsPlan } from "./adts_plan.ts";
import { type Descriptor, registration } from "./descriptor.ts";
import { writeAdts, writeH264, writeH265, writeOpus, writeWhole } from "./elementary.ts";
import { isOpusLayoutKnown, opusDescriptor } from "./opus_stream.ts";
import { STREAM_ID } from "./pes.ts";
import { STREAM_TYPE } from "./stream_type.ts";

/** How long a frame of audio lasts. */
export interface FrameDuration {
  readonly samples: number;
  /** Hertz. */
  readonly sampleRate: number;
}

/** How one codec travels in a transport stream. */
export interface Carriage {
  /** Of the first track of its kind; those of the MPEG kinds count on from it. */
  readonly streamId: number;
  streamType(track: Track): number;
  descriptors(track: Track): readonly Descriptor[];
  /** Why a track of this codec cannot be carried all the same. */
  refusal(track: Track): string | undefined;
  /** The bytes of a unit, in order; none for one that the stream cannot hold. */
  write(unit: Unit): readonly Uint8Array[];
  /** Of codecs whose frames may share a PES packet, which then tells the time of the first alone. */
  duration?(unit: Unit): FrameDuration | undefined;
}

/** MPEG-1 has no lower rate than this: below, the frames are those of MPEG-2. */
const MIN_MPEG1_SAMPLE_RATE = 32_000;

const accept = (): undefined => undefined;
const nothing = (): readonly Descriptor[] => [];

const CARRIAGES: { readonly [C in CodecName]?: Carriage } = {
  h264: {
    streamId: STREAM_ID.video,
    streamType: () => STREAM_TYPE.h264,
    descriptors: nothing,
    refusal: accept,
    write: writeH264,
  },
  h265: {
    streamId: STREAM_ID.video,
    streamType: () => STREAM_TYPE.h265,
    descriptors: () => [registration("HEVC")],
    refusal: accept,
    write: writeH265,
  },
  aac: {
    streamId: STREAM_ID.audio,
    streamType: () => STREAM_TYPE.adts,
    descriptors: nothing,
    refusal: refuseAac,
    write: writeAdts,
    duration: aacDuration,
  },
  mp3: {
    streamId: STREAM_ID.audio,
    streamType: mpegAudioType,
    descriptors: nothing,
    refusal: accept,
    write: writeWhole,
    duration: mp3Duration,
  },
  ac3: {
    streamId: STREAM_ID.private1,
    streamType: () => STREAM_TYPE.ac3,
    descriptors: () => [registration("AC-3")],
    refusal: accept,
    write: writeWhole,
    duration: dolbyDuration,
  },
  eac3: {
    streamId: STREAM_ID.private1,
    streamType: () => STREAM_TYPE.eac3,
    descriptors: () => [registration("EAC3")],
    refusal: accept,
    write: writeWhole,
    duration: dolbyDuration,
  },
  opus: {
    streamId: STREAM_ID.private1,
    streamType: () => STREAM_TYPE.privateData,
    descriptors: ({ config }) => [
      registration("Opus"),
      opusDescriptor(config?.codec === "opus" ? config : undefined),
    ],
    refusal: refuseOpus,
    write: writeOpus,
    duration: opusDuration,
  },
};

/** How the codec of a track travels; undefined where it does not. */
export function carriageOf({ codec }: Pick<Track, "codec">): Carriage | undefined {
  return CARRIAGES[codec];
}

/** Why a track is left out of a transport stream; undefined where it is carried. */
export function tsRefusal(track: Track): string | undefined {
  const carriage = carriageOf(track);
  if (carriage === undefined) return `Players read no ${track.codec} in a transport stream`;
  return carriage.refusal(track);
}

/** Whether a transport stream has this track. */
export function tsCarries(track: Track): boolean {
  return tsRefusal(track) === undefined;
}

function refuseAac({ config }: Track): string | undefined {
  if (config?.codec !== "aac") return "The configuration of the AAC is not known";
  const plan = adtsPlan(config);
  return "refusal" in plan ? plan.refusal : undefined;
}

function refuseOpus({ config }: Track): string | undefined {
  const isKnown = config?.codec !== "opus" || isOpusLayoutKnown(config);
  return isKnown ? undefined : "The channel layout of the Opus has no code in a transport stream";
}

function mpegAudioType({ config }: Track): number {
  const isMpeg2 = config?.codec === "mp3" && config.sampleRate < MIN_MPEG1_SAMPLE_RATE;
  return isMpeg2 ? STREAM_TYPE.mpeg2Audio : STREAM_TYPE.mpeg1Audio;
}

function aacDuration({ track }: Unit): FrameDuration | undefined {
  const plan = track.config?.codec === "aac" ? adtsPlan(track.config) : undefined;
  if (plan === undefined || "refusal" in plan) return undefined;
  return { samples: plan.config.frameLength, sampleRate: plan.config.sampleRate };
}

function mp3Duration({ payload: [frame] }: Unit): FrameDuration | undefined {
  const header = frame && unlessDamaged(() => parseMp3Header(frame));
  return header && { samples: header.samplesPerFrame, sampleRate: header.sampleRate };
}

function dolbyDuration({ payload: [frame] }: Unit): FrameDuration | undefined {
  const header = frame && unlessDamaged(() => parseAc3Header(frame));
  return header && { samples: header.samplesPerFrame, sampleRate: header.sampleRate };
}

function opusDuration({ payload: [packet] }: Unit): FrameDuration | undefined {
  const samples = packet && unlessDamaged(() => opusPacketDuration(packet));
  return samples === undefined ? undefined : { samples, sampleRate: OPUS_SAMPLE_RATE };
}
