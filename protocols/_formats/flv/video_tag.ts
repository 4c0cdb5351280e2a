/**
 * Bodies of video tags and of RTMP video messages: FLV 10.1 section E.4.3 and the ExVideoTagHeader
 * of Enhanced RTMP v2. What the legacy form carries of H.264 and H.265 comes out as the same packets
 * as the enhanced form.
 *
 * @module
 */

import { ByteReader } from "../../../registry/media/byte_reader.ts";
import type { CodecName } from "../../../registry/media/codec.ts";
import { type FlvVideoCodec, VIDEO_CODEC_OF_ID, videoCodecOfFourCc } from "./codec_ids.ts";
import { type ExTrack, readModEx, readTracks, type UnsupportedPacket } from "./ex_packets.ts";

/** Section E.4.3.1, and VideoFrameType of Enhanced RTMP. */
export const FRAME_TYPE = {
  key: 1,
  inter: 2,
  disposableInter: 3,
  generatedKey: 4,
  command: 5,
} as const;

/** VideoPacketType of Enhanced RTMP. */
export const VIDEO_PACKET = {
  sequenceStart: 0,
  codedFrames: 1,
  sequenceEnd: 2,
  codedFramesX: 3,
  metadata: 4,
  mpeg2tsSequenceStart: 5,
  multitrack: 6,
} as const;

/** The bit that says "enhanced" where the legacy form has no frame types above 7. */
export const EX_VIDEO_FLAG = 0x80;

/** What one track has in a tag. */
export type VideoPacket =
  | VideoPacketOf<"sequenceStart" | "sequenceEnd" | "metadata" | "mpeg2tsSequenceStart">
  | VideoFramesPacket
  | UnsupportedPacket;

interface VideoPacketOf<T extends string> {
  readonly type: T;
  readonly trackId: number;
  readonly codec: FlvVideoCodec;
  readonly data: Uint8Array;
}

export interface VideoFramesPacket extends VideoPacketOf<"codedFrames"> {
  /** pts - dts in milliseconds, -2^23 to 2^23 - 1. */
  readonly compositionTime: number;
}

export type VideoTag =
  | {
    readonly kind: "packets";
    readonly isKey: boolean;
    readonly nanoseconds: number;
    readonly packets: readonly VideoPacket[];
  }
  /** A legacy codec that is passed on unread. */
  | { readonly kind: "opaque"; readonly isKey: boolean; readonly codecId: number }
  /** A seek mark for clients, section E.4.3.1: no picture. */
  | { readonly kind: "command"; readonly command: number };

/** Parses the body of a video tag, into views of it. Throws `BitstreamError`. */
export function parseVideoTag(body: Uint8Array): VideoTag {
  const reader = new ByteReader(body, "video tag");
  const flags = reader.u8();
  const frameType = flags >> 4 & 0x07;
  return (flags & EX_VIDEO_FLAG) === 0
    ? parseLegacy(reader, frameType, flags & 0x0f)
    : parseEnhanced(reader, frameType, flags & 0x0f);
}

function parseLegacy(reader: ByteReader, frameType: number, codecId: number): VideoTag {
  if (frameType === FRAME_TYPE.command) return { kind: "command", command: reader.u8() };
  const isKey = isKeyFrame(frameType);
  const codec = VIDEO_CODEC_OF_ID.get(codecId);
  if (codec === undefined) return { kind: "opaque", isKey, codecId };
  const packets = [parseAvcPacket(reader, codec)];
  return { kind: "packets", isKey, nanoseconds: 0, packets };
}

/** AVCVIDEOPACKET, section E.4.3.2; H.265 as codec id 12 has the same form. */
function parseAvcPacket(reader: ByteReader, codec: FlvVideoCodec): VideoPacket {
  const packetType = reader.u8();
  const compositionTime = readSigned24(reader);
  const data = reader.rest();
  switch (packetType) {
    case 0:
      return { type: "sequenceStart", trackId: 0, codec, data };
    case 1:
      return { type: "codedFrames", trackId: 0, codec, compositionTime, data };
    case 2:
      return { type: "sequenceEnd", trackId: 0, codec, data };
    default:
      throw reader.error(`AVC packet type ${packetType} is not defined`);
  }
}

function parseEnhanced(reader: ByteReader, frameType: number, firstType: number): VideoTag {
  const modified = readModEx(reader, firstType);
  if (frameType === FRAME_TYPE.command && modified.packetType !== VIDEO_PACKET.metadata) {
    return { kind: "command", command: reader.u8() };
  }
  const { packetType, tracks } = readTracks(reader, modified.packetType, VIDEO_PACKET.multitrack);
  const packets = tracks.map((track) => parsePacket(track, packetType));
  const isKey = isKeyFrame(frameType);
  return { kind: "packets", isKey, nanoseconds: modified.nanoseconds, packets };
}

function parsePacket({ trackId, fourCc, data }: ExTrack, packetType: number): VideoPacket {
  const codec = videoCodecOfFourCc(fourCc);
  if (codec === undefined) return { type: "unsupported", fourCc };
  const reader = new ByteReader(data, "video packet");
  switch (packetType) {
    case VIDEO_PACKET.sequenceStart:
      return { type: "sequenceStart", trackId, codec, data };
    case VIDEO_PACKET.codedFrames: {
      const compositionTime = hasCompositionTime(codec) ? readSigned24(reader) : 0;
      return { type: "codedFrames", trackId, codec, compositionTime, data: reader.rest() };
    }
    case VIDEO_PACKET.codedFramesX:
      return { type: "codedFrames", trackId, codec, compositionTime: 0, data };
    case VIDEO_PACKET.sequenceEnd:
      return { type: "sequenceEnd", trackId, codec, data };
    case VIDEO_PACKET.metadata:
      return { type: "metadata", trackId, codec, data };
    case VIDEO_PACKET.mpeg2tsSequenceStart:
      return { type: "mpeg2tsSequenceStart", trackId, codec, data };
    default:
      throw reader.error(`video packet type ${packetType} is reserved`);
  }
}

/** Whether CodedFrames of this codec begin with a composition time: the others
 * show every frame in the order of decoding. */
export function hasCompositionTime(codec: CodecName): boolean {
  return codec === "h264" || codec === "h265";
}

function isKeyFrame(frameType: number): boolean {
  return frameType === FRAME_TYPE.key || frameType === FRAME_TYPE.generatedKey;
}

function readSigned24(reader: ByteReader): number {
  return (reader.u16() << 16 | reader.u8() << 8) >> 8;
}
