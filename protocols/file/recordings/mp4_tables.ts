/**
 * A look at the tables of MP4 and MOV before `mediabunny` sees them. A few damaged bytes of them stand for
 * billions of samples, for each of which it would make an object in one go, and nothing else got a turn.
 *
 * @module
 */

import { BoxReader, type ChildBox, childBoxes, fourCcName } from "../../_formats/mp4/box_reader.ts";
import { MediaFileError } from "./errors.ts";
import type { RandomAccessFile } from "./random_access.ts";

/** Bytes that are read at a time: the header of a fragment, and mostly all of it and the next header. */
const READ_BYTES = 4096;

/** The longest header of a box. */
const HEADER_BYTES = 16;

/** Boxes at the top of a file: days of the shortest fragments. */
const MAX_BOXES = 1_000_000;

/** One table: `moov` of a film of a day. */
export const MAX_TABLE_BYTES = 128 << 20;

/** With what a file begins that `mediabunny` may take for MP4. */
const FIRST_BOXES: ReadonlySet<string> = new Set([
  ...["ftyp", "styp", "moov", "moof", "sidx", "emsg", "prft"],
  ...["free", "skip", "wide", "mdat", "pnot"],
]);

/** Boxes of tracks and fragments that hold others. */
const PARENTS: ReadonlySet<string> = new Set(["mdia", "minf", "stbl", "edts", "dinf", "traf"]);

/** Samples that tables may tell of beyond those that there are: what sloppy writers count wrong. */
export const MAX_EXCESS_SAMPLES = 65_536;

/** Flags of `trun`, of which each adds a field to every sample (ISO/IEC 14496-12 8.8.8). */
const TRUN_ROW = 0xf00;

/**
 * Looks at all tables of a file, if it is one of MP4 or MOV.
 *
 * @throws {Mp4Error} one is damaged, or tells of more samples than there are.
 * @throws {MediaFileError} it cannot be read, or is larger than any.
 */
export async function assertMp4Tables(file: RandomAccessFile): Promise<void> {
  let read = { at: 0, bytes: new Uint8Array(0) };
  let at = 0;
  for (let boxes = 0; boxes < MAX_BOXES; boxes++) {
    if (at + HEADER_BYTES > read.at + read.bytes.byteLength) {
      read = { at, bytes: await file.read(at, Math.min(file.size, at + READ_BYTES)) };
    }
    const here = read.bytes.subarray(at - read.at);
    const box = boxAt(here);
    if (box === undefined || (at === 0 && !FIRST_BOXES.has(box.type))) return;
    const end = at + box.size;
    if (end > file.size) return;
    const assertTables = ASSERTIONS.get(box.type);
    if (assertTables !== undefined) {
      if (box.size > MAX_TABLE_BYTES) throw new MediaFileError(`its ${box.type} is too large`);
      const isHere = box.size <= here.byteLength;
      const bytes = isHere ? here.subarray(0, box.size) : await file.read(at, end);
      assertTables(bytes.subarray(box.headerSize));
    }
    at = end;
  }
  throw new MediaFileError(`it has more than ${MAX_BOXES} parts`);
}

/** `undefined` where there is none, or one that goes on to the end. */
function boxAt(
  bytes: Uint8Array,
): { readonly type: string; readonly size: number; readonly headerSize: number } | undefined {
  if (bytes.byteLength < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLarge = view.getUint32(0) === 1;
  const size = isLarge ? Number(view.getBigUint64(8)) : view.getUint32(0);
  const headerSize = isLarge ? 16 : 8;
  return size < headerSize ? undefined : { type: fourCcName(view.getUint32(4)), size, headerSize };
}

const ASSERTIONS: ReadonlyMap<string, (body: Uint8Array) => void> = new Map([
  ["moov", assertMovie],
  ["moof", assertFragment],
]);

function assertMovie(body: Uint8Array): void {
  for (const child of childBoxes(body, "moov")) {
    if (child.type === "trak") assertTrack(tablesIn(child));
  }
}

/** All boxes below one that hold no others. */
function tablesIn({ type, body }: ChildBox): readonly ChildBox[] {
  return childBoxes(body, type).flatMap((child) =>
    PARENTS.has(child.type) ? tablesIn(child) : [child]
  );
}

function assertTrack(tables: readonly ChildBox[]): void {
  const sizes = sum(tables.map(samplesWithSize));
  const limit = sizes + MAX_EXCESS_SAMPLES;
  const offsets = tables.filter(({ type }) => type === "ctts");
  if (offsets.length > 0) {
    assertRuns(offsets, limit);
    assertRuns(tables.filter(({ type }) => type === "stts"), limit);
  }
  const chunks = sum(tables.map(chunksOf)) + MAX_EXCESS_SAMPLES;
  for (const table of tables) if (table.type === "stsc") assertLayouts(table, chunks, sizes);
}

/** How many samples a table gives a size of their own. */
function samplesWithSize({ type, body }: ChildBox): number {
  if (type === "stz2") return 2 * body.byteLength;
  if (type !== "stsz") return 0;
  const reader = new BoxReader(body, type);
  reader.fullHeader();
  const common = reader.u32();
  const count = reader.u32();
  return common === 0 ? Math.min(count, reader.bytesLeft / 4) : 0;
}

function chunksOf({ type, body }: ChildBox): number {
  if (type === "stco") return body.byteLength / 4;
  return type === "co64" ? body.byteLength / 8 : 0;
}

/** `stts` and `ctts`: rows of a number of samples, and what is the same for them. */
function assertRuns(tables: readonly ChildBox[], limit: number): void {
  let samples = 0;
  for (const { type, body } of tables) {
    const reader = new BoxReader(body, type);
    for (let rows = openTable(reader); rows > 0; rows--) {
      samples += reader.u32();
      if (samples > limit) throw reader.error(`it has more than ${limit} samples`);
      reader.skip(4);
    }
  }
}

/** @param sizes how many samples have a size of their own: those of a chunk are added up. */
function assertLayouts({ type, body }: ChildBox, chunks: number, sizes: number): void {
  const reader = new BoxReader(body, type);
  let last = 0;
  for (let rows = openTable(reader); rows > 0; rows--) {
    const first = reader.u32();
    if (first < last || first > chunks) throw reader.error(`there is no chunk ${first}`);
    last = first;
    const samples = reader.u32();
    if (sizes > 0 && samples > sizes + MAX_EXCESS_SAMPLES) {
      throw reader.error(`a chunk has ${samples} samples`);
    }
    reader.skip(4); // sample_description_index
  }
}

/** Reads up to the rows of a table, and tells how many there are. */
function openTable(reader: BoxReader): number {
  reader.fullHeader();
  return reader.u32();
}

/** Runs whose samples have fields of their own are as long as they say. */
function assertFragment(body: Uint8Array): void {
  let samples = 0;
  for (const child of childBoxes(body, "moof")) {
    if (child.type !== "traf") continue;
    for (const { type, body } of tablesIn(child)) {
      if (type !== "trun") continue;
      const reader = new BoxReader(body, type);
      const { flags } = reader.fullHeader();
      if ((flags & TRUN_ROW) === 0) samples += reader.u32();
      if (samples > MAX_EXCESS_SAMPLES) throw reader.error(`${samples} samples have no row`);
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
