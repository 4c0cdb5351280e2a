/** Times of one unit in ticks of its track, `dts` at most `pts`. */
export interface UnitTimes {
  readonly pts: number;
  readonly dts: number;
}

/** What is known of a track before its units come. */
export interface DtsOptions {
  /** Ticks per second. */
  readonly timescale: number;
  /**
   * Units by which the decoding order may differ from the output order, as the parameter sets state
   * or allow it; 0 for codecs without reordering.
   */
  readonly reorderDepth: number;
  /**
   * Whether `reorderDepth` was measured, as it can be in a file. It is then never taken for less, so that
   * times do not depend on where in a stream the deriver begins, once it saw as many units. Default: false.
   */
  readonly isMeasured?: boolean;
  /** Frames per second, where the parameter sets tell. */
  readonly fps?: number;
}

/** Pictures in any decoded picture buffer of H.264 and H.265, hence of reordering. */
export const MAX_REORDER_DEPTH = 16;

/**
 * Stands in for an unknown frame rate in the times before the first picture. Faster than most
 * streams, so that these times are rather too near to it than too far.
 */
const DEFAULT_FPS = 30;

/**
 * A step back by more than this is a jump of the clock and not disorder: decoding times start anew.
 * The registry's timeline, which then moves the stream on, takes the same for a jump.
 */
const MAX_STEP_BACK_SECONDS = 0.5;

/** A step ahead by more than this is a jump of the clock at any unit ... */
const MAX_STEP_AHEAD_SECONDS = 10;

/** ... and one by more than this a gap, when a key unit comes after it. */
const MAX_KEY_STEP_AHEAD_SECONDS = 1;

/**
 * Units in order of their times after which a stream is taken not to reorder at all: two seconds and
 * more of what encoders send, and the first groups of pictures of those that reorder. Parameter sets of
 * many cameras allow a depth that they never use.
 */
export const ORDERLY_UNITS = 64;

/**
 * Derives decoding times from presentation times of units that come in decoding order, without
 * holding any: with a reordering depth of N, a unit is decoded when the unit with the (N + 1)th
 * greatest time so far is shown, which is the N-th but last in output order. Before there are N units,
 * times of the frame rate stand in. So `dts` of an orderly stream is strictly increasing; of any
 * stream it never decreases, but at jumps of the clock.
 *
 * The depth grows when units come that it does not explain. One that would have to be shown before
 * the time that was already reached for decoding is shown at that time, once for each such growth.
 */
export class DtsDeriver {
  readonly #timescale: number;
  /** Reordering depth that the parameter sets allow, and the one that was met. */
  #allowed = 0;
  #observed = 0;
  /** Units since the parameter sets, for as long as none of them came out of order. */
  #orderly: number | undefined = 0;
  /** Ticks from one unit to the next, where there is nothing better. */
  #frameTicks = 1;
  /** Greatest presentation times since the last jump, in ascending order, one more than any depth. */
  #greatest: number[] = [];
  #last: number | undefined;

  constructor(options: DtsOptions) {
    this.#timescale = options.timescale;
    this.configure(options);
  }

  /** Takes over what new parameter sets of the track say, from the next unit on. */
  configure({ reorderDepth, isMeasured = false, fps }: Omit<DtsOptions, "timescale">): void {
    this.#allowed = Math.max(0, Math.min(reorderDepth, MAX_REORDER_DEPTH));
    this.#observed = 0;
    this.#orderly = isMeasured ? undefined : 0;
    this.#frameTicks = Math.max(1, Math.round(this.#timescale / (fps ?? DEFAULT_FPS)));
  }

  /** The reordering depth that is in use. */
  get depth(): number {
    const isOrderly = this.#orderly !== undefined && this.#orderly >= ORDERLY_UNITS;
    return isOrderly ? 0 : Math.max(this.#allowed, this.#observed);
  }

  /** The times of the next unit in decoding order, whose presentation time is `pts`. */
  next(pts: number, isKey: boolean): UnitTimes {
    if (this.#isJump(pts, isKey)) this.#greatest = [];
    if (this.#isStepBack(pts)) this.#last = undefined;
    this.#learnDepth(pts);
    insert(this.#greatest, pts);
    const dts = this.#increasing(this.#candidate(), pts);
    this.#last = dts;
    return { pts: Math.max(pts, dts), dts };
  }

  #isStepBack(pts: number): boolean {
    return this.#last !== undefined &&
      pts < this.#last - this.#timescale * MAX_STEP_BACK_SECONDS;
  }

  #isJump(pts: number, isKey: boolean): boolean {
    const greatest = this.#greatest.at(-1);
    if (greatest === undefined) return false;
    const seconds = isKey ? MAX_KEY_STEP_AHEAD_SECONDS : MAX_STEP_AHEAD_SECONDS;
    return this.#isStepBack(pts) || pts > greatest + this.#timescale * seconds;
  }

  #learnDepth(pts: number): void {
    const earlier = this.#greatest.filter((time) => time > pts).length;
    if (earlier > 0) this.#orderly = undefined;
    else if (this.#orderly !== undefined) this.#orderly++;
    this.#observed = Math.max(this.#observed, Math.min(earlier, MAX_REORDER_DEPTH));
  }

  #candidate(): number {
    const index = this.#greatest.length - 1 - this.depth;
    const smallest = this.#greatest[Math.max(0, index)] ?? 0;
    return index >= 0 ? smallest : smallest + index * this.#frameTicks;
  }

  /** Follows the last time by at least one tick, unless that would pass the presentation time. */
  #increasing(dts: number, pts: number): number {
    if (this.#last === undefined) return dts;
    return Math.max(this.#last, Math.min(pts, Math.max(dts, this.#last + 1)));
  }
}

function insert(greatest: number[], pts: number): void {
  let index = greatest.length;
  while (index > 0 && (greatest[index - 1] ?? 0) > pts) index--;
  greatest.splice(index, 0, pts);
  if (greatest.length > MAX_REORDER_DEPTH + 1) greatest.shift();
}
