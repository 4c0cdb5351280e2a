/**
 * Protocol control messages and user control messages: Adobe RTMP 1.0, sections 5.4, 6.2 and 7.1.7.
 *
 * @module
 */
import { RtmpMessageError } from "./errors.ts";
import { CHUNK_STREAM, MESSAGE_TYPE, type OutgoingMessage, type RtmpMessage } from "./message.ts";

/** Section 5.4.1 keeps the first bit of a chunk size zero. */
const MAX_CHUNK_SIZE = 0x7fffffff;

/** What Set Peer Bandwidth says of its window size (section 5.4.5), in wire order. */
const BANDWIDTH_LIMITS = ["hard", "soft", "dynamic"] as const;
export type BandwidthLimit = typeof BANDWIDTH_LIMITS[number];

/** User control events whose data is one message stream id, by event type. */
const STREAM_EVENTS = {
  streamBegin: 0,
  streamEof: 1,
  streamDry: 2,
  streamIsRecorded: 4,
} as const;
const SET_BUFFER_LENGTH = 3;
/** User control events whose data is one timestamp. */
const PING_EVENTS = { pingRequest: 6, pingResponse: 7 } as const;

/** The messages whose payload is one 32-bit number, by kind. */
const NUMBER_MESSAGES = {
  setChunkSize: MESSAGE_TYPE.SET_CHUNK_SIZE,
  abort: MESSAGE_TYPE.ABORT,
  acknowledgement: MESSAGE_TYPE.ACKNOWLEDGEMENT,
  windowAckSize: MESSAGE_TYPE.WINDOW_ACK_SIZE,
} as const;

export type StreamEvent = keyof typeof STREAM_EVENTS;
export type PingEvent = keyof typeof PING_EVENTS;

export type ControlMessage =
  /** Bytes of a chunk's payload from now on. */
  | { readonly kind: "setChunkSize"; readonly size: number }
  | { readonly kind: "abort"; readonly csid: number }
  /** Bytes received so far, modulo 2^32. */
  | { readonly kind: "acknowledgement"; readonly sequence: number }
  /** Bytes after which the receiver of this message is to acknowledge. */
  | { readonly kind: "windowAckSize"; readonly size: number }
  | { readonly kind: "setPeerBandwidth"; readonly size: number; readonly limit: BandwidthLimit }
  | { readonly kind: StreamEvent; readonly streamId: number }
  | { readonly kind: "setBufferLength"; readonly streamId: number; readonly milliseconds: number }
  | { readonly kind: PingEvent; readonly timestamp: number }
  /** Events that the specification does not name, such as SWF verification (26). */
  | { readonly kind: "unknownEvent"; readonly event: number; readonly data: Uint8Array };

function uint32(payload: Uint8Array, offset: number, subject: string): number {
  if (payload.length < offset + 4) {
    throw new RtmpMessageError(
      subject,
      `${payload.length} bytes, expected ${offset + 4}`,
      payload.length,
    );
  }
  return new DataView(payload.buffer, payload.byteOffset).getUint32(offset);
}

function decodeChunkSize(payload: Uint8Array): ControlMessage {
  const size = uint32(payload, 0, "Set Chunk Size");
  if (size < 1 || size > MAX_CHUNK_SIZE) {
    throw new RtmpMessageError("Set Chunk Size", `chunk size is ${size}`, 0, MAX_CHUNK_SIZE);
  }
  return { kind: "setChunkSize", size };
}

/** Deviation: a limit type that is missing or unknown counts as dynamic. */
function decodePeerBandwidth(payload: Uint8Array): ControlMessage {
  const size = uint32(payload, 0, "Set Peer Bandwidth");
  return { kind: "setPeerBandwidth", size, limit: BANDWIDTH_LIMITS[payload[4] ?? 2] ?? "dynamic" };
}

function keyOf<K extends string>(table: Readonly<Record<K, number>>, value: number): K | undefined {
  for (const key in table) if (table[key] === value) return key;
  return undefined;
}

function decodeUserControl(payload: Uint8Array): ControlMessage {
  const subject = "User Control";
  if (payload.length < 2) {
    throw new RtmpMessageError(subject, "event type is missing", payload.length);
  }
  const event = new DataView(payload.buffer, payload.byteOffset).getUint16(0);
  const streamEvent = keyOf(STREAM_EVENTS, event);
  if (streamEvent !== undefined) {
    return { kind: streamEvent, streamId: uint32(payload, 2, subject) };
  }
  const pingEvent = keyOf(PING_EVENTS, event);
  if (pingEvent !== undefined) return { kind: pingEvent, timestamp: uint32(payload, 2, subject) };
  if (event !== SET_BUFFER_LENGTH) {
    return { kind: "unknownEvent", event, data: payload.subarray(2) };
  }
  const streamId = uint32(payload, 2, subject);
  return { kind: "setBufferLength", streamId, milliseconds: uint32(payload, 6, subject) };
}

const DECODERS: Readonly<Record<number, (payload: Uint8Array) => ControlMessage>> = {
  [MESSAGE_TYPE.SET_CHUNK_SIZE]: decodeChunkSize,
  [MESSAGE_TYPE.ABORT]: (payload) => ({ kind: "abort", csid: uint32(payload, 0, "Abort") }),
  [MESSAGE_TYPE.ACKNOWLEDGEMENT]: (payload) => ({
    kind: "acknowledgement",
    sequence: uint32(payload, 0, "Acknowledgement"),
  }),
  [MESSAGE_TYPE.USER_CONTROL]: decodeUserControl,
  [MESSAGE_TYPE.WINDOW_ACK_SIZE]: (payload) => ({
    kind: "windowAckSize",
    size: uint32(payload, 0, "Window Acknowledgement Size"),
  }),
  [MESSAGE_TYPE.SET_PEER_BANDWIDTH]: decodePeerBandwidth,
};

/**
 * Decodes a message of types 1 to 6; `undefined` for any other. Bytes behind the known fields are
 * ignored.
 *
 * @throws {RtmpMessageError} when the payload is too short, or a chunk size is not 1 to 2^31 - 1.
 */
export function decodeControl(
  message: Pick<RtmpMessage, "type" | "payload">,
): ControlMessage | undefined {
  return DECODERS[message.type]?.(message.payload);
}

function numbers(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(4 * index, value));
  return bytes;
}

function userControl(event: number, data: Uint8Array): [number, Uint8Array] {
  const payload = new Uint8Array(2 + data.length);
  new DataView(payload.buffer).setUint16(0, event);
  payload.set(data, 2);
  return [MESSAGE_TYPE.USER_CONTROL, payload];
}

function peerBandwidth(size: number, limit: BandwidthLimit): [number, Uint8Array] {
  const payload = new Uint8Array(5);
  payload.set(numbers(size));
  payload[4] = BANDWIDTH_LIMITS.indexOf(limit);
  return [MESSAGE_TYPE.SET_PEER_BANDWIDTH, payload];
}

function encodePayload(control: ControlMessage): [type: number, payload: Uint8Array] {
  switch (control.kind) {
    case "setChunkSize":
    case "windowAckSize":
      return [NUMBER_MESSAGES[control.kind], numbers(control.size)];
    case "abort":
      return [NUMBER_MESSAGES.abort, numbers(control.csid)];
    case "acknowledgement":
      return [NUMBER_MESSAGES.acknowledgement, numbers(control.sequence % 2 ** 32)];
    case "setPeerBandwidth":
      return peerBandwidth(control.size, control.limit);
    case "setBufferLength":
      return userControl(SET_BUFFER_LENGTH, numbers(control.streamId, control.milliseconds));
    case "pingRequest":
    case "pingResponse":
      return userControl(PING_EVENTS[control.kind], numbers(control.timestamp % 2 ** 32));
    case "unknownEvent":
      return userControl(control.event, control.data);
    default:
      return userControl(STREAM_EVENTS[control.kind], numbers(control.streamId));
  }
}

/** Makes the message of a control, on the chunk stream and message stream that are its own. */
export function encodeControl(control: ControlMessage): OutgoingMessage {
  const [type, payload] = encodePayload(control);
  return { csid: CHUNK_STREAM.CONTROL, type, timestamp: 0, streamId: 0, parts: [payload] };
}
