import {
  type Box,
  box,
  fullBox,
  serializeBoxes,
  u32,
} from "../../../../protocols/_formats/mp4/box.ts";
import { childBoxes, needBox } from "../../../../protocols/_formats/mp4/box_reader.ts";
import type { Mp4Track } from "../../../../protocols/_formats/mp4/carriage.ts";
import { initSegment } from "../../../../protocols/_formats/mp4/init_segment.ts";
import { sampleSize, writeSample } from "../../../../protocols/_formats/mp4/samples.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { concat, firstUnits, type Media, tracksOf } from "./files.ts";

/** Samples of a chunk. */
const PER_CHUNK = 4;

/** A file that is not fragmented, with its tables in front; the same media for the same input. */
export function progressive(media: Media): Uint8Array<ArrayBuffer> {
  const tracks = tracksOf(media);
  const header = initSegment(tracks, firstUnits(media.units));
  const [ftyp, moov] = childBoxes(header, "file").map(({ type, body }) => box(type, body));
  if (ftyp === undefined || moov === undefined) throw new TypeError("Cannot test: no header");
  const chunks = tracks.flatMap((track) => chunksOf(track, media.units));
  const place = (start: number) => {
    let offset = start;
    const offsets = new Map<number, number[]>();
    for (const { track, bytes } of chunks) {
      offsets.set(track.id, [...offsets.get(track.id) ?? [], offset]);
      offset += bytes.byteLength;
    }
    return serializeBoxes(ftyp, withTables(header, tracks, media.units, offsets));
  };
  const head = place(place(0).byteLength + 8);
  const data = serializeBoxes(box("mdat", concat(chunks.map(({ bytes }) => bytes))));
  return concat([head, data]);
}

interface Chunk {
  readonly track: Mp4Track;
  readonly bytes: Uint8Array;
}

function unitsOf(track: Mp4Track, units: readonly Unit[]): readonly Unit[] {
  return units.filter((unit) => unit.track.id === track.id);
}

function chunksOf(track: Mp4Track, units: readonly Unit[]): Chunk[] {
  const samples = unitsOf(track, units).map((unit) => {
    const bytes = new Uint8Array(sampleSize(track.codec, unit));
    writeSample(track.codec, bytes, 0, unit);
    return bytes;
  });
  const chunks: Chunk[] = [];
  for (let at = 0; at < samples.length; at += PER_CHUNK) {
    chunks.push({ track, bytes: concat(samples.slice(at, at + PER_CHUNK)) });
  }
  return chunks;
}

/** `moov` of the header, with full tables, and without `mvex`. */
function withTables(
  header: Uint8Array,
  tracks: readonly Mp4Track[],
  units: readonly Unit[],
  offsets: ReadonlyMap<number, readonly number[]>,
): Box {
  const moov = needBox(childBoxes(header, "file"), "moov", "file");
  let index = 0;
  const content = childBoxes(moov, "moov").flatMap(({ type, body }) => {
    if (type === "mvex") return [];
    const track = type === "trak" ? tracks[index++] : undefined;
    if (track === undefined) return [box(type, body)];
    const tables = tablesOf(track, unitsOf(track, units), offsets.get(track.id) ?? []);
    return [replaceTables(type, body, tables)];
  });
  return box("moov", ...content);
}

/** The boxes down to `stbl`, of which only `stsd` stays. */
function replaceTables(type: string, body: Uint8Array, tables: readonly Box[]): Box {
  const isAbove = ["trak", "mdia", "minf"].includes(type);
  if (type === "stbl") {
    return box(type, box("stsd", needBox(childBoxes(body, type), "stsd", type)), ...tables);
  }
  if (!isAbove) return box(type, body);
  const children = childBoxes(body, type);
  return box(type, ...children.map((child) => replaceTables(child.type, child.body, tables)));
}

function tablesOf(track: Mp4Track, units: readonly Unit[], offsets: readonly number[]): Box[] {
  const durations = units.map(({ dts }, index) => (units[index + 1]?.dts ?? dts) - dts);
  const last = units.length % PER_CHUNK;
  const layouts = [1, PER_CHUNK, 1];
  if (last > 0 && offsets.length > 1) layouts.push(offsets.length, last, 1);
  if (last > 0 && offsets.length === 1) layouts[1] = last;
  const shifts = units.flatMap(({ pts, dts }) => [1, pts - dts]);
  const keys = units.flatMap(({ isKey }, index) => isKey ? [index + 1] : []);
  return [
    fullBox("stts", 0, 0, u32(units.length, ...durations.flatMap((duration) => [1, duration]))),
    fullBox("ctts", 1, 0, u32(units.length, ...shifts)),
    fullBox("stsc", 0, 0, u32(layouts.length / 3, ...layouts)),
    fullBox(
      "stsz",
      0,
      0,
      u32(0, units.length, ...units.map((unit) => sampleSize(track.codec, unit))),
    ),
    fullBox("stco", 0, 0, u32(offsets.length, ...offsets)),
    ...(track.kind === "video" ? [fullBox("stss", 0, 0, u32(keys.length, ...keys))] : []),
  ];
}
