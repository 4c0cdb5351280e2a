import { rescale } from "../../registry/media/timebase.ts";
import type { Unit } from "../../registry/media/unit.ts";
import type { Sample } from "./sample.ts";

/** A sample without end: each round goes on where the one before stopped, in every track. */
export class Loop {
  readonly #sample: Sample;
  #round = 0;
  #index = 0;

  constructor(sample: Sample) {
    this.#sample = sample;
  }

  /** The units that were not taken yet and whose decoding time is at most `untilMs`. */
  take(untilMs: number): Unit[] {
    const { units, durationMs } = this.#sample;
    const taken: Unit[] = [];
    for (let unit = units[this.#index]; unit !== undefined; unit = units[this.#index]) {
      const startMs = this.#round * durationMs;
      if (startMs + unit.dts * 1000 / unit.track.timescale > untilMs) break;
      taken.push(shifted(unit, startMs));
      this.#index++;
      if (this.#index === units.length) {
        this.#index = 0;
        this.#round++;
      }
    }
    return taken;
  }
}

function shifted(unit: Unit, byMs: number): Unit {
  const ticks = rescale(byMs, 1000, unit.track.timescale);
  return { ...unit, dts: unit.dts + ticks, pts: unit.pts + ticks };
}
