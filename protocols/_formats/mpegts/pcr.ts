import { TS_TIMESCALE } from "./clock.ts";

/**
 * How far the PCR runs before the decoding time of the unit it stands at, in ticks: 0.3 s. Tracks may
 * be that far apart where a sender interleaves them, and no unit is late; players that wait for
 * their clock wait that much longer.
 */
export const PCR_LEAD = 0.3 * TS_TIMESCALE;

/** Ticks from one PCR to the next: 100 ms, the most that ISO/IEC 13818-1 2.7.2 allows. */
const MAX_PCR_INTERVAL = TS_TIMESCALE / 10;

/** A step back by more than this is a jump of the timeline, not units out of order: 1 s. */
const MAX_STEP_BACK = TS_TIMESCALE;

/** A PCR to be written. */
export interface Pcr {
  /** Ticks of 90 kHz, unwrapped. */
  readonly pcr: number;
  readonly isDiscontinuity: boolean;
}

/** Says where a stream needs a PCR. It never runs backwards but at a discontinuity, which is marked. */
export class PcrClock {
  #last: number | undefined;

  /** At a unit of the PCR's own PID that is decoded at `dts`: 90 kHz ticks, unwrapped. */
  atOwnUnit(dts: number): Pcr | undefined {
    return this.#advance(dts - PCR_LEAD, 1);
  }

  /**
   * At units of another PID that last `duration` ticks, before which a PCR alone is due where the
   * next one would come too late.
   */
  atOtherUnit(dts: number, duration: number): Pcr | undefined {
    if (this.#last === undefined) return undefined;
    return this.#advance(dts - PCR_LEAD, MAX_PCR_INTERVAL - duration);
  }

  #advance(pcr: number, minStep: number): Pcr | undefined {
    const step = this.#last === undefined ? minStep : pcr - this.#last;
    const isDiscontinuity = step < -MAX_STEP_BACK;
    if (step < Math.max(1, minStep) && !isDiscontinuity) return undefined;
    this.#last = pcr;
    return { pcr, isDiscontinuity };
  }
}
