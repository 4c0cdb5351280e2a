/**
 * The boxes of a file in pieces of any size (ISO/IEC 14496-12 4.2): which are kept whole, which are
 * passed over, and what is taken out of `mdat` as it arrives.
 *
 * @module
 */

import { Accumulator } from "../demux/accumulator.ts";
import { BOX_HEADER_SIZE } from "./box.ts";
import { fourCcName } from "./box_reader.ts";
import { Mp4Error } from "./errors.ts";

/** Largest `moov`: the tables of some ten hours of video and audio. */
const MAX_MOOV_SIZE = 64 << 20;

/** Largest `moof`: more samples than are allowed in one, with all fields. */
export const MAX_MOOF_SIZE = 4 << 20;

/** Largest sample, as the largest FLV tag: above any key frame of a live stream. */
const MAX_SAMPLE_SIZE = 8 << 20;

/** Samples in a row that cannot be had: past it, the tables are not of this file. */
export const MAX_MISSING_SAMPLES = 1000;

/** Bytes of a box header with a 64-bit size. */
const LARGE_HEADER_SIZE = 16;

const KEPT: ReadonlyMap<string, number> = new Map([
  ["moov", MAX_MOOV_SIZE],
  ["moof", MAX_MOOF_SIZE],
]);

/** Where bytes are that are wanted. */
export interface Wanted {
  readonly offset: number;
  readonly size: number;
}

/** Who takes what is found. */
export interface BoxHandler {
  /** A `moov` or `moof`, whole; `start` is where its header begins. */
  onBox(type: string, body: Uint8Array, start: number): void;
  /** An `mdat` begins. */
  onMediaData(start: number): void;
  /** The sample that comes next in the file; undefined when none is known. */
  wanted(): Wanted | undefined;
  /** The bytes of what {@linkcode wanted} gave. */
  onSample(data: Uint8Array): void;
  /** What {@linkcode wanted} gave cannot be had. */
  onMissing(reason: string): void;
}

/** What stands at the place that has been reached. */
type Place =
  | { readonly kind: "header" }
  | { readonly kind: "kept"; readonly type: string; readonly start: number; readonly end: number }
  | { readonly kind: "skipped"; readonly end: number }
  | { readonly kind: "media"; readonly end: number };

const HEADER: Place = { kind: "header" };

/** Reads a file box by box. After an error it cannot go on: MP4 has no marks to find a box by. */
export class TopLevelReader {
  readonly #pending = new Accumulator();
  readonly #handler: BoxHandler;
  #place: Place = HEADER;
  /** Samples that could not be had since the last one that could. */
  #missing = 0;
  /** Position in the file of the first byte that has not been used. */
  #offset = 0;

  constructor(handler: BoxHandler) {
    this.#handler = handler;
  }

  /** Takes the next bytes, which must not change afterwards. Throws {@linkcode Mp4Error}. */
  feed(bytes: Uint8Array): void {
    const data = this.#pending.join(bytes);
    let used = 0;
    for (;;) {
      const before = this.#place;
      const size = this.#step(data.subarray(used));
      used += size;
      this.#offset += size;
      if (size === 0 && this.#place === before) break;
    }
    this.#pending.keep(data, used);
  }

  /** Uses bytes at the start of `data`, and gives how many; 0 in the same place when more are needed. */
  #step(data: Uint8Array): number {
    const place = this.#place;
    if (place.kind === "header") return this.#readHeader(data);
    if (place.kind === "kept") return this.#readKept(data, place);
    if (this.#offset === place.end) {
      this.#place = HEADER;
      return 0;
    }
    if (place.kind === "skipped") return Math.min(data.byteLength, place.end - this.#offset);
    return this.#readMedia(data, place.end);
  }

  #readHeader(data: Uint8Array): number {
    if (data.byteLength < BOX_HEADER_SIZE) return 0;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const type = fourCcName(view.getUint32(4));
    if (!/^[\xa9 -~]{4}$/.test(type)) throw this.#error("a box type is not text");
    const short = view.getUint32(0);
    if (short === 1 && data.byteLength < LARGE_HEADER_SIZE) return 0;
    const headerSize = short === 1 ? LARGE_HEADER_SIZE : BOX_HEADER_SIZE;
    const large = short === 1 ? view.getUint32(8) * 2 ** 32 + view.getUint32(12) : short;
    const size = short === 0 ? Infinity : large;
    this.#place = this.#placeOf(type, size, headerSize);
    return headerSize;
  }

  #placeOf(type: string, size: number, headerSize: number): Place {
    const start = this.#offset;
    const end = start + size;
    if (size < headerSize) throw this.#error(`box ${type} has a size of ${size}`);
    if (end !== Infinity && !Number.isSafeInteger(end)) {
      throw this.#error(`box ${type} has a size out of range`);
    }
    if (type === "mdat") {
      this.#handler.onMediaData(start);
      return { kind: "media", end };
    }
    const limit = KEPT.get(type);
    if (limit === undefined) return { kind: "skipped", end };
    if (size > limit) throw this.#error(`box ${type} of ${size} bytes is above ${limit}`);
    return { kind: "kept", type, start, end };
  }

  #readKept(data: Uint8Array, { type, start, end }: Place & { readonly kind: "kept" }): number {
    const size = end - this.#offset;
    if (data.byteLength < size) return 0;
    this.#place = HEADER;
    this.#handler.onBox(type, data.subarray(0, size), start);
    return size;
  }

  #readMedia(data: Uint8Array, end: number): number {
    const available = Math.min(data.byteLength, end - this.#offset);
    const wanted = this.#nextIn(end);
    if (wanted === undefined || wanted.offset >= end) return available;
    if (wanted.offset > this.#offset) return Math.min(available, wanted.offset - this.#offset);
    if (available < wanted.size) return 0;
    this.#missing = 0;
    this.#handler.onSample(data.subarray(0, wanted.size));
    return wanted.size;
  }

  /** The next sample that can be had, or one that lies behind this `mdat`. */
  #nextIn(end: number): Wanted | undefined {
    for (;;) {
      const wanted = this.#handler.wanted();
      const problem = wanted && this.#problemOf(wanted, end);
      if (problem === undefined) return wanted;
      if (++this.#missing > MAX_MISSING_SAMPLES) {
        throw this.#error(`more than ${MAX_MISSING_SAMPLES} samples in a row cannot be read`);
      }
      this.#handler.onMissing(problem);
    }
  }

  #problemOf({ offset, size }: Wanted, end: number): string | undefined {
    if (offset < this.#offset) return "it lies before the media data, or in another sample";
    if (offset >= end) return undefined;
    if (offset + size > end) return "it runs past the end of the media data";
    return size > MAX_SAMPLE_SIZE
      ? `it has ${size} bytes, which is above ${MAX_SAMPLE_SIZE}`
      : undefined;
  }

  #error(reason: string): Mp4Error {
    return new Mp4Error("MP4 file", reason, this.#offset);
  }
}
