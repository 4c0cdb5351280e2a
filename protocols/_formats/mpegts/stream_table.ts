/**
 * Which streams of a PMT are read, and by what.
 *
 * @module
 */

import type { CodecName } from "../../../registry/media/codec.ts";
import type { TrackKind } from "../../../registry/media/track.ts";
import { AdtsFormat, DolbyFormat, MpegAudioFormat, OpusFormat } from "./audio_formats.ts";
import { DESCRIPTOR, registeredFormat } from "./descriptor.ts";
import type { ElementaryStream } from "./elementary_stream.ts";
import { FramedStream } from "./framed_stream.ts";
import { LoasFormat } from "./loas.ts";
import { h264Stream, h265Stream } from "./nal_stream.ts";
import { opusConfig } from "./opus_stream.ts";
import { STREAM_TYPE } from "./stream_type.ts";
import type { StreamEntry } from "./tables.ts";

/** What a stream of a PMT carries. */
export interface StreamReading {
  readonly kind: TrackKind;
  readonly codec: CodecName;
  open(): ElementaryStream;
}

const H264: StreamReading = { kind: "video", codec: "h264", open: h264Stream };
const H265: StreamReading = { kind: "video", codec: "h265", open: h265Stream };
const ADTS = audio("aac", () => new FramedStream(new AdtsFormat()));
const LATM = audio("aac", () => new FramedStream(new LoasFormat()));
const MPEG_AUDIO = audio("mp3", () => new FramedStream(new MpegAudioFormat()));
const AC3 = audio("ac3", () => new FramedStream(new DolbyFormat("ac3")));
const EAC3 = audio("eac3", () => new FramedStream(new DolbyFormat("eac3")));

const BY_TYPE: ReadonlyMap<number, StreamReading> = new Map([
  [STREAM_TYPE.mpeg1Audio, MPEG_AUDIO],
  [STREAM_TYPE.mpeg2Audio, MPEG_AUDIO],
  [STREAM_TYPE.adts, ADTS],
  [STREAM_TYPE.latm, LATM],
  [STREAM_TYPE.h264, H264],
  [STREAM_TYPE.h265, H265],
  [STREAM_TYPE.ac3, AC3],
  [STREAM_TYPE.eac3, EAC3],
]);

/** Private data by its registration descriptor. */
const BY_FORMAT: ReadonlyMap<string, StreamReading> = new Map([
  ["AC-3", AC3],
  ["EAC3", EAC3],
  ["HEVC", H265],
]);

/** Private data by the tag of a descriptor of DVB. */
const BY_TAG: ReadonlyMap<number, StreamReading> = new Map([
  [DESCRIPTOR.dvbAc3, AC3],
  [DESCRIPTOR.dvbEac3, EAC3],
]);

/** How a stream is read; undefined for one that is not. */
export function readingOf(entry: StreamEntry): StreamReading | undefined {
  if (entry.streamType !== STREAM_TYPE.privateData) return BY_TYPE.get(entry.streamType);
  const format = registeredFormat(entry.descriptors);
  if (format === "Opus") return opusReading(entry);
  if (format !== undefined) return BY_FORMAT.get(format);
  return entry.descriptors.map(({ tag }) => BY_TAG.get(tag)).find((found) => found !== undefined);
}

function opusReading({ descriptors }: StreamEntry): StreamReading | undefined {
  const config = opusConfig(descriptors);
  return config && audio("opus", () => new FramedStream(new OpusFormat(config)));
}

function audio(codec: CodecName, open: () => ElementaryStream): StreamReading {
  return { kind: "audio", codec, open };
}
