import { MESSAGE_TYPE } from "./message.ts";

/** What a peer may make a chunk reader hold or do. */
export interface ChunkLimits {
  /** Bytes of one audio, video, data or aggregate message. */
  readonly mediaSize: number;
  /** Bytes of one message of any other type. */
  readonly commandSize: number;
  /** Chunk streams over the life of the connection. */
  readonly chunkStreams: number;
  readonly minChunkSize: number;
  readonly maxChunkSize: number;
  /** Bytes held for all messages that have begun and are not complete. */
  readonly unfinishedSize: number;
}

export const DEFAULT_CHUNK_LIMITS: ChunkLimits = {
  // A key frame of 8K video at its largest; the wire could announce 16 MiB.
  mediaSize: 8 * 1024 * 1024,
  // `connect` with everything that Flash Player tells of itself stays below 4 KiB.
  commandSize: 64 * 1024,
  // Clients use fewer than ten.
  chunkStreams: 64,
  // Section 5.4.1 wants 128 at least. Below, headers would cost more than what they carry.
  minChunkSize: 128,
  // The largest seen is 10 times smaller; larger only lets one message hold up all others.
  maxChunkSize: 1024 * 1024,
  // One video and one audio message of the largest kind at the same time.
  unfinishedSize: 16 * 1024 * 1024,
};

const MEDIA_TYPES: ReadonlySet<number> = new Set([
  MESSAGE_TYPE.AUDIO,
  MESSAGE_TYPE.VIDEO,
  MESSAGE_TYPE.DATA_AMF0,
  MESSAGE_TYPE.DATA_AMF3,
  MESSAGE_TYPE.AGGREGATE,
]);

/** The largest message of a type, in bytes. */
export function messageLimit(limits: ChunkLimits, type: number): number {
  return MEDIA_TYPES.has(type) ? limits.mediaSize : limits.commandSize;
}
