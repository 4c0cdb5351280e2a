/**
 * Units as MP4 samples: the framing of each codec around payload that is copied once.
 *
 * @module
 */

import { av1HeaderSize, leb128Size, writeLeb128 } from "../../../registry/media/av1_obu.ts";
import { lengthPrefixedSize } from "../../../registry/media/nal.ts";
import { payloadBytes, type Unit } from "../../../registry/media/unit.ts";
import type { Mp4Codec } from "./sample_entries.ts";

interface SampleFormat {
  size(unit: Unit): number;
  /** Writes the sample at `offset`, and gives the offset after it. */
  write(target: Uint8Array, offset: number, unit: Unit): number;
}

const WHOLE: SampleFormat = { size: payloadBytes, write: writeWhole };
const NAL_UNITS: SampleFormat = {
  size: ({ payload }) => lengthPrefixedSize(payload),
  write: writeNalUnits,
};
const OBUS: SampleFormat = { size: obusSize, write: writeObus };

const FORMATS: Readonly<Record<Mp4Codec, SampleFormat>> = {
  h264: NAL_UNITS,
  h265: NAL_UNITS,
  av1: OBUS,
  vp8: WHOLE,
  vp9: WHOLE,
  aac: WHOLE,
  opus: WHOLE,
  flac: WHOLE,
  mp3: WHOLE,
  ac3: WHOLE,
  eac3: WHOLE,
};

/** Bytes of the sample that a unit makes. */
export function sampleSize(codec: Mp4Codec, unit: Unit): number {
  return FORMATS[codec].size(unit);
}

/** Writes the sample of a unit at `offset`, and gives the offset after it. */
export function writeSample(
  codec: Mp4Codec,
  target: Uint8Array,
  offset: number,
  unit: Unit,
): number {
  return FORMATS[codec].write(target, offset, unit);
}

function writeWhole(target: Uint8Array, start: number, { payload }: Unit): number {
  let offset = start;
  for (const part of payload) {
    target.set(part, offset);
    offset += part.byteLength;
  }
  return offset;
}

/** Each NAL unit after its length in four bytes, which is what the records announce. */
function writeNalUnits(target: Uint8Array, start: number, { payload }: Unit): number {
  let offset = start;
  for (const nal of payload) {
    const size = nal.byteLength;
    target[offset++] = size >>> 24;
    target[offset++] = size >>> 16;
    target[offset++] = size >>> 8;
    target[offset++] = size;
    target.set(nal, offset);
    offset += size;
  }
  return offset;
}

/**
 * A sync sample begins with the sequence header (AV1 in ISOBMFF 2.4), which units do not have in
 * their payload.
 */
function obusOf({ isKey, track, payload }: Unit): readonly Uint8Array[] {
  const { config } = track;
  return isKey && config?.codec === "av1" ? [config.sequenceHeader, ...payload] : payload;
}

function obusSize(unit: Unit): number {
  return obusOf(unit).reduce((size, obu) => size + obu.length + leb128Size(bodySize(obu)), 0);
}

function bodySize(obu: Uint8Array): number {
  return Math.max(0, obu.length - av1HeaderSize(obu));
}

/** `obu_has_size_field`. */
const HAS_SIZE = 0x02;

function writeObus(target: Uint8Array, start: number, unit: Unit): number {
  let offset = start;
  for (const obu of obusOf(unit)) {
    const header = obu.subarray(0, av1HeaderSize(obu));
    target.set(header, offset);
    target[offset] = (obu[0] ?? 0) | HAS_SIZE;
    offset = writeLeb128(target, offset + header.length, bodySize(obu));
    target.set(obu.subarray(header.length), offset);
    offset += bodySize(obu);
  }
  return offset;
}
