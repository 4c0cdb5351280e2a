/**
 * What `onStatus`, `_result` and `_error` say: Adobe RTMP 1.0 sections 7.2.1 and 7.2.2, and the
 * NetStatusEvent codes that clients know beyond it.
 *
 * @module
 */
import { type AmfValue, isAmfObject } from "../_formats/amf/value.ts";

export type StatusLevel = "status" | "warning" | "error";

export interface Status {
  readonly level: StatusLevel;
  readonly code: string;
}

/** A status as a peer sent it. */
export interface ReceivedStatus extends Status {
  readonly description: string;
}

function status(code: string): Status {
  return { level: "status", code };
}

function error(code: string): Status {
  return { level: "error", code };
}

export const STATUS = {
  CONNECT_SUCCESS: status("NetConnection.Connect.Success"),
  CONNECT_REJECTED: error("NetConnection.Connect.Rejected"),
  CONNECT_CLOSED: status("NetConnection.Connect.Closed"),
  CALL_FAILED: error("NetConnection.Call.Failed"),

  PUBLISH_START: status("NetStream.Publish.Start"),
  PUBLISH_BAD_NAME: error("NetStream.Publish.BadName"),
  PUBLISH_DENIED: error("NetStream.Publish.Denied"),
  UNPUBLISH_SUCCESS: status("NetStream.Unpublish.Success"),

  PLAY_RESET: status("NetStream.Play.Reset"),
  PLAY_START: status("NetStream.Play.Start"),
  PLAY_STOP: status("NetStream.Play.Stop"),
  PLAY_FAILED: error("NetStream.Play.Failed"),
  PLAY_STREAM_NOT_FOUND: error("NetStream.Play.StreamNotFound"),
  PLAY_INSUFFICIENT_BANDWIDTH: { level: "warning", code: "NetStream.Play.InsufficientBW" },
  PLAY_NO_SUPPORTED_TRACK: error("NetStream.Play.NoSupportedTrackFound"),
  PLAY_COMPLETE: status("NetStream.Play.Complete"),
  PLAY_PUBLISH_NOTIFY: status("NetStream.Play.PublishNotify"),
  PLAY_UNPUBLISH_NOTIFY: status("NetStream.Play.UnpublishNotify"),

  PAUSE_NOTIFY: status("NetStream.Pause.Notify"),
  UNPAUSE_NOTIFY: status("NetStream.Unpause.Notify"),
  SEEK_NOTIFY: status("NetStream.Seek.Notify"),
  SEEK_FAILED: error("NetStream.Seek.Failed"),
} as const satisfies Readonly<Record<string, Status>>;

function text(value: AmfValue): string {
  return typeof value === "string" ? value : "";
}

/**
 * The status in the arguments of an `onStatus`, `_result` or `_error`; `undefined` where the first
 * argument is none, as in the `_result` of createStream.
 */
export function readStatus(args: readonly AmfValue[]): ReceivedStatus | undefined {
  const info = args[0];
  if (!isAmfObject(info) || typeof info.code !== "string") return undefined;
  const level = info.level === "error" || info.level === "warning" ? info.level : "status";
  return { level, code: info.code, description: text(info.description) };
}
