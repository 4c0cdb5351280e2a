/**
 * Bodies of script data tags and of RTMP data messages: FLV 10.1 section E.4.4. A method name in
 * AMF0, then its arguments.
 *
 * @module
 */

import type { Metadata } from "../../../registry/media/track.ts";
import { Amf0Reader } from "../amf/amf0.ts";
import { type AmfObject, type AmfValue, isAmfObject } from "../amf/value.ts";
import { audioTrackId, videoTrackId } from "./track_ids.ts";

export type ScriptData =
  | { readonly kind: "metadata"; readonly properties: AmfObject }
  /** An event for players, such as a cue point or a caption: `body` goes to them as it is. */
  | { readonly kind: "event"; readonly name: string; readonly body: Uint8Array }
  /** Talk between client and server that says nothing about the stream. */
  | { readonly kind: "control"; readonly name: string }
  /** Not a method call. */
  | { readonly kind: "nameless" };

/** What publishers put before a message that is meant for players; it stays with the server. */
const SET_DATA_FRAME = "@setDataFrame";

/** Sent by servers to players and by Flash encoders to servers. */
const CONTROL: ReadonlySet<string> = new Set(["|RtmpSampleAccess", "onStatus", "@clearDataFrame"]);

/** Parses as much of a script data body as tells what it is. Throws `AmfError`. */
export function parseScriptData(body: Uint8Array): ScriptData {
  const reader = new Amf0Reader(body);
  let name = reader.read();
  let start = 0;
  if (name === SET_DATA_FRAME) {
    start = reader.offset;
    name = reader.read();
  }
  if (typeof name !== "string") return { kind: "nameless" };
  if (CONTROL.has(name)) return { kind: "control", name };
  if (name !== "onMetaData") return { kind: "event", name, body: body.subarray(start) };
  const argument = reader.isAtEnd ? undefined : reader.read();
  return { kind: "metadata", properties: isAmfObject(argument) ? argument : {} };
}

/** Properties kept of `onMetaData`; encoders send about twenty. */
export const MAX_METADATA_ENTRIES = 64;

/** Longest property name kept, in UTF-16 units. */
export const MAX_METADATA_NAME = 128;

/** Longest string kept, in UTF-16 units: a title or a comment, not a document. */
export const MAX_METADATA_TEXT = 1024;

/**
 * Properties that are true of a file and not of the stream that is made of it: it has neither length
 * nor size, and a player that is told one shows a seek bar.
 */
const FILE_PROPERTIES: ReadonlySet<string> = new Set([
  ...["duration", "filesize", "lasttimestamp", "lastkeyframetimestamp", "lastkeyframelocation"],
  ...["canSeekToEnd", "hasKeyframes", "hasMetadata", "hasCuePoints"],
]);

/** The numbers, strings and booleans of `onMetaData` that say something of a stream, within limits. */
export function scalarMetadata(properties: AmfObject): Metadata {
  const entries = Object.entries(properties)
    .filter((entry): entry is [string, string | number | boolean] => isKept(...entry))
    .slice(0, MAX_METADATA_ENTRIES);
  return Object.fromEntries(entries);
}

function isKept(name: string, value: AmfValue): boolean {
  if (name.length > MAX_METADATA_NAME || name === "__proto__") return false;
  if (FILE_PROPERTIES.has(name)) return false;
  if (typeof value === "string") return value.length <= MAX_METADATA_TEXT;
  return typeof value === "number" ? Number.isFinite(value) : typeof value === "boolean";
}

/** Ids of the tracks that `onMetaData` promises; undefined when it does not say. */
export function announcedTracks(properties: AmfObject): ReadonlySet<number> | undefined {
  const ids = new Set<number>();
  if (announces(properties.videocodecid, properties.hasVideo)) ids.add(videoTrackId(0));
  if (announces(properties.audiocodecid, properties.hasAudio)) ids.add(audioTrackId(0));
  for (const id of mapKeys(properties.videoTrackIdInfoMap)) ids.add(videoTrackId(id));
  for (const id of mapKeys(properties.audioTrackIdInfoMap)) ids.add(audioTrackId(id));
  return ids.size === 0 ? undefined : ids;
}

/** Codec id 0 is no codec for video and, among what is in use, a wrong "none" for audio. */
function announces(codecId: AmfValue, has: AmfValue): boolean {
  if (typeof has === "boolean") return has;
  return typeof codecId === "number" ? codecId > 0 : typeof codecId === "string" && codecId !== "";
}

function mapKeys(map: AmfValue): number[] {
  if (!isAmfObject(map)) return [];
  return Object.keys(map).map(Number).filter((id) => Number.isInteger(id) && id >= 0 && id < 256);
}
