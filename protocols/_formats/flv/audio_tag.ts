/**
 * Bodies of audio tags and of RTMP audio messages: FLV 10.1 section E.4.2 and the ExAudioTagHeader
 * of Enhanced RTMP v2. AAC, MP3 and G.711 in legacy form come out as the same packets as the
 * enhanced form.
 *
 * @module
 */

import { ByteReader } from "../../../registry/media/byte_reader.ts";
import {
  AUDIO_CODEC_OF_FORMAT,
  audioCodecOfFourCc,
  type FlvAudioCodec,
  SOUND_FORMAT,
} from "./codec_ids.ts";
import { type ExTrack, readModEx, readTracks, type UnsupportedPacket } from "./ex_packets.ts";

/** AudioPacketType of Enhanced RTMP. */
export const AUDIO_PACKET = {
  sequenceStart: 0,
  codedFrames: 1,
  sequenceEnd: 2,
  multichannelConfig: 4,
  multitrack: 5,
} as const;

/** What one track has in a tag. */
export type AudioPacket = AudioDataPacket | UnsupportedPacket;

export interface AudioDataPacket {
  readonly type: "sequenceStart" | "codedFrames" | "sequenceEnd" | "multichannelConfig";
  readonly trackId: number;
  readonly codec: FlvAudioCodec;
  readonly data: Uint8Array;
}

export type AudioTag =
  | {
    readonly kind: "packets";
    readonly nanoseconds: number;
    /** What SoundType says; 2 in the enhanced form, which does not say. */
    readonly channels: 1 | 2;
    readonly packets: readonly AudioPacket[];
  }
  /** A legacy codec that is passed on unread. */
  | { readonly kind: "opaque"; readonly soundFormat: number }
  /** The empty message with which Flash encoders mark silence. */
  | { readonly kind: "silence" };

/** Parses the body of an audio tag, into views of it. Throws `BitstreamError`. */
export function parseAudioTag(body: Uint8Array): AudioTag {
  if (body.byteLength === 0) return { kind: "silence" };
  const reader = new ByteReader(body, "audio tag");
  const flags = reader.u8();
  const soundFormat = flags >> 4;
  if (soundFormat === SOUND_FORMAT.enhanced) return parseEnhanced(reader, flags & 0x0f);
  const codec = AUDIO_CODEC_OF_FORMAT.get(soundFormat);
  if (codec === undefined) return { kind: "opaque", soundFormat };
  const type = codec === "aac" ? readAacPacketType(reader) : "codedFrames";
  const packets = [{ type, trackId: 0, codec, data: reader.rest() }];
  return { kind: "packets", nanoseconds: 0, channels: (flags & 1) === 0 ? 1 : 2, packets };
}

/** AACPacketType, section E.4.2.1. */
function readAacPacketType(reader: ByteReader): "sequenceStart" | "codedFrames" {
  const packetType = reader.u8();
  if (packetType > 1) throw reader.error(`AAC packet type ${packetType} is not defined`);
  return packetType === 0 ? "sequenceStart" : "codedFrames";
}

function parseEnhanced(reader: ByteReader, firstType: number): AudioTag {
  const modified = readModEx(reader, firstType);
  const { packetType, tracks } = readTracks(reader, modified.packetType, AUDIO_PACKET.multitrack);
  const type = PACKET_TYPES.get(packetType);
  if (type === undefined) throw reader.error(`audio packet type ${packetType} is reserved`);
  const packets = tracks.map((track) => parsePacket(track, type));
  return { kind: "packets", nanoseconds: modified.nanoseconds, channels: 2, packets };
}

const PACKET_TYPES: ReadonlyMap<number, AudioDataPacket["type"]> = new Map([
  [AUDIO_PACKET.sequenceStart, "sequenceStart"],
  [AUDIO_PACKET.codedFrames, "codedFrames"],
  [AUDIO_PACKET.sequenceEnd, "sequenceEnd"],
  [AUDIO_PACKET.multichannelConfig, "multichannelConfig"],
]);

function parsePacket(
  { trackId, fourCc, data }: ExTrack,
  type: AudioDataPacket["type"],
): AudioPacket {
  const codec = audioCodecOfFourCc(fourCc);
  return codec === undefined ? { type: "unsupported", fourCc } : { type, trackId, codec, data };
}
