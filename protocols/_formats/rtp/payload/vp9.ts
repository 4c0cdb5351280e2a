/**
 * VP9 in RTP (RFC 9628). Both modes are read; the non-flexible one is written, in one layer and
 * without picture ids.
 *
 * @module
 */

import type { Vp9Config } from "../../../../registry/media/codec.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { parseVp9Header, vp9ConfigOf } from "../../../../registry/media/vp9.ts";
import { RtpError } from "../errors.ts";
import { ConfigWatch } from "./config_watch.ts";
import { writeFmtp } from "./fmtp.ts";
import { configOf, type PayloadFormat, type RtpFragment, VIDEO_CLOCK_RATE } from "./format.ts";
import {
  FrameAssembler,
  type FrameBuilder,
  type FrameCodec,
  type FrameContent,
  type Progress,
} from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";
import { END_OF_FRAME, PREDICTED, readVp9Descriptor, START_OF_FRAME } from "./vp9_descriptor.ts";

const WHAT = "VP9 payload";

/** A superframe has three bits for its frames less one (VP9 bitstream specification annex B). */
const MAX_LAYERS = 8;

export const VP9: PayloadFormat = {
  codec: "vp9",
  kind: "video",
  rtpmap: () => ({ encoding: "VP9", clockRate: VIDEO_CLOCK_RATE }),
  fmtp: writeVp9Fmtp,
  config: () => undefined, // key frames tell more than SDP does
  createDepacketizer: () => new FrameAssembler(new Vp9Frames()),
  packetize: packetizeVp9,
};

function writeVp9Fmtp(track: Track): string | undefined {
  return writeFmtp({ "profile-id": configOf(track, "vp9")?.profile });
}

class Vp9Frames implements FrameCodec {
  readonly #watch = new ConfigWatch<Vp9Config>(undefined);

  startsFrame(payload: Uint8Array): boolean {
    const { isStart, spatialLayer } = readVp9Descriptor(payload);
    return isStart && spatialLayer === 0;
  }

  begin(): FrameBuilder {
    return new Picture(this.#watch);
  }
}

/** The frames of all spatial layers of one time. */
class Picture implements FrameBuilder {
  readonly #watch: ConfigWatch<Vp9Config>;
  readonly #layers: Uint8Array[][] = [];

  constructor(watch: ConfigWatch<Vp9Config>) {
    this.#watch = watch;
  }

  add(payload: Uint8Array): Progress {
    const { size, isStart } = readVp9Descriptor(payload);
    if (size >= payload.length) throw new RtpError(WHAT, "there is nothing but a descriptor", 0);
    if (isStart) this.#layers.push([]);
    const layer = this.#layers.at(-1);
    if (layer === undefined) throw new RtpError(WHAT, "the frame has no start", 0);
    if (this.#layers.length > MAX_LAYERS) {
      throw new RtpError(WHAT, `there are more than ${MAX_LAYERS} layers`, 0);
    }
    layer.push(payload.subarray(size));
    return "whole";
  }

  finish(): readonly FrameContent[] {
    const frames = this.#layers.map(joinBytes);
    const [first] = frames;
    if (first === undefined) return [];
    const header = parseVp9Header(first);
    this.#watch.learn(vp9ConfigOf(header));
    return [{ isKey: header.isKey, payload: [superframe(frames)], ...this.#watch.news() }];
  }
}

const SUPERFRAME_MARKER = 0xc0;
const FRAME_SIZE_BYTES = 4;

/** Frames of several layers with the index that tells them apart (annex B); one as it is. */
function superframe(frames: readonly Uint8Array[]): Uint8Array {
  if (frames.length <= 1) return joinBytes(frames);
  const index = new Uint8Array(2 + FRAME_SIZE_BYTES * frames.length);
  const view = new DataView(index.buffer);
  const marker = SUPERFRAME_MARKER | (FRAME_SIZE_BYTES - 1) << 3 | (frames.length - 1);
  index[0] = marker;
  index[index.length - 1] = marker;
  frames.forEach(({ length }, i) => view.setUint32(1 + FRAME_SIZE_BYTES * i, length, true));
  return joinBytes([...frames, index]);
}

function packetizeVp9(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const frame = joinBytes(unit.payload);
  const size = maxPayloadSize - 1;
  const mode = unit.isKey ? 0 : PREDICTED;
  return Array.from({ length: Math.ceil(frame.length / size) }, (_, index) => {
    const start = index * size;
    const isLast = start + size >= frame.length;
    const edges = (index === 0 ? START_OF_FRAME : 0) | (isLast ? END_OF_FRAME : 0);
    const part = frame.subarray(start, start + size);
    return { parts: [Uint8Array.of(mode | edges), part], marker: isLast };
  });
}
