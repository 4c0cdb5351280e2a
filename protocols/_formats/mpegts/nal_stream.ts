/**
 * Access units of H.264 and H.265 in PES packets (ISO/IEC 13818-1 2.14 and 2.17).
 *
 * @module
 */

import type { CodecConfig, H264Config, H265Config } from "../../../registry/media/codec.ts";
import { updatedH264, updatedH265 } from "../../../registry/media/config_update.ts";
import { describeConfig } from "../../../registry/media/describe.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import {
  H264_NAL,
  h264NalType,
  isH264Key,
  isH264Slice,
  stripH264,
} from "../../../registry/media/h264.ts";
import {
  H265_NAL,
  h265NalType,
  isH265Key,
  isH265Slice,
  stripH265,
} from "../../../registry/media/h265.ts";
import { splitAnnexB } from "../../../registry/media/nal.ts";
import { joinBytes } from "../join.ts";
import { TS_TIMESCALE } from "./clock.ts";
import type { ElementaryStream, StreamEvent, TimedPayload } from "./elementary_stream.ts";
import { MAX_PES_BYTES } from "./pes_assembler.ts";

/** What {@linkcode NalStream} needs to know of H.264 or H.265. */
interface NalFormat<Config extends H264Config | H265Config> {
  /** As people write it. */
  readonly name: string;
  isDelimiter(nal: Uint8Array): boolean;
  isSlice(nal: Uint8Array): boolean;
  isKey(nals: readonly Uint8Array[]): boolean;
  /** Takes parameter sets and delimiters out, and into the configuration. */
  strip(
    nals: readonly Uint8Array[],
    known: Config | undefined,
  ): { readonly payload: readonly Uint8Array[]; readonly config: Config | undefined };
}

const H264: NalFormat<H264Config> = {
  name: "H.264",
  isDelimiter: (nal) => h264NalType(nal) === H264_NAL.accessUnitDelimiter,
  isSlice: isH264Slice,
  isKey: isH264Key,
  strip(nals, known) {
    const stripped = stripH264(nals);
    return { payload: stripped.payload, config: updatedH264(known, stripped) };
  },
};

const H265: NalFormat<H265Config> = {
  name: "H.265",
  isDelimiter: (nal) => h265NalType(nal) === H265_NAL.accessUnitDelimiter,
  isSlice: isH265Slice,
  isKey: isH265Key,
  strip(nals, known) {
    const stripped = stripH265(nals);
    return { payload: stripped.payload, config: updatedH265(known, stripped) };
  },
};

/** Reads H.264. */
export function h264Stream(): ElementaryStream {
  return new NalStream(H264);
}

/** Reads H.265. */
export function h265Stream(): ElementaryStream {
  return new NalStream(H265);
}

/** Payload that only a divided access unit fills a PES packet with a length to: it has 65,527 at most. */
const MIN_DIVIDED_BYTES = 60_000;

/** Ticks from one picture to the next, where nothing tells: 25 a second. */
const USUAL_INTERVAL = TS_TIMESCALE / 25;

/** Payloads of PES packets that make one access unit. */
interface Divided {
  readonly first: TimedPayload;
  readonly parts: Uint8Array[];
  bytes: number;
}

/**
 * One access unit for each PES packet, or one for each delimiter in it. Where a muxer divides a long
 * one (packets with a length end at 64 KiB), packets without a time go on with the one before.
 * Pictures whose time is not told come a frame after the one before. After a loss nothing comes out up
 * to the next key picture.
 */
class NalStream<Config extends H264Config | H265Config> implements ElementaryStream {
  readonly #format: NalFormat<Config>;
  #config: Config | undefined;
  #divided: Divided | undefined;
  #lastDts: number | undefined;
  #interval = USUAL_INTERVAL;
  #needsKey = false;
  /** Whether it was said already why pictures do not come out. */
  #isGapTold = false;

  constructor(format: NalFormat<Config>) {
    this.#format = format;
  }

  push(payload: TimedPayload): readonly StreamEvent[] {
    if (payload.times === undefined && this.#divided !== undefined) {
      return this.#continue(this.#divided, payload);
    }
    const events = this.flush();
    const mayGoOn = payload.isBounded && payload.bytes.length >= MIN_DIVIDED_BYTES;
    if (!mayGoOn) return [...events, ...this.#read(payload)];
    this.#divided = { first: payload, parts: [payload.bytes], bytes: payload.bytes.length };
    return events;
  }

  lose(): void {
    this.#divided = undefined;
    this.#needsKey = true;
    this.#isGapTold = false;
  }

  flush(): readonly StreamEvent[] {
    const divided = this.#divided;
    if (divided === undefined) return [];
    this.#divided = undefined;
    return this.#read({ ...divided.first, bytes: joinBytes(divided.parts) });
  }

  #continue(divided: Divided, { bytes }: TimedPayload): readonly StreamEvent[] {
    divided.parts.push(bytes);
    divided.bytes += bytes.length;
    if (divided.bytes <= MAX_PES_BYTES) {
      return bytes.length >= MIN_DIVIDED_BYTES ? [] : this.flush();
    }
    this.lose();
    const reason = `A picture of ${this.#format.name} is longer than ${MAX_PES_BYTES} bytes`;
    return [{ type: "dropped", reason }];
  }

  #read({ bytes, times }: TimedPayload): readonly StreamEvent[] {
    try {
      const units = this.#divide(splitAnnexB(bytes));
      return units.flatMap((nals, index) => this.#readUnit(nals, index === 0 ? times : undefined));
    } catch (error) {
      if (!(error instanceof BitstreamError)) throw error;
      this.lose();
      return [{ type: "dropped", reason: error.message, error }];
    }
  }

  /** A delimiter after a slice begins an access unit. */
  #divide(nals: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
    const units: Uint8Array[][] = [];
    let unit: Uint8Array[] = [];
    let hasSlice = false;
    for (const nal of nals) {
      if (hasSlice && this.#format.isDelimiter(nal)) {
        units.push(unit);
        unit = [];
        hasSlice = false;
      }
      hasSlice ||= this.#format.isSlice(nal);
      unit.push(nal);
    }
    units.push(unit);
    return units;
  }

  #readUnit(nals: readonly Uint8Array[], times: TimedPayload["times"]): readonly StreamEvent[] {
    const { payload, config } = this.#format.strip(nals, this.#config);
    if (config !== this.#config) this.#learn(config);
    if (!payload.some(this.#format.isSlice)) return [];
    const isKey = this.#format.isKey(payload);
    const { pts, dts } = times ?? this.#nextTimes();
    this.#lastDts = dts;
    if (dts === undefined) return this.#gap("have no time");
    if (config === undefined) return this.#gap("came before their parameter sets");
    if (this.#needsKey && !isKey) return this.#gap("need others that were lost");
    this.#needsKey = false;
    this.#isGapTold = false;
    return [{ type: "unit", config, content: { pts, dts, isKey, payload } }];
  }

  #nextTimes(): { readonly pts: number; readonly dts: number } | Record<"pts" | "dts", undefined> {
    if (this.#lastDts === undefined) return { pts: undefined, dts: undefined };
    const dts = this.#lastDts + this.#interval;
    return { pts: dts, dts };
  }

  #learn(config: Config | undefined): void {
    this.#config = config;
    const { fps } = describeOptional(config);
    this.#interval = fps === undefined ? USUAL_INTERVAL : Math.round(TS_TIMESCALE / fps);
  }

  #gap(why: string): readonly StreamEvent[] {
    if (this.#isGapTold) return [];
    this.#isGapTold = true;
    return [{ type: "dropped", reason: `Pictures of ${this.#format.name} ${why}` }];
  }
}

function describeOptional(config: CodecConfig | undefined): { readonly fps?: number } {
  return config === undefined ? {} : describeConfig(config);
}
