/**
 * Descriptions and units into FLV messages. H.264, AAC, MP3, G.711 and opaque `flv:` codecs go out
 * as FLV 10.1 has them, all others, and all but the first track of a kind, as Enhanced RTMP. H.265
 * goes out under its FourCC or not at all. Everything here follows from its arguments, so what it
 * makes can be shared by all viewers with the same route.
 *
 * @module
 */

import { joinObus } from "../../../registry/media/av1.ts";
import type { CodecConfig } from "../../../registry/media/codec.ts";
import { rescale } from "../../../registry/media/timebase.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { FlvCapabilities } from "./capabilities.ts";
import { opaqueCodecId } from "./codec_ids.ts";
import { writeConfigRecord } from "./config_records.ts";
import type { FlvMessage } from "./message.ts";
import { metadataMessage } from "./metadata.ts";
import { type FlvRoute, routeTracks } from "./routes.ts";
import { audioTagHeader, videoTagHeader } from "./tag_headers.ts";
import { hasCompositionTime } from "./video_tag.ts";

export { type FlvRoute, routeTracks, unsupportedTracks } from "./routes.ts";

/**
 * What a player must have before the first unit: `onMetaData`, then the sequence header of each
 * track that has one. `timestamp` in milliseconds. Throws `BitstreamError` for a configuration whose
 * parameter sets cannot be read.
 */
export function sequenceHeaders(
  description: Description,
  capabilities: FlvCapabilities,
  timestamp = 0,
): readonly FlvMessage[] {
  const routes = routeTracks(description, capabilities);
  const messages = [metadataMessage(routes, description.metadata, timestamp)];
  for (const { track, index } of routes) {
    const message = track.config && configMessage(track, track.config, index, timestamp);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

/**
 * The message of one unit of a track that is routed to `index` (see `routeTracks`). A configuration
 * that changed with the unit is not in it: the new description says it, and `sequenceHeaders` of
 * that come first.
 */
export function unitMessage(unit: Unit, index: FlvRoute["index"]): FlvMessage {
  return MESSAGES[unit.track.kind](unit, index);
}

type WriteUnit = (unit: Unit, index: number) => FlvMessage;

const MESSAGES: Readonly<Record<Track["kind"], WriteUnit>> = {
  video: videoMessage,
  audio: audioMessage,
  data: wholeMessage,
};

function videoMessage(unit: Unit, index: number): FlvMessage {
  const { codec } = unit.track;
  if (opaqueCodecId(codec) !== undefined) return wholeMessage(unit);
  const pts = milliseconds(unit, unit.pts);
  const timestamp = hasCompositionTime(codec) ? milliseconds(unit, unit.dts) : pts;
  const header = videoTagHeader({
    codec,
    index,
    isConfig: false,
    isKey: unit.isKey,
    compositionTime: pts - timestamp,
  });
  return { type: "video", timestamp, parts: videoParts(header, unit) };
}

function audioMessage(unit: Unit, index: number): FlvMessage {
  const { codec, config } = unit.track;
  if (opaqueCodecId(codec) !== undefined) return wholeMessage(unit);
  const header = audioTagHeader({ codec, index, isConfig: false, config });
  const parts = [Uint8Array.from(header), ...unit.payload];
  return { type: "audio", timestamp: milliseconds(unit, unit.pts), parts };
}

/** Of opaque codecs and of data, the payload is a whole tag body: see `FlvIngest`. */
function wholeMessage(unit: Unit): FlvMessage {
  const type = unit.track.kind;
  return { type, timestamp: milliseconds(unit, unit.dts), parts: unit.payload };
}

/** The sequence header of a track; undefined when its codec has none. */
function configMessage(
  { kind, codec }: Track,
  config: CodecConfig,
  index: number,
  timestamp: number,
): FlvMessage | undefined {
  const record = writeConfigRecord(config);
  const isImplied = record?.byteLength === 0 && codec === "mp3" && index === 0;
  if (record === undefined || kind === "data" || isImplied) return undefined;
  const header = kind === "video"
    ? videoTagHeader({ codec, index, isConfig: true, isKey: true, compositionTime: 0 })
    : audioTagHeader({ codec, index, isConfig: true, config });
  return { type: kind, timestamp, parts: [Uint8Array.from(header), record] };
}

function videoParts(header: readonly number[], unit: Unit): readonly Uint8Array[] {
  const { codec, config } = unit.track;
  if (hasCompositionTime(codec)) return lengthPrefixedParts(header, unit.payload);
  const head = Uint8Array.from(header);
  if (codec !== "av1") return [head, ...unit.payload];
  const hasHeader = unit.isKey && config?.codec === "av1";
  return [head, joinObus(hasHeader ? [config.sequenceHeader, ...unit.payload] : unit.payload)];
}

/** Bytes of a NAL unit length: what the records that are written announce. */
const LENGTH_SIZE = 4;

/** The header and all lengths in one small buffer, with the NAL units themselves between as views. */
function lengthPrefixedParts(
  header: readonly number[],
  nals: readonly Uint8Array[],
): readonly Uint8Array[] {
  const framing = new Uint8Array(header.length + LENGTH_SIZE * nals.length);
  const view = new DataView(framing.buffer);
  framing.set(header);
  const parts: Uint8Array[] = [];
  let start = 0;
  let end = header.length;
  for (const nal of nals) {
    view.setUint32(end, nal.byteLength);
    end += LENGTH_SIZE;
    parts.push(framing.subarray(start, end), nal);
    start = end;
  }
  return parts;
}

function milliseconds(unit: Unit, ticks: number): number {
  return rescale(ticks, unit.track.timescale, 1000);
}
