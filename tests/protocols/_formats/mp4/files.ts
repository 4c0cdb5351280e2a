/** Writes and reads whole MP4 files with the parts under test. */

import { FlvDemuxer } from "../../../../protocols/_formats/flv/demuxer.ts";
import type { Demuxer, DemuxEvent } from "../../../../protocols/_formats/demux/events.ts";
import { type Mp4Track, mp4Tracks } from "../../../../protocols/_formats/mp4/carriage.ts";
import { Mp4Demuxer } from "../../../../protocols/_formats/mp4/demuxer.ts";
import { Fragmenter } from "../../../../protocols/_formats/mp4/fragmenter.ts";
import { initSegment } from "../../../../protocols/_formats/mp4/init_segment.ts";
import type { Description } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { vector } from "../flv/bytes.ts";

/** What came out of a file. */
export interface Media {
  readonly descriptions: readonly Description[];
  readonly units: readonly Unit[];
  readonly drops: readonly string[];
}

/** Feeds a file in pieces of `size` bytes. */
export function demux(file: Uint8Array, size = file.length, demuxer = newDemuxer()): Media {
  const events: DemuxEvent[] = [];
  for (let at = 0; at < file.length; at += size) {
    events.push(...demuxer.push(file.subarray(at, at + size)));
  }
  return mediaOf([...events, ...demuxer.flush()]);
}

function newDemuxer(): Demuxer {
  return new Mp4Demuxer();
}

export function mediaOf(events: readonly DemuxEvent[]): Media {
  return {
    descriptions: events.flatMap((event) =>
      event.type === "description" ? [event.description] : []
    ),
    units: events.flatMap((event) => event.type === "unit" ? [event.unit] : []),
    drops: events.flatMap((event) => event.type === "dropped" ? [event.reason] : []),
  };
}

/** The media of a file beside the tests of FLV. */
export function flvMedia(name: string): Media {
  return demux(vector(name), undefined, new FlvDemuxer());
}

/** What MP4 carries of the tracks of a file. */
export function tracksOf({ descriptions }: Media): readonly Mp4Track[] {
  return mp4Tracks(must(descriptions.at(-1)).tracks);
}

/** The first unit of each track. */
export function firstUnits(units: readonly Unit[]): Map<number, Unit> {
  const first = new Map<number, Unit>();
  for (const unit of units) if (!first.has(unit.track.id)) first.set(unit.track.id, unit);
  return first;
}

/** A fragmented file with a fragment for every so many units. */
export function mux(media: Media, unitsPerFragment = 20): Uint8Array<ArrayBuffer> {
  const tracks = tracksOf(media);
  const fragmenter = new Fragmenter(tracks);
  const parts: Uint8Array[] = [initSegment(tracks, firstUnits(media.units))];
  media.units.forEach((unit, index) => {
    fragmenter.add(unit);
    const fragment = index % unitsPerFragment === unitsPerFragment - 1 && fragmenter.take();
    if (fragment) parts.push(fragment.bytes);
  });
  const last = fragmenter.flush();
  return concat(last === undefined ? parts : [...parts, last.bytes]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}

/** What of a unit a round trip must keep. */
export interface Kept {
  readonly track: number;
  readonly dts: number;
  readonly pts: number;
  readonly isKey: boolean;
  readonly payload: readonly string[];
}

/** Units of each track in order, which is all that a container keeps of their order. */
export function keptOf(units: readonly Unit[]): readonly Kept[] {
  return units
    .map(({ track, dts, pts, isKey, payload }) => {
      return { track: track.id, dts, pts, isKey, payload: payload.map((part) => part.toHex()) };
    })
    .sort((a, b) => a.track - b.track);
}
