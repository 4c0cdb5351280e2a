/**
 * Movie fragments (ISO/IEC 14496-12 8.8, CMAF 7.3.2): `moof` and `mdat` of any number of tracks.
 *
 * @module
 */

import type { Unit } from "../../../registry/media/unit.ts";
import {
  type Box,
  box,
  BOX_HEADER_SIZE,
  contentSize,
  fourCc,
  fourCcCode,
  fullBox,
  type Integers,
  u32,
  u64,
  writeBox,
} from "./box.ts";
import type { Mp4Track } from "./carriage.ts";
import { sampleSize, writeSample } from "./samples.ts";

/** A unit in its place on the timeline of a track. */
export interface Mp4Sample {
  readonly unit: Unit;
  /** Decoding time in ticks of the track: not negative. */
  readonly dts: number;
  /** Ticks up to the decoding time of the next sample. */
  readonly duration: number;
}

/** Samples of one track that follow each other without a gap: each begins where the last one ends. */
export interface Mp4Run {
  readonly track: Mp4Track;
  readonly samples: readonly Mp4Sample[];
}

/** What goes into one fragment. */
export interface FragmentContent {
  /** Counts the fragments; taken modulo 2^32. */
  readonly sequence: number;
  /** A track may have several runs, with a gap between them. None may be empty. */
  readonly runs: readonly Mp4Run[];
  /** Whether a `styp` comes first, as in segments of DASH and HLS; false by default. */
  readonly isSegmentStart?: boolean;
}

/** `sample_depends_on` 2: it needs no other (8.6.4.3). */
export const SYNC_SAMPLE = 0x2000000;

/** `sample_depends_on` 1 and `sample_is_non_sync_sample`. */
export const NON_SYNC_SAMPLE = 0x1010000;

const DEFAULT_BASE_IS_MOOF = 0x20000;

/** What a `trun` has of each sample, and that it tells where the data is. */
const HAS_DATA_OFFSET = 0x1;
const HAS_DURATION_AND_SIZE = 0x300;
const HAS_FLAGS = 0x400;
const HAS_COMPOSITION_OFFSETS = 0x800;

/** Composition offsets have a sign from this version on. */
const SIGNED_OFFSETS = 1;
const MAX_OFFSET = 2 ** 31 - 1;

const SEGMENT_TYPE = box("styp", fourCc("msdh"), u32(0), fourCc("msdh"));

/**
 * One fragment, in a buffer that the caller owns; payload is copied into it once. The data of the
 * tracks follow each other in the order of the runs.
 *
 * @throws {RangeError} when a decoding time is negative or no safe integer, or a fragment would pass
 * 4 GiB.
 */
export function fragment(content: FragmentContent): Uint8Array<ArrayBuffer> {
  const sizes = content.runs.map(({ track, samples }) =>
    samples.map(({ unit }) => sampleSize(track.codec, unit))
  );
  const dataSize = sizes.flat().reduce((sum, size) => sum + size, 0);
  const head = content.isSegmentStart ? contentSize(SEGMENT_TYPE) : 0;
  // The size does not depend on where the data is, which only the size tells.
  const moofSize = contentSize(moof(content, sizes, 0));
  const size = head + moofSize + BOX_HEADER_SIZE + dataSize;
  if (size >= 2 ** 32) throw new RangeError(`Cannot write MP4 fragment: it has ${size} bytes`);
  const bytes = new Uint8Array(size);
  let offset = head > 0 ? writeBox(bytes, 0, SEGMENT_TYPE) : 0;
  offset = writeBox(bytes, offset, moof(content, sizes, moofSize + BOX_HEADER_SIZE));
  const view = new DataView(bytes.buffer);
  view.setUint32(offset, BOX_HEADER_SIZE + dataSize);
  view.setUint32(offset + 4, fourCcCode("mdat"));
  offset += BOX_HEADER_SIZE;
  for (const { track, samples } of content.runs) {
    for (const { unit } of samples) offset = writeSample(track.codec, bytes, offset, unit);
  }
  return bytes;
}

/** @param dataStart where the data of the first run is, from the start of the `moof`. */
function moof(
  { sequence, runs }: FragmentContent,
  sizes: readonly (readonly number[])[],
  dataStart: number,
): Box {
  let dataOffset = dataStart;
  const trackFragments = runs.map((run, index) => {
    const runSizes = sizes[index] ?? [];
    const traf = trackFragment(run, runSizes, dataOffset);
    dataOffset += runSizes.reduce((sum, size) => sum + size, 0);
    return traf;
  });
  return box("moof", fullBox("mfhd", 0, 0, u32(sequence % 2 ** 32)), ...trackFragments);
}

function trackFragment(
  { track, samples }: Mp4Run,
  sizes: readonly number[],
  dataOffset: number,
): Box {
  const start = samples[0]?.dts ?? 0;
  if (start < 0 || !Number.isSafeInteger(start)) {
    throw new RangeError(`Cannot write MP4 fragment: decoding time ${start} is out of range`);
  }
  return box(
    "traf",
    fullBox("tfhd", 0, DEFAULT_BASE_IS_MOOF, u32(track.id)),
    fullBox("tfdt", 1, 0, u64(start)),
    trackRun({ track, samples }, sizes, dataOffset),
  );
}

function trackRun({ track, samples }: Mp4Run, sizes: readonly number[], dataOffset: number): Box {
  const hasFlags = track.kind === "video";
  const hasOffsets = samples.some(({ unit }) => unit.pts !== unit.dts);
  const flags = HAS_DATA_OFFSET | HAS_DURATION_AND_SIZE |
    (hasFlags ? HAS_FLAGS : 0) | (hasOffsets ? HAS_COMPOSITION_OFFSETS : 0);
  const table: number[] = [];
  samples.forEach(({ unit, duration }, index) => {
    table.push(duration, sizes[index] ?? 0);
    if (hasFlags) table.push(unit.isKey ? SYNC_SAMPLE : NON_SYNC_SAMPLE);
    if (hasOffsets) table.push(compositionOffset(unit));
  });
  // Not by `u32`: more samples than a call may have arguments, where a file has few key pictures.
  const rows: Integers = { bits: 32, values: table };
  return fullBox("trun", SIGNED_OFFSETS, flags, u32(samples.length, dataOffset), rows);
}

/** Of what does not fit, which no picture needs, the most that fits. */
function compositionOffset({ pts, dts }: Unit): number {
  return Math.max(-MAX_OFFSET, Math.min(MAX_OFFSET, pts - dts));
}
