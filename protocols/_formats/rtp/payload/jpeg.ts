/**
 * Motion JPEG in RTP (RFC 2435): types 0 and 1 (4:2:2 and 4:2:0, with 64 and 65 for restart markers),
 * which are all that cameras send. Images that have come get their headers back; images that are to
 * go must be such as RTP can say.
 *
 * @module
 */

import type { MjpegConfig } from "../../../../registry/media/codec.ts";
import { bytesEqual } from "../../../../registry/media/config_equal.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { type PayloadFormat, type RtpFragment, VIDEO_CLOCK_RATE } from "./format.ts";
import {
  FrameAssembler,
  type FrameBuilder,
  type FrameCodec,
  type FrameContent,
  type Progress,
} from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";
import { type JpegImage, readJpeg, writeJpeg } from "./jpeg_image.ts";
import { MAX_SCALED_QUALITY, scaledQuantizers } from "./jpeg_tables.ts";

const WHAT = "JPEG payload";

/** Sizes of the headers of section 3.1. */
const HEAD_SIZE = 8;
const RESTART_SIZE = 4;
const QUANTIZER_HEAD_SIZE = 4;
const QUANTIZERS_SIZE = 64;

/** Types from here to 127 have a restart header. */
const FIRST_RESTART_TYPE = 64;
const LAST_RESTART_TYPE = 127;

/** Qualities from here on have their tables in the first packet of a frame. */
const FIRST_TABLE_QUALITY = 128;

/** A quality whose tables change from frame to frame. */
const CHANGING_QUALITY = 255;

/** Sides are in units of 8 pixels, in a byte. */
const SIDE_UNIT = 8;
const MAX_SIDE = 255 * SIDE_UNIT;

/** No restart marker is used to divide: F and L are set, the count is all ones (section 3.1.7). */
const WHOLE_FRAME = 0xffff;

const CONFIG: MjpegConfig = { codec: "mjpeg" };

export const JPEG: PayloadFormat = {
  codec: "mjpeg",
  kind: "video",
  rtpmap: () => ({ encoding: "JPEG", clockRate: VIDEO_CLOCK_RATE }),
  fmtp: () => undefined,
  config: () => CONFIG,
  createDepacketizer: () => new FrameAssembler(new JpegFrames()),
  packetize: packetizeJpeg,
};

class JpegFrames implements FrameCodec {
  /** By quality: its tables need not be in every frame. At most one entry for each of 127. */
  readonly #quantizers = new Map<number, readonly Uint8Array[]>();

  startsFrame(payload: Uint8Array): boolean {
    return fragmentOffset(payload) === 0;
  }

  begin(): FrameBuilder {
    return new JpegBuilder(this.#quantizers);
  }
}

function fragmentOffset(payload: Uint8Array): number {
  const [, high = 0, middle = 0, low = 0] = payload;
  return high << 16 | middle << 8 | low;
}

class JpegBuilder implements FrameBuilder {
  readonly #quantizers: Map<number, readonly Uint8Array[]>;
  readonly #parts: Uint8Array[] = [];
  #headers: Omit<JpegImage, "scan"> | undefined;
  #bytes = 0;

  constructor(quantizers: Map<number, readonly Uint8Array[]>) {
    this.#quantizers = quantizers;
  }

  add(payload: Uint8Array): Progress {
    const offset = fragmentOffset(payload);
    if (offset !== this.#bytes) {
      throw new RtpError(WHAT, `a fragment starts at ${offset}, not ${this.#bytes}`, 1);
    }
    let bodyStart = HEAD_SIZE + (hasRestarts(payload) ? RESTART_SIZE : 0);
    if (this.#headers === undefined) {
      const tables = this.#readTables(payload, bodyStart);
      this.#headers = readHeaders(payload, tables.quantizers);
      bodyStart = tables.end;
    }
    if (bodyStart >= payload.length) throw new RtpError(WHAT, "there is no scan", bodyStart);
    const body = payload.subarray(bodyStart);
    this.#parts.push(body);
    this.#bytes += body.length;
    return "whole";
  }

  finish(): readonly FrameContent[] {
    if (this.#headers === undefined) return [];
    const image = writeJpeg({ ...this.#headers, scan: joinBytes(this.#parts) });
    return [{ isKey: true, payload: [image] }];
  }

  /** The tables of the quality of a first packet, and where they end in it. */
  #readTables(
    payload: Uint8Array,
    start: number,
  ): { readonly quantizers: readonly Uint8Array[]; readonly end: number } {
    const quality = payload[5] ?? 0;
    if (quality < FIRST_TABLE_QUALITY) return { quantizers: standardTables(quality), end: start };
    const first = start + QUANTIZER_HEAD_SIZE;
    const size = (payload[start + 2] ?? 0) * 256 + (payload[start + 3] ?? 0);
    const end = first + size;
    if (end > payload.length) throw new RtpError(WHAT, "the quantizers are cut short", start);
    if (size > 0) {
      const quantizers = divideTables(payload.subarray(first, end), payload[start + 1] ?? 0);
      this.#quantizers.set(quality, quantizers);
      return { quantizers, end };
    }
    const known = quality === CHANGING_QUALITY ? undefined : this.#quantizers.get(quality);
    if (known === undefined) throw new RtpError(WHAT, "the quantizers are not known", start);
    return { quantizers: known, end };
  }
}

function hasRestarts(payload: Uint8Array): boolean {
  const type = payload[4] ?? 0;
  return type >= FIRST_RESTART_TYPE && type <= LAST_RESTART_TYPE;
}

function readHeaders(
  payload: Uint8Array,
  quantizers: readonly Uint8Array[],
): Omit<JpegImage, "scan"> {
  const [, , , , type = 0, , width = 0, height = 0, high = 0, low = 0] = payload;
  const sampling = type % FIRST_RESTART_TYPE;
  if (type > LAST_RESTART_TYPE || sampling > 1) {
    throw new RtpError(WHAT, `type ${type} is not known`, 4);
  }
  // Larger images have their size outside of RTP, where no two vendors agree.
  if (width === 0 || height === 0) throw new RtpError(WHAT, "the size is not told", 6);
  return {
    width: width * SIDE_UNIT,
    height: height * SIDE_UNIT,
    verticalSampling: sampling === 0 ? 1 : 2,
    quantizers,
    restartInterval: hasRestarts(payload) ? high * 256 + low : 0,
  };
}

function standardTables(quality: number): readonly Uint8Array[] {
  if (quality >= 1 && quality <= MAX_SCALED_QUALITY) return scaledQuantizers(quality);
  throw new RtpError(WHAT, `quality ${quality} is reserved`, 5);
}

/**
 * A table for luma and one for chroma, or, as FFmpeg sends it, one for both, which two equal ones
 * become as well. Copies, since they are kept.
 */
function divideTables(data: Uint8Array, precision: number): readonly Uint8Array[] {
  const count = data.length / QUANTIZERS_SIZE;
  if (precision !== 0 || (count !== 1 && count !== 2)) {
    throw new RtpError(WHAT, "the quantizers are not one or two tables of 8 bits", HEAD_SIZE);
  }
  const luma = data.slice(0, QUANTIZERS_SIZE);
  const chroma = data.slice(QUANTIZERS_SIZE);
  return count === 1 || bytesEqual(luma, chroma) ? [luma] : [luma, chroma];
}

function packetizeJpeg(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const image = readable(joinBytes(unit.payload));
  if (image === undefined) return [];
  const { scan } = image;
  const fragments: RtpFragment[] = [];
  for (let at = 0; at < scan.length;) {
    const head = fragmentHead(image, at);
    const end = Math.min(scan.length, at + maxPayloadSize - head.length);
    fragments.push({ parts: [head, scan.subarray(at, end)], marker: end === scan.length });
    at = end;
  }
  return fragments;
}

/** The image, or undefined when RTP has no way to say it. */
function readable(data: Uint8Array): JpegImage | undefined {
  try {
    const image = readJpeg(data);
    return Math.max(image.width, image.height) > MAX_SIDE ? undefined : image;
  } catch (error) {
    if (error instanceof RtpError) return undefined;
    throw error;
  }
}

function fragmentHead(image: JpegImage, offset: number): Uint8Array {
  const { restartInterval } = image;
  const type = image.verticalSampling - 1 + (restartInterval > 0 ? FIRST_RESTART_TYPE : 0);
  const restarts = [restartInterval >> 8, restartInterval, WHOLE_FRAME >> 8, WHOLE_FRAME];
  // GStreamer takes the second table for chroma, whether it is there or not.
  const [luma = [], chroma = luma] = image.quantizers;
  const tables = [...luma, ...chroma];
  return Uint8Array.of(
    ...[0, offset >> 16, offset >> 8, offset, type, CHANGING_QUALITY],
    Math.ceil(image.width / SIDE_UNIT),
    Math.ceil(image.height / SIDE_UNIT),
    ...(restartInterval > 0 ? restarts : []),
    ...(offset === 0 ? [0, 0, tables.length >> 8, tables.length, ...tables] : []),
  );
}
