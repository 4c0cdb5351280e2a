/**
 * What the enhanced headers of audio and video tags share (Enhanced RTMP v2, "ExAudioTagHeader" and
 * "ExVideoTagHeader"): ModEx and multitrack.
 *
 * @module
 */

import type { ByteReader } from "../../../registry/media/byte_reader.ts";

/** Packet type 7 in both kinds of tag: a modifier, followed by the type that it modifies. */
const MOD_EX = 7;

/** The only modifier that is defined; others are passed over as the specification asks. */
const TIMESTAMP_OFFSET_NANO = 0;

/** AvMultitrackType. */
export const MULTITRACK = { oneTrack: 0, manyTracks: 1, manyTracksManyCodecs: 2 } as const;

/** Track ids have eight bits, and no tag has a reason to name one twice. */
const MAX_TRACKS_PER_TAG = 256;

/** The part of a tag that belongs to one track. */
export interface ExTrack {
  /** 0 for the default track and for tags without multitrack. */
  readonly trackId: number;
  readonly fourCc: string;
  readonly data: Uint8Array;
}

/** What a track has in a tag when the gateway does not know its FourCC. */
export interface UnsupportedPacket {
  readonly type: "unsupported";
  readonly fourCc: string;
}

export interface Modified {
  readonly packetType: number;
  /** Nanoseconds to be added to the timestamp of the message. */
  readonly nanoseconds: number;
}

/** Reads what ModEx packets precede the real packet type. */
export function readModEx(reader: ByteReader, firstPacketType: number): Modified {
  let packetType = firstPacketType;
  let nanoseconds = 0;
  while (packetType === MOD_EX) {
    let size = reader.u8() + 1;
    if (size === 256) size = reader.u16() + 1;
    const data = reader.bytes(size);
    const types = reader.u8();
    if (types >> 4 === TIMESTAMP_OFFSET_NANO) {
      if (size < 3) throw reader.error(`nanosecond offset has ${size} of 3 bytes`);
      nanoseconds = u24(data);
    }
    packetType = types & 0x0f;
  }
  return { packetType, nanoseconds };
}

/**
 * Reads the tracks of a tag, up to its end. `multitrackType` is the packet type that announces
 * several; what type they all are is the first value given back.
 */
export function readTracks(
  reader: ByteReader,
  packetType: number,
  multitrackType: number,
): { readonly packetType: number; readonly tracks: readonly ExTrack[] } {
  if (packetType !== multitrackType) {
    const track = { trackId: 0, fourCc: readFourCc(reader), data: reader.rest() };
    return { packetType, tracks: [track] };
  }
  const types = reader.u8();
  const inner = types & 0x0f;
  if (inner === multitrackType || inner === MOD_EX) {
    throw reader.error(`packet type ${inner} inside a multitrack packet`);
  }
  return { packetType: inner, tracks: readMultitrack(reader, types >> 4) };
}

function readMultitrack(reader: ByteReader, type: number): ExTrack[] {
  switch (type) {
    case MULTITRACK.oneTrack: {
      const fourCc = readFourCc(reader);
      return [{ fourCc, trackId: reader.u8(), data: reader.rest() }];
    }
    case MULTITRACK.manyTracks: {
      const fourCc = readFourCc(reader);
      return readSizedTracks(reader, () => fourCc);
    }
    case MULTITRACK.manyTracksManyCodecs:
      return readSizedTracks(reader, () => readFourCc(reader));
    default:
      throw reader.error(`multitrack type ${type} is reserved`);
  }
}

function readSizedTracks(reader: ByteReader, fourCcOfTrack: () => string): ExTrack[] {
  const tracks: ExTrack[] = [];
  while (reader.bytesLeft > 0) {
    if (tracks.length === MAX_TRACKS_PER_TAG) {
      throw reader.error(`more than ${MAX_TRACKS_PER_TAG} tracks in a tag`);
    }
    const fourCc = fourCcOfTrack();
    const trackId = reader.u8();
    tracks.push({ fourCc, trackId, data: reader.bytes(u24(reader.bytes(3))) });
  }
  return tracks;
}

function readFourCc(reader: ByteReader): string {
  return String.fromCharCode(...reader.bytes(4));
}

function u24(bytes: Uint8Array): number {
  const [high = 0, middle = 0, low = 0] = bytes;
  return high << 16 | middle << 8 | low;
}
