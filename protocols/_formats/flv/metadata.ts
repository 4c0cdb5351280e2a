/**
 * `onMetaData` for players: FLV 10.1 section E.5, with the FourCC ids and track maps of Enhanced
 * RTMP v2. What the publisher said of itself goes along; what it said of the media is said anew from
 * the tracks that really go out.
 *
 * @module
 */

import { describeConfig, type TrackInfo } from "../../../registry/media/describe.ts";
import type { CodecName } from "../../../registry/media/codec.ts";
import type { Metadata, Track } from "../../../registry/media/track.ts";
import { encodeAmf0 } from "../amf/amf0_encode.ts";
import { AmfEcmaArray, type AmfObject } from "../amf/value.ts";
import { AVC_CODEC_ID, fourCcNumber, fourCcOf, opaqueCodecId, SOUND_FORMAT } from "./codec_ids.ts";
import type { FlvMessage } from "./message.ts";
import type { FlvRoute } from "./routes.ts";

const VIDEO_PROPERTIES = ["width", "height", "framerate", "videodatarate"];
const AUDIO_PROPERTIES = ["audiosamplerate", "audiosamplesize", "audiochannels", "stereo"];
const CODEC_PROPERTIES = ["videocodecid", "audiocodecid", "hasVideo", "hasAudio"];

/** The script data message; `timestamp` in milliseconds. */
export function metadataMessage(
  routes: readonly FlvRoute[],
  metadata: Metadata,
  timestamp: number,
): FlvMessage {
  const properties = new AmfEcmaArray(metadataProperties(routes, metadata));
  return { type: "data", timestamp, parts: [encodeAmf0("onMetaData", properties)] };
}

/** The argument of `onMetaData`. */
export function metadataProperties(routes: readonly FlvRoute[], metadata: Metadata): AmfObject {
  const [video, ...otherVideo] = tracksOf(routes, "video");
  const [audio, ...otherAudio] = tracksOf(routes, "audio");
  return {
    ...publisherProperties(metadata, video !== undefined, audio !== undefined),
    ...(video && videoProperties(video.track)),
    ...(audio && audioProperties(audio.track)),
    ...(otherVideo.length > 0 && { videoTrackIdInfoMap: infoMap(otherVideo, videoTrackInfo) }),
    ...(otherAudio.length > 0 && { audioTrackIdInfoMap: infoMap(otherAudio, audioTrackInfo) }),
    hasVideo: video !== undefined,
    hasAudio: audio !== undefined,
    server: "Sluice",
  };
}

function tracksOf(routes: readonly FlvRoute[], kind: Track["kind"]): readonly FlvRoute[] {
  return routes.filter((route) => route.track.kind === kind);
}

function publisherProperties(metadata: Metadata, hasVideo: boolean, hasAudio: boolean): AmfObject {
  const left = new Set([
    ...CODEC_PROPERTIES,
    ...(hasVideo ? [] : VIDEO_PROPERTIES),
    ...(hasAudio ? [] : AUDIO_PROPERTIES),
  ]);
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !left.has(name)));
}

function videoProperties(track: Track): AmfObject {
  return { videocodecid: codecId(track.codec), ...videoInfo(infoOf(track)) };
}

function audioProperties(track: Track): AmfObject {
  const { sampleRate, channels } = infoOf(track);
  return {
    audiocodecid: codecId(track.codec),
    ...(sampleRate !== undefined && { audiosamplerate: sampleRate, audiosamplesize: 16 }),
    ...(channels !== undefined && { audiochannels: channels, stereo: channels > 1 }),
  };
}

function videoTrackInfo(track: Track): AmfObject {
  return { videocodecid: fourCcId(track.codec), ...videoInfo(infoOf(track)) };
}

function audioTrackInfo(track: Track): AmfObject {
  const { sampleRate, channels } = infoOf(track);
  return {
    audiocodecid: fourCcId(track.codec),
    ...(sampleRate !== undefined && { samplerate: sampleRate }),
    ...(channels !== undefined && { channels }),
  };
}

function videoInfo({ width, height, fps }: TrackInfo): AmfObject {
  return {
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(fps !== undefined && { framerate: fps }),
  };
}

function infoMap(routes: readonly FlvRoute[], info: (track: Track) => AmfObject): AmfObject {
  return Object.fromEntries(routes.map(({ track, index }) => [String(index), info(track)]));
}

function infoOf(track: Track): TrackInfo {
  return track.config === undefined ? {} : describeConfig(track.config);
}

const LEGACY_IDS: ReadonlyMap<CodecName, number> = new Map<CodecName, number>([
  ["h264", AVC_CODEC_ID],
  ["aac", SOUND_FORMAT.aac],
  ["mp3", SOUND_FORMAT.mp3],
  ["g711a", SOUND_FORMAT.g711a],
  ["g711u", SOUND_FORMAT.g711u],
]);

/** The id under which the default track of a kind goes out. */
function codecId(codec: CodecName): number {
  return LEGACY_IDS.get(codec) ?? opaqueCodecId(codec) ?? fourCcId(codec);
}

/** The id under which any further track goes out. */
function fourCcId(codec: CodecName): number {
  return fourCcNumber(fourCcOf(codec) ?? "");
}
