/** Reads and writes whole FLV files with the parts under test. */

import { ALL_CAPABILITIES } from "../../../../protocols/_formats/flv/capabilities.ts";
import { FlvDemuxer } from "../../../../protocols/_formats/flv/demuxer.ts";
import {
  routeTracks,
  sequenceHeaders,
  unitMessage,
} from "../../../../protocols/_formats/flv/egress.ts";
import type { DemuxEvent } from "../../../../protocols/_formats/demux/events.ts";
import type { FlvMessage } from "../../../../protocols/_formats/flv/message.ts";
import { flvHeader, flvTag } from "../../../../protocols/_formats/flv/writer.ts";
import type { Description } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";

/** All events of a file, and those of the flush at its end. */
export function ingestFile(file: Uint8Array): DemuxEvent[] {
  const demuxer = new FlvDemuxer();
  return [...demuxer.push(file), ...demuxer.flush()];
}

export function descriptionsOf(events: readonly DemuxEvent[]): Description[] {
  return events.flatMap((event) => event.type === "description" ? [event.description] : []);
}

export function unitsOf(events: readonly DemuxEvent[]): Unit[] {
  return events.flatMap((event) => event.type === "unit" ? [event.unit] : []);
}

export function dropsOf(events: readonly DemuxEvent[]): string[] {
  return events.flatMap((event) => event.type === "dropped" ? [event.reason] : []);
}

/** What an HTTP-FLV viewer of these events would be sent after the first sequence headers. */
export function mediaMessages(events: readonly DemuxEvent[]): FlvMessage[] {
  const indexes = new Map<number, number>();
  return events.flatMap((event) => {
    if (event.type === "unit") {
      return [unitMessage(event.unit, indexes.get(event.unit.track.id) ?? 0)];
    }
    if (event.type !== "description") return [];
    const isFirst = indexes.size === 0;
    for (const { track, index } of routeTracks(event.description, ALL_CAPABILITIES)) {
      indexes.set(track.id, index);
    }
    return isFirst ? [] : sequenceHeaders(event.description, ALL_CAPABILITIES);
  });
}

/** A file of these events, whose only description is the first one. */
export async function writeFile(events: readonly DemuxEvent[]): Promise<Uint8Array> {
  const headers = descriptionsOf(events).slice(0, 1)
    .flatMap((description) => sequenceHeaders(description, ALL_CAPABILITIES));
  const messages = [...headers, ...mediaMessages(events)];
  const parts = [flvHeader({ audio: true, video: true }), ...messages.map(flvTag)];
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}
