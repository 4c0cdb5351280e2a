/**
 * RTMP messages as the chunk stream carries them, and the numbers that the specification gives to
 * their types and chunk streams (Adobe RTMP 1.0, sections 5.4, 6 and 7).
 *
 * @module
 */

/** Message type ids: sections 5.4 and 7.1. */
export const MESSAGE_TYPE = {
  SET_CHUNK_SIZE: 1,
  ABORT: 2,
  ACKNOWLEDGEMENT: 3,
  USER_CONTROL: 4,
  WINDOW_ACK_SIZE: 5,
  SET_PEER_BANDWIDTH: 6,
  AUDIO: 8,
  VIDEO: 9,
  DATA_AMF3: 15,
  SHARED_OBJECT_AMF3: 16,
  COMMAND_AMF3: 17,
  DATA_AMF0: 18,
  SHARED_OBJECT_AMF0: 19,
  COMMAND_AMF0: 20,
  AGGREGATE: 22,
} as const;

/**
 * Chunk stream ids that we send on. Only 2 is fixed (section 5.4); the others are what most
 * servers use. Audio and video each have their own, so that neither header depends on the other.
 */
export const CHUNK_STREAM = {
  CONTROL: 2,
  COMMAND: 3,
  AUDIO: 4,
  STATUS: 5,
  VIDEO: 6,
  DATA: 8,
} as const;

/** The chunk size of both directions until a Set Chunk Size message changes it (section 5.4.1). */
export const DEFAULT_CHUNK_SIZE = 128;

/** One message, put together from its chunks. */
export interface RtmpMessage {
  /** Message type id: see {@linkcode MESSAGE_TYPE}. */
  readonly type: number;
  /** Absolute milliseconds, unsigned 32 bits as on the wire: wraps after 49.7 days. */
  readonly timestamp: number;
  /** Message stream id. */
  readonly streamId: number;
  /** A buffer of its own that nothing else writes to: views into it may be kept. */
  readonly payload: Uint8Array;
  /** The chunk stream that the message came on. */
  readonly csid: number;
}

/** One message to send. The parts together are the payload; they are read, never kept. */
export interface OutgoingMessage {
  /** Chunk stream id, 2 to 65599. */
  readonly csid: number;
  readonly type: number;
  /** Absolute milliseconds; any integer, sent modulo 2^32. */
  readonly timestamp: number;
  readonly streamId: number;
  readonly parts: readonly Uint8Array[];
}
