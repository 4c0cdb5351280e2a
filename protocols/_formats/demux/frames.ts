/**
 * Coded frames as FLV, MP4 and Matroska have them into the payload of a unit, one entry for each
 * codec. What a frame says about its own configuration comes out beside it.
 *
 * @module
 */

import { parseAc3Header } from "../../../registry/media/ac3.ts";
import { splitObus, stripAv1 } from "../../../registry/media/av1.ts";
import type { CodecConfig, PlainAudioConfig } from "../../../registry/media/codec.ts";
import { updatedH264, updatedH265 } from "../../../registry/media/config_update.ts";
import { BitstreamError, unlessDamaged } from "../../../registry/media/errors.ts";
import { stripH264 } from "../../../registry/media/h264.ts";
import { stripH265 } from "../../../registry/media/h265.ts";
import { parseMp3Header } from "../../../registry/media/mp3.ts";
import { type LengthSize, splitLengthPrefixed } from "../../../registry/media/nal.ts";

/** What is known of a track when a frame arrives. */
export interface FrameContext {
  /** Of the codec of the frame. */
  readonly known: CodecConfig | undefined;
  readonly lengthSize: LengthSize;
  /** What the container says: of G.711 alone it is believed. */
  readonly channels: 1 | 2;
}

/** One frame, read. */
export interface Frame {
  readonly payload: readonly Uint8Array[];
  /** As of this frame; `known` itself when nothing changed, undefined while it is not known. */
  readonly config: CodecConfig | undefined;
}

type ReadFrame = (data: Uint8Array, context: FrameContext) => Frame;

/** Sample rate of G.711, for which FLV has no code (section E.4.2.1). */
const G711_SAMPLE_RATE = 8000;

/**
 * Reads one coded frame into views of it. Throws `BitstreamError`, also for a frame without a byte,
 * which some encoders send in place of a picture that they skipped.
 */
export function readFrame(
  codec: FrameCodec,
  data: Uint8Array,
  context: FrameContext,
): Frame {
  if (data.byteLength === 0) throw new BitstreamError(`${codec} frame`, "it is empty", 0);
  return FRAMES[codec](data, context);
}

const whole: ReadFrame = (data, { known }) => ({ payload: [data], config: known });

const FRAMES = {
  h264: readH264,
  h265: readH265,
  av1: readAv1,
  vp8: (data) => ({ payload: [data], config: { codec: "vp8" } }),
  vp9: whole,
  aac: whole,
  opus: whole,
  flac: whole,
  mp3: selfDescribed("mp3", parseMp3Header),
  ac3: selfDescribed("ac3", parseAc3Header),
  eac3: selfDescribed("eac3", parseAc3Header),
  g711a: (data, { channels }) => ({ payload: [data], config: g711Config("g711a", channels) }),
  g711u: (data, { channels }) => ({ payload: [data], config: g711Config("g711u", channels) }),
} as const satisfies Readonly<Record<string, ReadFrame>>;

/** Codecs whose frames can be read. */
export type FrameCodec = keyof typeof FRAMES;

function readH264(data: Uint8Array, { known, lengthSize }: FrameContext): Frame {
  const stripped = stripH264(splitLengthPrefixed(data, lengthSize));
  const config = updatedH264(known?.codec === "h264" ? known : undefined, stripped);
  return { payload: stripped.payload, config };
}

function readH265(data: Uint8Array, { known, lengthSize }: FrameContext): Frame {
  const stripped = stripH265(splitLengthPrefixed(data, lengthSize));
  const config = updatedH265(known?.codec === "h265" ? known : undefined, stripped);
  return { payload: stripped.payload, config };
}

function readAv1(data: Uint8Array, { known }: FrameContext): Frame {
  const { payload, sequenceHeaders } = stripAv1(splitObus(data));
  const [sequenceHeader] = sequenceHeaders;
  const config = sequenceHeader === undefined ? known : { codec: "av1", sequenceHeader } as const;
  return { payload, config };
}

/**
 * Frames whose header tells the configuration. Some encoders cut MP3 anywhere, so that a message need
 * not begin with a header: what was known stays.
 */
function selfDescribed(
  codec: "mp3" | "ac3" | "eac3",
  parse: (data: Uint8Array) => PlainAudioInfo | undefined,
): ReadFrame {
  return (data, { known }) => {
    const header = unlessDamaged(() => parse(data));
    const config = header && { codec, sampleRate: header.sampleRate, channels: header.channels };
    return { payload: [data], config: config ?? known };
  };
}

type PlainAudioInfo = Pick<PlainAudioConfig, "sampleRate" | "channels">;

function g711Config(codec: "g711a" | "g711u", channels: 1 | 2): CodecConfig {
  return { codec, sampleRate: G711_SAMPLE_RATE, channels };
}
