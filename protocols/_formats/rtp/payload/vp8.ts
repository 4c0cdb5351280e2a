/**
 * VP8 in RTP (RFC 7741). Frames go out with the shortest payload descriptor, without picture ids.
 *
 * @module
 */

import type { Vp8Config } from "../../../../registry/media/codec.ts";
import { parseVp8Header } from "../../../../registry/media/vp8.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { type PayloadFormat, type RtpFragment, VIDEO_CLOCK_RATE } from "./format.ts";
import {
  FrameAssembler,
  type FrameBuilder,
  type FrameContent,
  type Progress,
} from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";

const WHAT = "VP8 payload";

/** The payload descriptor (section 4.2). */
const EXTENDED = 0x80; // X
const START_OF_PARTITION = 0x10; // S
const PARTITION_BITS = 0x07;
const PICTURE_ID = 0x80; // I
const LONG_PICTURE_ID = 0x80; // M
const TL0_PICTURE_INDEX = 0x40; // L
const LAYER_OR_KEY_INDEX = 0x30; // T, K

const CONFIG: Vp8Config = { codec: "vp8" };

export const VP8: PayloadFormat = {
  codec: "vp8",
  kind: "video",
  rtpmap: () => ({ encoding: "VP8", clockRate: VIDEO_CLOCK_RATE }),
  fmtp: () => undefined,
  config: () => CONFIG,
  createDepacketizer: () =>
    new FrameAssembler({ startsFrame: isStart, begin: () => new Vp8Builder() }),
  packetize: packetizeVp8,
};

function isStart(payload: Uint8Array): boolean {
  const head = payload[0] ?? 0;
  return (head & START_OF_PARTITION) !== 0 && (head & PARTITION_BITS) === 0;
}

class Vp8Builder implements FrameBuilder {
  readonly #parts: Uint8Array[] = [];

  add(payload: Uint8Array): Progress {
    if (this.#parts.length === 0 && !isStart(payload)) {
      throw new RtpError(WHAT, "the frame has no start", 0);
    }
    const size = descriptorSize(payload);
    if (size >= payload.length) throw new RtpError(WHAT, "there is nothing but a descriptor", 0);
    this.#parts.push(payload.subarray(size));
    return "whole";
  }

  finish(): readonly FrameContent[] {
    const frame = joinBytes(this.#parts);
    return [{ isKey: parseVp8Header(frame).isKey, payload: [frame] }];
  }
}

function descriptorSize(payload: Uint8Array): number {
  const [head = 0, extension = 0, pictureId = 0] = payload;
  if ((head & EXTENDED) === 0) return 1;
  let size = 2;
  if ((extension & PICTURE_ID) !== 0) size += (pictureId & LONG_PICTURE_ID) === 0 ? 1 : 2;
  if ((extension & TL0_PICTURE_INDEX) !== 0) size++;
  if ((extension & LAYER_OR_KEY_INDEX) !== 0) size++;
  return size;
}

const FIRST_HEAD = Uint8Array.of(START_OF_PARTITION);
const NEXT_HEAD = Uint8Array.of(0);

function packetizeVp8(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const frame = joinBytes(unit.payload);
  const size = maxPayloadSize - FIRST_HEAD.length;
  return Array.from({ length: Math.ceil(frame.length / size) }, (_, index) => {
    const start = index * size;
    return {
      parts: [index === 0 ? FIRST_HEAD : NEXT_HEAD, frame.subarray(start, start + size)],
      marker: start + size >= frame.length,
    };
  });
}
