/**
 * Commands, their results and what we answer: Adobe RTMP 1.0, sections 7.1.1 and 7.2.
 *
 * @module
 */
import { decodeAmf0 } from "../_formats/amf/amf0.ts";
import { encodeAmf0 } from "../_formats/amf/amf0_encode.ts";
import { type AmfObject, type AmfValue, isAmfObject } from "../_formats/amf/value.ts";
import { RtmpMessageError } from "./errors.ts";
import { CHUNK_STREAM, MESSAGE_TYPE, type OutgoingMessage, type RtmpMessage } from "./message.ts";
import { STATUS, type Status } from "./status.ts";

/** The transaction of a command that wants no result. */
const NO_RESULT = 0;

/** Flash Media Server 3.0.1: clients look for a version from 3 on before they send H.264. */
const SERVER_PROPERTIES: AmfObject = { fmsVer: "FMS/3,0,1,123", capabilities: 31 };

/** AMF0, whatever the client asked for: FMS clients that prefer AMF3 then speak AMF0 too. */
const OBJECT_ENCODING = 0;

export interface RtmpCommand {
  readonly name: string;
  /** Names the request in its result; 0 where none is wanted. */
  readonly transactionId: number;
  /** `null` for most commands; named properties for `connect` and its result. */
  readonly commandObject: AmfObject | null;
  readonly args: readonly AmfValue[];
}

/**
 * The AMF0 values of a message that may be wrapped for AMF3 (types 15 and 17). These begin with a
 * byte that names the format of what follows: 0, AMF0, whose values may then switch to AMF3 by the
 * AVM+ marker. Deviation: where the byte is missing, the values are read as they stand.
 */
export function unwrapAmf3(message: Pick<RtmpMessage, "type" | "payload">): Uint8Array {
  const { type, payload } = message;
  const isWrapped = type === MESSAGE_TYPE.COMMAND_AMF3 || type === MESSAGE_TYPE.DATA_AMF3;
  return isWrapped && payload[0] === 0 ? payload.subarray(1) : payload;
}

/**
 * Parses a command of either type, 20 or 17. A transaction id or command object that is missing or
 * of another type counts as 0 or `null`.
 *
 * @throws {RtmpMessageError} when there is no name.
 * @throws {AmfError} when the payload is not AMF.
 */
export function parseCommand(message: Pick<RtmpMessage, "type" | "payload">): RtmpCommand {
  const [name, transactionId, commandObject, ...args] = decodeAmf0(unwrapAmf3(message));
  if (typeof name !== "string") {
    throw new RtmpMessageError("command", "its name is missing", 0);
  }
  return {
    name,
    transactionId: typeof transactionId === "number" ? transactionId : NO_RESULT,
    commandObject: isAmfObject(commandObject) ? commandObject : null,
    args,
  };
}

/** Makes the AMF0 message of a command. Stream 0 is the connection itself. */
export function encodeCommand(command: RtmpCommand, streamId = 0): OutgoingMessage {
  const { name, transactionId, commandObject, args } = command;
  return {
    csid: streamId === 0 ? CHUNK_STREAM.COMMAND : CHUNK_STREAM.STATUS,
    type: MESSAGE_TYPE.COMMAND_AMF0,
    timestamp: 0,
    streamId,
    parts: [encodeAmf0(name, transactionId, commandObject, ...args)],
  };
}

/** Answers `request` with values: a stream id for createStream, nothing for most. */
export function resultOf(request: RtmpCommand, ...args: readonly AmfValue[]): RtmpCommand {
  return { name: "_result", transactionId: request.transactionId, commandObject: null, args };
}

/** Refuses `request`. */
export function errorOf(request: RtmpCommand, status: Status, description: string): RtmpCommand {
  return {
    name: "_error",
    transactionId: request.transactionId,
    commandObject: null,
    args: [{ ...status, description }],
  };
}

/**
 * Accepts `request`, a connect. `extensions` are the Enhanced RTMP properties (see `enhanced.ts`);
 * they go in both objects, since clients look in either.
 */
export function connectResult(request: RtmpCommand, extensions: AmfObject = {}): RtmpCommand {
  const info = {
    ...STATUS.CONNECT_SUCCESS,
    description: "Connection succeeded.",
    objectEncoding: OBJECT_ENCODING,
    ...extensions,
  };
  return {
    name: "_result",
    transactionId: request.transactionId,
    commandObject: { ...SERVER_PROPERTIES, ...extensions },
    args: [info],
  };
}

/** Section 7.2.2. `details` join the three properties that every status has. */
export function onStatus(
  status: Status,
  description: string,
  details: AmfObject = {},
): RtmpCommand {
  return {
    name: "onStatus",
    transactionId: NO_RESULT,
    commandObject: null,
    args: [{ ...status, description, ...details }],
  };
}

/** Ends the bandwidth check that FMS clients wait for after connect. */
export function onBwDone(): RtmpCommand {
  return { name: "onBWDone", transactionId: NO_RESULT, commandObject: null, args: [] };
}
