import type { CodecConfig } from "../../../registry/media/codec.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { rescale } from "../../../registry/media/timebase.ts";
import { joinBytes } from "../join.ts";
import { TS_TIMESCALE } from "./clock.ts";
import type { ElementaryStream, StreamEvent, TimedPayload } from "./elementary_stream.ts";

/** What a frame holds. */
export interface FrameContent {
  readonly config: CodecConfig;
  /** Access units, each of `samples`. */
  readonly units: readonly Uint8Array[];
  readonly samples: number;
  /** Hertz. */
  readonly sampleRate: number;
}

/** How frames of one codec follow each other in a byte stream. */
export interface FrameFormat {
  /**
   * Bytes of the frame at `offset`; undefined when too few are there to tell.
   *
   * @throws {BitstreamError} when no frame starts there.
   */
  sizeAt(data: Uint8Array, offset: number): number | undefined;
  /**
   * Reads a whole frame into views of it. Throws `BitstreamError` for one that cannot be used.
   */
  read(frame: Uint8Array): FrameContent;
}

/**
 * Places in one payload that are tried for the start of a frame, once it is not where it should be.
 * Real payloads start with one; the tries that fail cost a thousand times what a byte costs.
 */
const MAX_TRIES = 256;

/**
 * Frames of audio, several in one PES packet or one over several of them. The time of a packet is
 * that of the first frame that begins in it (ISO/IEC 13818-1 2.4.3.7); each frame behind has its own
 * time, told from the samples between.
 */
export class FramedStream implements ElementaryStream {
  readonly #format: FrameFormat;
  /** The start of a frame that goes on in the next packet: shorter than a frame. */
  #carry = new Uint8Array(0);
  #isSynced = false;
  /** Ticks where counting of samples began; undefined while no time is known. */
  #base: number | undefined;
  #samples = 0;
  #sampleRate = 0;

  constructor(format: FrameFormat) {
    this.#format = format;
  }

  push({ times, bytes }: TimedPayload): readonly StreamEvent[] {
    const carried = this.#carry.length;
    const data = carried === 0 ? bytes : joinBytes([this.#carry, bytes]);
    const events: StreamEvent[] = [];
    let pts = times?.pts;
    let at = this.#sync(data, 0, events);
    while (at < data.length) {
      if (at >= carried && pts !== undefined) {
        this.#base = pts;
        this.#samples = 0;
        pts = undefined;
      }
      const size = this.#sizeAt(data, at);
      if (size === "none") {
        at = this.#sync(data, at, events);
        continue;
      }
      if (size === undefined || at + size > data.length) break;
      this.#readFrame(data.subarray(at, at + size), events);
      at += size;
    }
    this.#carry = data.slice(at);
    return events;
  }

  lose(): void {
    this.#carry = new Uint8Array(0);
    this.#isSynced = false;
    this.#base = undefined;
  }

  /** A frame without its end is of no use. */
  flush(): readonly StreamEvent[] {
    return [];
  }

  /** Where the next frame starts: at `from`, or after a loss, where another or the end follows it. */
  #sync(data: Uint8Array, from: number, events: StreamEvent[]): number {
    if (from === data.length) return from;
    if (this.#isSynced && this.#sizeAt(data, from) !== "none") return from;
    const start = this.#findStart(data, from);
    this.#isSynced = start !== undefined;
    if (start === undefined) {
      events.push({ type: "dropped", reason: "A packet of audio has no frame" });
    } else if (start > from) {
      events.push({ type: "dropped", reason: `${start - from} bytes are no frame` });
    }
    return start ?? data.length;
  }

  /** The first place that is sure to start a frame, or else the first that may. */
  #findStart(data: Uint8Array, from: number): number | undefined {
    let possible: number | undefined;
    for (let at = from; at < Math.min(data.length, from + MAX_TRIES); at++) {
      const size = this.#sizeAt(data, at);
      if (size === "none") continue;
      const end = size === undefined ? Infinity : at + size;
      if (end > data.length) possible ??= at;
      else if (end === data.length || this.#sizeAt(data, end) !== "none") return at;
    }
    return possible;
  }

  #sizeAt(data: Uint8Array, offset: number): number | undefined | "none" {
    try {
      return this.#format.sizeAt(data, offset);
    } catch (error) {
      if (error instanceof BitstreamError) return "none";
      throw error;
    }
  }

  #readFrame(frame: Uint8Array, events: StreamEvent[]): void {
    try {
      const { config, units, samples, sampleRate } = this.#format.read(frame);
      for (const unit of units) {
        const pts = this.#nextTime(samples, sampleRate);
        if (pts === undefined) continue;
        events.push({
          type: "unit",
          config,
          content: { pts, dts: pts, isKey: true, payload: [unit] },
        });
      }
    } catch (error) {
      if (!(error instanceof BitstreamError)) throw error;
      events.push({ type: "dropped", reason: error.message, error });
    }
  }

  /** The time of a unit of so many samples; undefined while none is known. */
  #nextTime(samples: number, sampleRate: number): number | undefined {
    if (this.#base === undefined) return undefined;
    if (sampleRate !== this.#sampleRate) {
      this.#base += this.#elapsed();
      this.#samples = 0;
      this.#sampleRate = sampleRate;
    }
    const time = this.#base + this.#elapsed();
    this.#samples += samples;
    return time;
  }

  #elapsed(): number {
    return this.#samples === 0 ? 0 : rescale(this.#samples, this.#sampleRate, TS_TIMESCALE);
  }
}
