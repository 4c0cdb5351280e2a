/** Writes and reads whole transport streams with the parts under test. */

import type { DemuxEvent } from "../../../../protocols/_formats/demux/events.ts";
import { TsDemuxer } from "../../../../protocols/_formats/mpegts/demuxer.ts";
import { TsMuxer } from "../../../../protocols/_formats/mpegts/muxer.ts";
import {
  PACKET_SIZE,
  readPacket,
  type TsPacket,
} from "../../../../protocols/_formats/mpegts/packet.ts";
import { joinBytes } from "../../../../protocols/_formats/join.ts";
import type { Description } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { vector } from "../flv/bytes.ts";
import { descriptionsOf, ingestFile, unitsOf } from "../flv/stream.ts";

/** What an encoder made, and what a stream of it holds. */
export interface Media {
  readonly description: Description;
  readonly units: readonly Unit[];
}

/** The media of a named FLV file. */
export function mediaOf(name: string): Media {
  const events = ingestFile(vector(`${name}.flv`));
  return { description: must(descriptionsOf(events)[0]), units: unitsOf(events) };
}

/** A stream that is written `batch` units at a time. */
export function mux({ description, units }: Media, batch = 1): Uint8Array {
  const muxer = new TsMuxer(description);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < units.length; at += batch) {
    parts.push(muxer.write(units.slice(at, at + batch)));
  }
  return joinBytes(parts);
}

/** All events of a stream that comes in pieces of `size` bytes. */
export function demux(stream: Uint8Array, size = stream.length): DemuxEvent[] {
  const demuxer = new TsDemuxer();
  const events: DemuxEvent[] = [];
  for (let at = 0; at < stream.length; at += size) {
    events.push(...demuxer.push(stream.subarray(at, at + size)));
  }
  return [...events, ...demuxer.flush()];
}

/** The packets of a stream of 188-byte packets, as views. */
export function packetsOf(stream: Uint8Array): Uint8Array[] {
  return Array.from(
    { length: stream.length / PACKET_SIZE },
    (_, index) => stream.subarray(index * PACKET_SIZE, (index + 1) * PACKET_SIZE),
  );
}

/** The same, read. */
export function readPackets(stream: Uint8Array): TsPacket[] {
  return packetsOf(stream).map((packet) => readPacket(packet));
}

export function dropsOf(events: readonly DemuxEvent[]): string[] {
  return events.flatMap((event) => event.type === "dropped" ? [event.reason] : []);
}

/** Times, key flags and payloads, by the codec of the track. */
export function contentOf(units: readonly Unit[], offset = 0): Record<string, readonly string[]> {
  const content: Record<string, string[]> = {};
  for (const { track, pts, dts, isKey, payload } of units) {
    const data = payload.map((part) => part.toHex()).join(",");
    (content[track.codec] ??= []).push(`${pts + offset} ${dts + offset} ${isKey} ${data}`);
  }
  return content;
}
