/**
 * `moov`: which tracks there are, and where the samples of an unfragmented file lie.
 *
 * @module
 */

import { BitstreamError } from "../../../registry/media/errors.ts";
import { BoxReader, type ChildBox, childBoxes, findBox, needBox } from "./box_reader.ts";
import { editShift } from "./edit_list.ts";
import { Mp4Error } from "./errors.ts";
import { parseSampleEntry, type SampleEntry } from "./sample_entry_reader.ts";

/** What a fragment leaves out (`trex`, ISO/IEC 14496-12 8.8.3). */
export interface SampleDefaults {
  readonly description: number;
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

/** A track whose codec is known. */
export interface MovieTrack {
  readonly id: number;
  readonly timescale: number;
  /** One for each sample description; undefined where its codec is not known here. */
  readonly entries: readonly (SampleEntry | undefined)[];
  /** Ticks to add to all times. */
  readonly shift: number;
  readonly defaults: SampleDefaults;
  /** The boxes of `stbl`. */
  readonly table: readonly ChildBox[];
}

/** A `moov`, read. */
export interface Movie {
  readonly tracks: ReadonlyMap<number, MovieTrack>;
  /** Why tracks were left out. */
  readonly dropped: readonly string[];
}

/** Tracks that are looked at; what a camera or a film has stays far below. */
const MAX_TRAKS = 128;

/** Sample descriptions of one track: renditions that were spliced together have a few. */
const MAX_DESCRIPTIONS = 32;

/** Of a track without `trex`. */
export const NO_DEFAULTS: SampleDefaults = { description: 1, duration: 0, size: 0, flags: 0 };

/**
 * Reads the body of `moov`, into views of it. Tracks whose codec is not known or damaged are left out
 * and told.
 *
 * All tracks are moved by the same time so that the edit lists make no time negative: what counts is
 * how they lie to each other.
 *
 * @throws {Mp4Error} when a box that is needed is missing or damaged, or a track is encrypted.
 */
export function parseMovie(body: Uint8Array): Movie {
  const boxes = childBoxes(body, "moov");
  const movieTimescale = readTimescale(needBox(boxes, "mvhd", "moov"), "mvhd");
  const defaults = readDefaults(findBox(boxes, "mvex"));
  const traks = boxes.filter(({ type }) => type === "trak");
  if (traks.length > MAX_TRAKS) {
    throw new Mp4Error("moov", `there are more than ${MAX_TRAKS} tracks`, 0);
  }
  const tracks: MovieTrack[] = [];
  const dropped: string[] = [];
  for (const trak of traks) {
    const track = readTrack(trak.body, movieTimescale, defaults);
    if (typeof track === "string") dropped.push(track);
    else tracks.push(track);
  }
  return { tracks: new Map(shifted(tracks).map((track) => [track.id, track])), dropped };
}

/** Whole seconds are exact in every timescale. */
function shifted(tracks: readonly MovieTrack[]): readonly MovieTrack[] {
  const earliest = Math.min(0, ...tracks.map(({ shift, timescale }) => shift / timescale));
  const lead = Math.ceil(-earliest);
  return tracks.map((track) => ({ ...track, shift: track.shift + lead * track.timescale }));
}

/** A string says why the track is left out. */
function readTrack(
  trak: Uint8Array,
  movieTimescale: number,
  defaults: ReadonlyMap<number, SampleDefaults>,
): MovieTrack | string {
  const boxes = childBoxes(trak, "trak");
  const id = readTrackId(needBox(boxes, "tkhd", "trak"));
  const media = childBoxes(needBox(boxes, "mdia", "trak"), "mdia");
  const timescale = readTimescale(needBox(media, "mdhd", "mdia"), "mdhd");
  const information = findBox(media, "minf");
  const table = information && findBox(childBoxes(information, "minf"), "stbl");
  if (table === undefined) return `Track ${id} has no sample table`;
  const tables = childBoxes(table, "stbl");
  const entries = readEntries(needBox(tables, "stsd", "stbl"));
  if (typeof entries === "string") return `Track ${id} cannot be read: ${entries}`;
  const shift = editShift(findBox(boxes, "edts"), movieTimescale, timescale);
  return {
    id,
    timescale,
    entries,
    shift,
    defaults: defaults.get(id) ?? NO_DEFAULTS,
    table: tables,
  };
}

/** Creation and modification times have 64 bits in version 1. */
function skipTimes(reader: BoxReader): number {
  const { version } = reader.fullHeader();
  reader.skip(version === 1 ? 16 : 8);
  return version;
}

function readTimescale(body: Uint8Array, type: string): number {
  const reader = new BoxReader(body, type);
  skipTimes(reader);
  const timescale = reader.u32();
  if (timescale === 0) throw reader.error("the timescale is 0");
  return timescale;
}

function readTrackId(body: Uint8Array): number {
  const reader = new BoxReader(body, "tkhd");
  skipTimes(reader);
  const id = reader.u32();
  if (id === 0) throw reader.error("the track id is 0");
  return id;
}

function readEntries(stsd: Uint8Array): readonly (SampleEntry | undefined)[] | string {
  const reader = new BoxReader(stsd, "stsd");
  reader.fullHeader();
  reader.skip(4); // entry_count, which the boxes tell as well
  const boxes = childBoxes(reader.rest(), "stsd");
  if (boxes.length > MAX_DESCRIPTIONS) {
    throw reader.error(`there are more than ${MAX_DESCRIPTIONS} sample descriptions`);
  }
  try {
    const entries = boxes.map(parseSampleEntry);
    const types = boxes.map(({ type }) => JSON.stringify(type)).join(", ");
    return entries.some((entry) => entry !== undefined) ? entries : `${types} is not supported`;
  } catch (error) {
    if (error instanceof BitstreamError) return error.message;
    throw error;
  }
}

function readDefaults(mvex: Uint8Array | undefined): ReadonlyMap<number, SampleDefaults> {
  const defaults = new Map<number, SampleDefaults>();
  for (const { type, body } of mvex === undefined ? [] : childBoxes(mvex, "mvex")) {
    if (type !== "trex") continue;
    const reader = new BoxReader(body, type);
    reader.fullHeader();
    const id = reader.u32();
    const description = reader.u32();
    const [duration, size, flags] = [reader.u32(), reader.u32(), reader.u32()];
    defaults.set(id, { description, duration, size, flags });
  }
  return defaults;
}
