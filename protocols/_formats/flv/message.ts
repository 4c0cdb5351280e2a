/**
 * What an FLV tag and an RTMP message have in common: a type, a time and a body. The numbers of the
 * types are the same in both (FLV 10.1 section E.4.1, RTMP 1.0 section 7.1).
 *
 * @module
 */

export type FlvMessageType = "audio" | "video" | "data";

/** Tag types of FLV and message type ids of RTMP. */
export const FLV_TYPE_IDS: Readonly<Record<FlvMessageType, number>> = {
  audio: 8,
  video: 9,
  data: 18,
};

/** A message that arrived. */
export interface FlvInput {
  readonly type: FlvMessageType;
  /** Milliseconds. */
  readonly timestamp: number;
  readonly body: Uint8Array;
}

/**
 * A message to be sent. Its body is in parts, most of them views of a unit's payload, so that a
 * writer copies each byte once: into the buffer that goes to the socket.
 */
export interface FlvMessage {
  readonly type: FlvMessageType;
  /** Milliseconds; writers keep the low 32 bits. */
  readonly timestamp: number;
  readonly parts: readonly Uint8Array[];
}

/** Bytes of the body of a message. */
export function bodySize(parts: readonly Uint8Array[]): number {
  let size = 0;
  for (const part of parts) size += part.byteLength;
  return size;
}

/**
 * Ticks per second of every track that comes from FLV. It holds each millisecond exactly and the
 * nanoseconds of ModEx to 11 us; a sample rate would have to change whenever the codec config does.
 */
export const FLV_TIMESCALE = 90_000;
