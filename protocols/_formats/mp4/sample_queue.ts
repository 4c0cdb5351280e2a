import { describeConfig } from "../../../registry/media/describe.ts";
import { rescale } from "../../../registry/media/timebase.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Mp4Track } from "./carriage.ts";
import type { Mp4Sample } from "./fragment.ts";

/** Ticks per second of `origin`, as `registry/timeline.ts` counts offsets. */
const ORIGIN_TIMESCALE = 90_000;

/**
 * A longer pause of a track is a gap between its runs, not a picture that stands still or a sound that
 * lasts: as long as the pause in all tracks that the timeline of a stream bridges.
 */
export const MAX_SAMPLE_SECONDS = 10;

/** Of the last sample of a track that had no other, in fractions of a second. */
const DEFAULT_FPS = 25;
const DEFAULT_AUDIO_FPS = 50;

/**
 * Gives each unit of one track the duration that the next one tells, so that fragments join to the
 * tick however the times jitter: a sample always ends where the next one begins. The price is one unit
 * of latency.
 */
export class SampleQueue {
  readonly #shift: number;
  readonly #longest: number;
  #waiting: { readonly unit: Unit; readonly dts: number } | undefined;
  #duration: number;

  /** @param origin what becomes time 0, in ticks of 90 kHz. */
  constructor({ timescale, kind, config }: Mp4Track, origin = 0) {
    this.#shift = rescale(origin, ORIGIN_TIMESCALE, timescale);
    this.#longest = MAX_SAMPLE_SECONDS * timescale;
    const fps = kind === "audio" ? DEFAULT_AUDIO_FPS : describeConfig(config).fps ?? DEFAULT_FPS;
    this.#duration = Math.max(1, Math.round(timescale / fps));
  }

  /**
   * Takes the next unit and gives the one before it. A unit before the origin is left out, since MP4
   * has no negative decoding times; one that steps back is decoded together with its predecessor.
   */
  add(unit: Unit): Mp4Sample | undefined {
    const shifted = unit.dts - this.#shift;
    if (shifted < 0) return undefined;
    const last = this.#waiting;
    const dts = Math.max(shifted, last?.dts ?? 0);
    this.#waiting = { unit, dts };
    if (last === undefined) return undefined;
    const step = dts - last.dts;
    if (step > this.#longest) return { ...last, duration: this.#duration };
    if (step > 0) this.#duration = step;
    return { ...last, duration: step };
  }

  /** The last unit, which lasts as long as the one before it: the track ends here. */
  flush(): Mp4Sample | undefined {
    const last = this.#waiting;
    if (last === undefined) return undefined;
    this.#waiting = undefined;
    return { ...last, duration: this.#duration };
  }
}
