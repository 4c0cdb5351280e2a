import type { H264Config } from "../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../registry/media/errors.ts";
import { isH264Slice } from "../../../registry/media/h264.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { configOf } from "../../_formats/rtp/payload/format.ts";
import {
  readReferences,
  readSyntax,
  type SliceReferences,
  type SliceSyntax,
} from "./h264_slice.ts";

/** Frames that a decoder holds at most (ITU-T H.264 A.3.1). */
const MAX_FRAMES = 16;

const REFERENCE_BITS = 0x60;

/** Whether pictures to come may refer to this one: `nal_ref_idc` of one of its slices. */
export function isH264Reference(payload: readonly Uint8Array[]): boolean {
  return payload.some((nal) => isH264Slice(nal) && ((nal[0] ?? 0) & REFERENCE_BITS) !== 0);
}

/** A picture that others may refer to. */
interface Reference {
  readonly frameNum: number;
  readonly isSent: boolean;
}

/**
 * Follows which pictures of H.264 cannot be decoded without one that was left out. x264 for one has
 * B-pictures refer to B-pictures ("pyramid"), but P-pictures only with more than one reference frame.
 *
 * What cannot be read is taken to refer to everything. Marking commands, which take pictures out of the
 * decoder earlier than others push them out, are passed over: that errs to the same side.
 */
export class H264References {
  /** Since the first that was left out, the latest first; empty where none was. */
  #references: readonly Reference[] = [];
  #config: H264Config | undefined;
  #syntax: SliceSyntax | undefined;

  /** A key picture: nothing after it refers to what was before. */
  restart(): void {
    this.#references = [];
  }

  /** Takes note of a picture that is left out, though others may refer to it. */
  leaveOut(unit: Unit): void {
    this.#add(unit, false);
  }

  /** Whether a picture can be decoded from what was sent; if not, it is left out as well. */
  isDecodable(unit: Unit): boolean {
    if (this.#references.length === 0) return true;
    const slices = this.#read(unit);
    const isDecodable = slices !== undefined && slices.every((slice) => this.#isWhole(slice));
    if (isH264Reference(unit.payload)) this.#add(unit, isDecodable);
    return isDecodable;
  }

  #isWhole({ explicit, others }: SliceReferences): boolean {
    const implicit = this.#references.filter(({ frameNum }) => !explicit.includes(frameNum));
    return implicit.slice(0, others).every(({ isSent }) => isSent) &&
      this.#references.every(({ frameNum, isSent }) => isSent || !explicit.includes(frameNum));
  }

  #add(unit: Unit, isSent: boolean): void {
    // Of one that cannot be read no number is known, but that it is missing.
    const frameNum = this.#read(unit)?.[0]?.frameNum ?? -1;
    this.#references = [{ frameNum, isSent }, ...this.#references].slice(0, MAX_FRAMES);
  }

  #read({ track, payload }: Unit): readonly SliceReferences[] | undefined {
    const syntax = this.#syntaxOf(configOf(track, "h264"));
    return syntax &&
      unlessDamaged(() => payload.filter(isH264Slice).map((nal) => readReferences(nal, syntax)));
  }

  #syntaxOf(config: H264Config | undefined): SliceSyntax | undefined {
    if (config !== this.#config) {
      this.#config = config;
      this.#syntax = config && unlessDamaged(() => readSyntax(config));
    }
    return this.#syntax;
  }
}
