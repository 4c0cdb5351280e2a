import { rescale } from "./media/timebase.ts";
import type { Unit } from "./media/unit.ts";

/**
 * Times of a recording that is shown faster, slower or backwards: a unit is shown as long after the
 * first one as it lies from it in the media, divided by the scale.
 */
export class Stretch {
  readonly #scale: number;
  /** Decoding time of the first unit, in its ticks. */
  #origin: { readonly ticks: number; readonly timescale: number } | undefined;

  /** @param scale media time per time that it is shown in; not 0, negative backwards. */
  constructor(scale: number) {
    this.#scale = scale;
  }

  /** The unit as it is shown: itself at a scale of 1. */
  place(unit: Unit): Unit {
    if (this.#scale === 1) return unit;
    const { track: { timescale } } = unit;
    this.#origin ??= { ticks: unit.dts, timescale };
    const origin = rescale(this.#origin.ticks, this.#origin.timescale, timescale);
    const shown = (ticks: number) => origin + Math.round((ticks - origin) / this.#scale);
    const dts = shown(unit.dts);
    // Backwards, key units alone come, each of which is shown when it is decoded.
    return { ...unit, dts, pts: this.#scale < 0 ? dts : Math.max(dts, shown(unit.pts)) };
  }

  /** Milliseconds in the media of what is shown at `shownMs`. */
  mediaTime(shownMs: number): number {
    if (this.#origin === undefined) return shownMs;
    const originMs = this.#origin.ticks * 1000 / this.#origin.timescale;
    return originMs + (shownMs - originMs) * this.#scale;
  }
}
