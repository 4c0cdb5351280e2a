/**
 * Data messages: metadata and other script data, Adobe RTMP 1.0 section 7.1.2.
 *
 * @module
 */
import { decodeAmf0 } from "../_formats/amf/amf0.ts";
import { encodeAmf0 } from "../_formats/amf/amf0_encode.ts";
import { unwrapAmf3 } from "./command.ts";
import { RtmpMessageError } from "./errors.ts";
import { CHUNK_STREAM, MESSAGE_TYPE, type OutgoingMessage, type RtmpMessage } from "./message.ts";
import type { Status } from "./status.ts";

export type DataMessage =
  /** AMF0 values, the first of them the name of the handler (`onMetaData`), for every player. */
  | { readonly kind: "data"; readonly body: Uint8Array }
  /** The server is to forget the data of this name. */
  | { readonly kind: "clear"; readonly name: string };

/** What a publisher puts before data that the server is to keep for later players. */
const SET_DATA_FRAME = encodeAmf0("@setDataFrame");
const CLEAR_DATA_FRAME = encodeAmf0("@clearDataFrame");

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

/**
 * Parses a data message of either type, 18 or 15, without decoding its values: `body` is a view of
 * the payload.
 *
 * @throws {RtmpMessageError} for `@clearDataFrame` without a name.
 * @throws {AmfError} for `@clearDataFrame` with what is not AMF.
 */
export function parseData(message: Pick<RtmpMessage, "type" | "payload">): DataMessage {
  const body = unwrapAmf3(message);
  if (startsWith(body, SET_DATA_FRAME)) {
    return { kind: "data", body: body.subarray(SET_DATA_FRAME.length) };
  }
  if (!startsWith(body, CLEAR_DATA_FRAME)) return { kind: "data", body };
  const [, name] = decodeAmf0(body);
  if (typeof name !== "string") {
    throw new RtmpMessageError("@clearDataFrame", "the name is missing", CLEAR_DATA_FRAME.length);
  }
  return { kind: "clear", name };
}

/** The parts of a data message that asks the server to keep `body` for later players. */
export function setDataFrame(body: readonly Uint8Array[]): readonly Uint8Array[] {
  return [SET_DATA_FRAME, ...body];
}

/** Tells players how a recording ended: an `onStatus` for the play itself. */
export function onPlayStatus(status: Status, streamId: number): OutgoingMessage {
  return {
    csid: CHUNK_STREAM.STATUS,
    type: MESSAGE_TYPE.DATA_AMF0,
    timestamp: 0,
    streamId,
    parts: [encodeAmf0("onPlayStatus", { ...status })],
  };
}

/** Tells Flash players that they may read samples; others ignore it. */
export function sampleAccess(streamId: number): OutgoingMessage {
  return {
    csid: CHUNK_STREAM.STATUS,
    type: MESSAGE_TYPE.DATA_AMF0,
    timestamp: 0,
    streamId,
    parts: [encodeAmf0("|RtmpSampleAccess", true, true)],
  };
}
