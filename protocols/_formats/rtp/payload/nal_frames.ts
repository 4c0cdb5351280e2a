/**
 * Access units from the payloads of H.264 and H.265, which differ in their heads only.
 *
 * @module
 */

import { MAX_NALS_PER_UNIT, splitAtStartCodes } from "../../../../registry/media/nal.ts";
import { RtpError } from "../errors.ts";
import type { FrameBuilder, FrameCodec, FrameContent, Progress } from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";

/** What a payload holds of NAL units. */
export type NalPiece =
  | { readonly type: "whole"; readonly nal: Uint8Array }
  | {
    readonly type: "fragment";
    readonly isStart: boolean;
    readonly isEnd: boolean;
    /** Of the NAL unit, restored. */
    readonly header: Uint8Array;
    /** What follows the header in the NAL unit. */
    readonly body: Uint8Array;
  };

/** What {@linkcode NalFrames} needs to know of H.264 or H.265. */
export interface NalFormat {
  /** Names the format in errors. */
  readonly what: string;
  /** The pieces of a payload, as views of it; none for a type to be ignored. Throws `RtpError`. */
  read(payload: Uint8Array): readonly NalPiece[];
  isSlice(nal: Uint8Array): boolean;
  /** Whether a slice is the first of its picture. */
  isFirstSlice(slice: Uint8Array): boolean;
  /** The frame of an access unit, undefined when there was no picture in it. */
  finish(nals: readonly Uint8Array[]): FrameContent | undefined;
}

/** Bytes after the header that tell whether a slice is the first. */
const SLICE_HEAD_BYTES = 2;

export class NalFrames implements FrameCodec {
  readonly #format: NalFormat;

  constructor(format: NalFormat) {
    this.#format = format;
  }

  startsFrame(payload: Uint8Array): boolean {
    const [first] = this.#format.read(payload);
    if (first === undefined) return true;
    if (first.type === "fragment" && !first.isStart) return false;
    const nal = first.type === "whole"
      ? first.nal
      : joinBytes([first.header, first.body.subarray(0, SLICE_HEAD_BYTES)]);
    return !this.#format.isSlice(nal) || this.#format.isFirstSlice(nal);
  }

  begin(): FrameBuilder {
    return new NalBuilder(this.#format);
  }
}

class NalBuilder implements FrameBuilder {
  readonly #format: NalFormat;
  readonly #nals: Uint8Array[] = [];
  #hasSlice = false;
  #fragments: Uint8Array[] | undefined;

  constructor(format: NalFormat) {
    this.#format = format;
  }

  add(payload: Uint8Array): Progress {
    for (const piece of this.#format.read(payload)) this.#addPiece(piece);
    if (this.#fragments !== undefined) return "open";
    return this.#hasSlice ? "whole" : "prelude";
  }

  finish(): readonly FrameContent[] {
    this.#closeFragments();
    const frame = this.#format.finish(this.#nals);
    return frame === undefined ? [] : [frame];
  }

  #addPiece(piece: NalPiece): void {
    if (piece.type === "whole") {
      this.#closeFragments();
      this.#addNal(piece.nal);
      return;
    }
    if (piece.isStart) {
      this.#closeFragments();
      this.#fragments = [piece.header];
    }
    if (this.#fragments === undefined) {
      throw new RtpError(this.#format.what, "a fragment has no start", 0);
    }
    this.#fragments.push(piece.body);
    if (piece.isEnd) this.#closeFragments();
  }

  /** Without a loss, fragments that another NAL unit ends are whole: some cameras set no end bit. */
  #closeFragments(): void {
    if (this.#fragments === undefined) return;
    const nal = joinBytes(this.#fragments);
    this.#fragments = undefined;
    this.#addNal(nal);
  }

  /**
   * Start codes inside of a NAL unit are looked for where cameras have them: before everything, and
   * after parameter sets. To look through slices would cost too much.
   */
  #addNal(nal: Uint8Array): void {
    const startsWithCode = nal[0] === 0 && nal[1] === 0;
    const isPlain = this.#format.isSlice(nal) && !startsWithCode;
    const nals = isPlain ? [nal] : splitAtStartCodes(nal);
    for (const each of nals) {
      if (each.length === 0) continue;
      if (this.#nals.length >= MAX_NALS_PER_UNIT) {
        const reason = `a frame has more than ${MAX_NALS_PER_UNIT} NAL units`;
        throw new RtpError(this.#format.what, reason, 0);
      }
      this.#hasSlice ||= this.#format.isSlice(each);
      this.#nals.push(each);
    }
  }
}

/** Bytes of the length before each NAL unit of an aggregation packet. */
export const AGGREGATE_LENGTH = 2;

/**
 * The NAL units of an aggregation packet from `offset` on, each after `skip` bytes and its length.
 * Lengths of zero, which some senders fill up with, are passed over. Throws `RtpError`.
 */
export function readAggregate(
  what: string,
  payload: Uint8Array,
  offset: number,
  skip = 0,
): readonly NalPiece[] {
  const pieces: NalPiece[] = [];
  let at = offset;
  while (at + AGGREGATE_LENGTH <= payload.length) {
    const start = at + AGGREGATE_LENGTH;
    const end = start + (payload[at] ?? 0) * 256 + (payload[at + 1] ?? 0);
    if (end > payload.length) {
      const reason = `a NAL unit of ${end - start} bytes has ${payload.length - start}`;
      throw new RtpError(what, reason, at);
    }
    if (end > start) pieces.push({ type: "whole", nal: payload.subarray(start, end) });
    at = end + skip;
  }
  return pieces;
}
