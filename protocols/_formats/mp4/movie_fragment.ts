/**
 * `moof`: where the samples of a fragment lie (ISO/IEC 14496-12 8.8.4 to 8.8.12).
 *
 * @module
 */

import { BoxReader, type ChildBox, childBoxes, findBox, needBox } from "./box_reader.ts";
import { Mp4Error } from "./errors.ts";
import { type MovieTrack, NO_DEFAULTS, type SampleDefaults } from "./movie.ts";
import type { SampleLocation } from "./sample_location.ts";

/** Samples of one fragment: ten minutes of 60 pictures and 50 audio frames a second. */
export const MAX_FRAGMENT_SAMPLES = 65_536;

/**
 * Samples of a run that tells nothing of each, so that its own size is no bound: more than a second
 * of the shortest frames of constant size.
 */
export const MAX_UNIFORM_SAMPLES = 1024;

/** Track fragments in one fragment: a few for each track. */
export const MAX_TRACK_FRAGMENTS = 256;

/** Flags of `tfhd`. */
const TFHD = {
  baseDataOffset: 0x1,
  description: 0x2,
  duration: 0x8,
  size: 0x10,
  flags: 0x20,
  baseIsMoof: 0x20000,
} as const;

/** Flags of `trun`. */
const TRUN = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  compositionOffset: 0x800,
  anyOfSample: 0xf00,
} as const;

/** `sample_is_non_sync_sample`. */
const NON_SYNC = 0x10000;

/** What is known when a fragment arrives. */
export interface FragmentContext {
  readonly tracks: ReadonlyMap<number, MovieTrack>;
  /** Where the `moof` begins in the file. */
  readonly start: number;
  /** Where each track ended in the fragment before, for those that do not tell their time. */
  readonly ends: ReadonlyMap<number, number>;
}

/** The samples of one track in a fragment. */
export interface TrackFragment {
  readonly trackId: number;
  readonly samples: readonly SampleLocation[];
  /** Decoding time after the last sample. */
  readonly end: number;
}

/**
 * Reads the body of `moof`. Samples of tracks that are not known are left out.
 *
 * @throws {Mp4Error} when it is damaged or passes a limit.
 */
export function parseMovieFragment(
  body: Uint8Array,
  { tracks, start, ends }: FragmentContext,
): readonly TrackFragment[] {
  const trafs = childBoxes(body, "moof").filter(({ type }) => type === "traf");
  if (trafs.length > MAX_TRACK_FRAGMENTS) {
    throw new Mp4Error("moof", `there are more than ${MAX_TRACK_FRAGMENTS} track fragments`, 0);
  }
  const fragments: TrackFragment[] = [];
  const decoded = new Map(ends);
  let dataEnd = start;
  let room = MAX_FRAGMENT_SAMPLES;
  for (const traf of trafs) {
    const boxes = childBoxes(traf.body, "traf");
    const head = readHead(needBox(boxes, "tfhd", "traf"), tracks, start, dataEnd);
    const cursor: RunCursor = {
      ...head,
      dts: readDecodeTime(findBox(boxes, "tfdt")) ?? decoded.get(head.trackId) ?? 0,
      room,
    };
    const samples = boxes.flatMap((child) => child.type === "trun" ? readRun(child, cursor) : []);
    room = cursor.room;
    dataEnd = cursor.offset;
    decoded.set(head.trackId, cursor.dts);
    if (tracks.has(head.trackId)) {
      fragments.push({ trackId: head.trackId, samples, end: cursor.dts });
    }
  }
  return fragments;
}

interface TrackFragmentHead {
  readonly trackId: number;
  readonly defaults: SampleDefaults;
  /** Where data offsets of the runs count from. */
  readonly base: number;
  /** Where the data of a run lies that does not tell. */
  readonly offset: number;
}

/** Where the reading of the runs of one track fragment stands. */
interface RunCursor extends TrackFragmentHead {
  offset: number;
  dts: number;
  /** Samples that the fragment may have yet. */
  room: number;
}

/** @param dataEnd where the data of the track fragment before ends. */
function readHead(
  tfhd: Uint8Array,
  tracks: ReadonlyMap<number, MovieTrack>,
  start: number,
  dataEnd: number,
): TrackFragmentHead {
  const reader = new BoxReader(tfhd, "tfhd");
  const { flags } = reader.fullHeader();
  const trackId = reader.u32();
  const known = tracks.get(trackId)?.defaults ?? NO_DEFAULTS;
  const told = (flags & TFHD.baseDataOffset) !== 0 ? reader.u64() : undefined;
  const base = told ?? ((flags & TFHD.baseIsMoof) !== 0 ? start : dataEnd);
  const field = (flag: number, known: number) => (flags & flag) !== 0 ? reader.u32() : known;
  const defaults: SampleDefaults = {
    description: field(TFHD.description, known.description),
    duration: field(TFHD.duration, known.duration),
    size: field(TFHD.size, known.size),
    flags: field(TFHD.flags, known.flags),
  };
  return { trackId, defaults, base, offset: base };
}

function readDecodeTime(tfdt: Uint8Array | undefined): number | undefined {
  if (tfdt === undefined) return undefined;
  const reader = new BoxReader(tfdt, "tfdt");
  return reader.fullHeader().version === 1 ? reader.u64() : reader.u32();
}

/** Reads a `trun` and moves the cursor behind it. */
function readRun({ body, type }: ChildBox, cursor: RunCursor): SampleLocation[] {
  const reader = new BoxReader(body, type);
  const { flags } = reader.fullHeader();
  const count = reader.u32();
  if (count > cursor.room) {
    throw reader.error(`a fragment has more than ${MAX_FRAGMENT_SAMPLES} samples`);
  }
  if ((flags & TRUN.anyOfSample) === 0 && count > MAX_UNIFORM_SAMPLES) {
    throw reader.error(`more than ${MAX_UNIFORM_SAMPLES} samples have no row`);
  }
  cursor.room -= count;
  if ((flags & TRUN.dataOffset) !== 0) cursor.offset = cursor.base + reader.i32();
  const firstFlags = (flags & TRUN.firstFlags) !== 0 ? reader.u32() : undefined;
  const samples: SampleLocation[] = [];
  for (let i = 0; i < count; i++) {
    const first = i === 0 ? firstFlags : undefined;
    samples.push(readRow(reader, flags, cursor, first));
  }
  return samples;
}

function readRow(
  reader: BoxReader,
  flags: number,
  cursor: RunCursor,
  firstFlags: number | undefined,
): SampleLocation {
  const { defaults } = cursor;
  const duration = (flags & TRUN.duration) !== 0 ? reader.u32() : defaults.duration;
  const size = (flags & TRUN.size) !== 0 ? reader.u32() : defaults.size;
  const ownFlags = (flags & TRUN.flags) !== 0 ? reader.u32() : defaults.flags;
  // Signed also in version 0, where writers put negative ones all the same.
  const compositionOffset = (flags & TRUN.compositionOffset) !== 0 ? reader.i32() : 0;
  const sample: SampleLocation = {
    offset: cursor.offset,
    size,
    dts: cursor.dts,
    compositionOffset,
    isSync: ((firstFlags ?? ownFlags) & NON_SYNC) === 0,
    description: defaults.description,
  };
  cursor.offset += size;
  cursor.dts += duration;
  return sample;
}
