/** A pause of a track that is longer, and unlike its pace, is a gap in the stream. */
const MIN_GAP_SECONDS = 3;
const MIN_GAP_STEPS = 4;

/** How fast the units of one track follow each other. */
export class Pace {
  readonly #timescale: number;
  #newest: number | undefined;
  #step = 0;

  constructor(timescale: number) {
    this.#timescale = timescale;
  }

  /** Ticks between the two newest units; 0 before there are two. */
  get step(): number {
    return this.#step;
  }

  /**
   * Takes the decoding time of the next unit, in ticks.
   *
   * @returns whether there is a gap before it.
   */
  isGapBefore(dts: number): boolean {
    const step = this.#newest === undefined ? 0 : dts - this.#newest;
    const isGap = step > this.#timescale * MIN_GAP_SECONDS && step > this.#step * MIN_GAP_STEPS;
    this.#newest = dts;
    this.#step = step;
    return isGap;
  }
}
