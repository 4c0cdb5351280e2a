/**
 * The sample table of an unfragmented file (ISO/IEC 14496-12 8.6, 8.7), read sample by sample: what it
 * says takes a few bytes and may stand for billions of samples.
 *
 * @module
 */

import { BoxReader, type ChildBox, findBox, needBox } from "./box_reader.ts";
import type { SampleLocation } from "./sample_location.ts";

/**
 * The samples of a track in decoding order, which is also the order of their bytes. Ends where one of
 * the tables does.
 *
 * @param table the boxes of `stbl`.
 * @throws {Mp4Error} from the iterator, when a table is missing or cut short.
 */
export function* tableSamples(table: readonly ChildBox[]): Generator<SampleLocation, void> {
  const sizes = sampleSizes(table);
  const durations = runs(table, "stts");
  const offsets = runs(table, "ctts");
  const syncs = syncSamples(table);
  let dts = 0;
  let number = 1;
  let nextSync = syncs?.next().value;
  for (const { offset: chunkOffset, samples, description } of chunks(table)) {
    let offset = chunkOffset;
    for (let i = 0; i < samples; i++) {
      const size = sizes.next().value;
      const duration = durations.next().value;
      if (size === undefined || duration === undefined) return;
      const isSync = syncs === undefined || number === nextSync;
      const compositionOffset = offsets.next().value ?? 0;
      yield { offset, size, dts, compositionOffset, isSync, description };
      if (number === nextSync) nextSync = syncs?.next().value;
      offset += size;
      dts += duration;
      number++;
    }
  }
}

/** The lowest composition offset of a track; 0 where none is negative. Throws {@linkcode Mp4Error}. */
export function lowestOffset(table: readonly ChildBox[]): number {
  const body = findBox(table, "ctts");
  if (body === undefined) return 0;
  const { reader, count } = open(body, "ctts");
  let lowest = 0;
  for (let row = 0; row < count; row++) {
    reader.skip(4); // sample_count
    lowest = Math.min(lowest, reader.i32());
  }
  return lowest;
}

/** Reads the header of a table and the number of its rows. */
function open(body: Uint8Array, type: string): { reader: BoxReader; count: number } {
  const reader = new BoxReader(body, type);
  reader.fullHeader();
  return { reader, count: reader.u32() };
}

/** `stts` and `ctts`: a value for each of so many samples. Offsets are signed in both versions. */
function* runs(table: readonly ChildBox[], type: "stts" | "ctts"): Generator<number, void> {
  const body = type === "stts" ? needBox(table, type, "stbl") : findBox(table, type);
  if (body === undefined) return;
  const { reader, count } = open(body, type);
  for (let row = 0; row < count; row++) {
    const samples = reader.u32();
    const value = type === "stts" ? reader.u32() : reader.i32();
    for (let i = 0; i < samples; i++) yield value;
  }
}

/** Of `stsz`: one size for all, or one for each. */
function* sampleSizes(table: readonly ChildBox[]): Generator<number, void> {
  const reader = new BoxReader(needBox(table, "stsz", "stbl"), "stsz");
  reader.fullHeader();
  const common = reader.u32();
  const count = reader.u32();
  for (let i = 0; i < count; i++) yield common === 0 ? reader.u32() : common;
}

/** Numbers of the sync samples, from 1; undefined without `stss`, where all are. */
function syncSamples(table: readonly ChildBox[]): Generator<number, void> | undefined {
  const body = findBox(table, "stss");
  return body && rows(body, "stss");
}

function* rows(body: Uint8Array, type: string): Generator<number, void> {
  const { reader, count } = open(body, type);
  for (let i = 0; i < count; i++) yield type === "co64" ? reader.u64() : reader.u32();
}

interface Chunk {
  readonly offset: number;
  readonly samples: number;
  readonly description: number;
}

/** The chunks that `stco` or `co64` places, as full as `stsc` says. */
function* chunks(table: readonly ChildBox[]): Generator<Chunk, void> {
  const large = findBox(table, "co64");
  const offsets = large === undefined
    ? rows(needBox(table, "stco", "stbl"), "stco")
    : rows(large, "co64");
  const layouts = chunkLayouts(table);
  let layout = layouts.next().value;
  let following = layouts.next().value;
  let number = 1;
  for (const offset of offsets) {
    if (following !== undefined && number >= following.firstChunk) {
      layout = following;
      following = layouts.next().value;
    }
    if (layout === undefined) return;
    yield { offset, samples: layout.samples, description: layout.description };
    number++;
  }
}

interface ChunkLayout {
  readonly firstChunk: number;
  readonly samples: number;
  readonly description: number;
}

function* chunkLayouts(table: readonly ChildBox[]): Generator<ChunkLayout, void> {
  const { reader, count } = open(needBox(table, "stsc", "stbl"), "stsc");
  for (let row = 0; row < count; row++) {
    yield { firstChunk: reader.u32(), samples: reader.u32(), description: reader.u32() };
  }
}
