import { RtmpMessageError } from "./errors.ts";
import { MESSAGE_TYPE, type RtmpMessage } from "./message.ts";

/**
 * Messages in one aggregate. Flash Media Server packs at most some hundred milliseconds of sound
 * and picture together; without a bound 8 MiB could hold half a million empty ones.
 */
export const MAX_AGGREGATED_MESSAGES = 4096;

/** Type, length, timestamp with its extension, and stream id, as in an FLV tag. */
const HEADER_SIZE = 11;
const BACK_POINTER_SIZE = 4;

const AGGREGATED_TYPES: ReadonlySet<number> = new Set([
  MESSAGE_TYPE.AUDIO,
  MESSAGE_TYPE.VIDEO,
  MESSAGE_TYPE.DATA_AMF0,
  MESSAGE_TYPE.DATA_AMF3,
]);

function fail(reason: string, offset: number, limit?: number): never {
  throw new RtmpMessageError("aggregate message", reason, offset, limit);
}

interface SubMessage {
  readonly type: number;
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

function readSubMessage(payload: Uint8Array, offset: number): SubMessage {
  const left = payload.length - offset;
  if (left < HEADER_SIZE) fail(`a header of ${HEADER_SIZE} bytes has ${left}`, offset);
  const view = new DataView(payload.buffer, payload.byteOffset + offset, HEADER_SIZE);
  const type = view.getUint8(0);
  if (!AGGREGATED_TYPES.has(type)) fail(`it holds a message of type ${type}`, offset);
  const length = view.getUint32(0) & 0xffffff;
  if (length > left - HEADER_SIZE) {
    fail(`a message of ${length} bytes has ${left - HEADER_SIZE}`, offset + 1);
  }
  const start = offset + HEADER_SIZE;
  return {
    type,
    timestamp: (view.getUint32(4) >>> 8) + view.getUint8(7) * 2 ** 24,
    payload: payload.subarray(start, start + length),
  };
}

/**
 * Splits an aggregate message (Adobe RTMP 1.0, section 7.1.6). Timestamps are moved so that the
 * first is that of the aggregate; the message stream is the aggregate's too. Payloads are views
 * into its payload.
 *
 * Deviation: back pointers are not read, and the last one may be missing.
 *
 * @throws {RtmpMessageError} for a length past the end, a type that has no place here, or more
 *   than {@linkcode MAX_AGGREGATED_MESSAGES}.
 */
export function splitAggregate(aggregate: RtmpMessage): readonly RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  let first: number | undefined;
  let offset = 0;
  while (offset < aggregate.payload.length) {
    if (messages.length === MAX_AGGREGATED_MESSAGES) {
      fail(`more than ${messages.length} messages`, offset, MAX_AGGREGATED_MESSAGES);
    }
    const { type, timestamp, payload } = readSubMessage(aggregate.payload, offset);
    first ??= timestamp;
    messages.push({
      ...aggregate,
      type,
      payload,
      timestamp: (aggregate.timestamp + timestamp - first) >>> 0,
    });
    offset += HEADER_SIZE + payload.length + BACK_POINTER_SIZE;
  }
  return messages;
}
