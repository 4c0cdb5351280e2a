import { rescale } from "./media/timebase.ts";
import type { Unit } from "./media/unit.ts";

/** Timescale of offsets: every millisecond and every video tick is exact in it. */
const TICKS_PER_SECOND = 90_000;

/**
 * A time that is further than this from the rest of the stream is a jump of the sender's clock, not a
 * gap in the media. Long enough for a network outage that the sender rode out.
 */
const MAX_GAP_SECONDS = 10;

/** A step back of one track by more than this is a jump too; a shorter one is jitter. */
const MAX_STEP_BACK_SECONDS = 0.5;

/** Stands in for the duration of a track's last unit when only one was ever seen. */
const DEFAULT_DURATION_SECONDS = 0.02;

interface TrackTime {
  /** 90 kHz ticks that are added to the sender's times of this track. */
  offset: number;
  /** Last decoding time that was given out, in ticks of the track. */
  last: number;
  timescale: number;
  /** Ticks between the last two units. */
  duration: number;
}

/**
 * Turns a publisher's times into the stream's: decoding times that never decrease in a track, go on
 * where the last publisher stopped, and survive jumps of the sender's clock in both directions. Tracks
 * that jump together stay in sync, because the second one takes over the offset that was found for
 * the first. Times are left alone for as long as nothing is wrong with them.
 */
export class Timeline {
  readonly #tracks = new Map<number, TrackTime>();
  /** Offset that was found last, in 90 kHz ticks. */
  #offset = 0;
  /** Latest decoding time given out on any track, in seconds. */
  #head: number | undefined;
  #restarting = false;

  /** The next unit comes from another clock: it follows what was given out so far. */
  restart(): void {
    if (this.#head !== undefined) this.#restarting = true;
  }

  /** The unit at its place in the stream; the same object when nothing has to change. */
  place(unit: Unit): Unit {
    const time = this.#trackTime(unit);
    if (this.#restarting) {
      this.#restarting = false;
      this.#offset = this.#offsetAfterAll(unit);
      for (const other of this.#tracks.values()) other.offset = this.#offset;
    } else if (!this.#fits(unit, time, time.offset)) {
      time.offset = this.#fits(unit, time, this.#offset)
        ? this.#offset
        : this.#offsetAfterAll(unit);
      // Script data often has times of its own: the media does not follow it.
      if (unit.track.kind !== "data") this.#offset = time.offset;
    }
    return this.#give(unit, time);
  }

  #trackTime(unit: Unit): TrackTime {
    const { id, timescale } = unit.track;
    const known = this.#tracks.get(id);
    if (known?.timescale === timescale) return known;
    const time: TrackTime = {
      offset: this.#offset,
      last: known === undefined ? -Infinity : Math.ceil(known.last / known.timescale * timescale),
      timescale,
      duration: Math.round(timescale * DEFAULT_DURATION_SECONDS),
    };
    this.#tracks.set(id, time);
    return time;
  }

  #fits(unit: Unit, time: TrackTime, offset: number): boolean {
    if (this.#head === undefined) return true;
    const dts = unit.dts + rescale(offset, TICKS_PER_SECOND, time.timescale);
    if (Math.abs(dts / time.timescale - this.#head) > MAX_GAP_SECONDS) return false;
    return time.last - dts <= time.timescale * MAX_STEP_BACK_SECONDS;
  }

  /** The offset that puts `unit` right after everything that was given out. */
  #offsetAfterAll(unit: Unit): number {
    let end = 0;
    for (const { last, duration, timescale } of this.#tracks.values()) {
      if (last === -Infinity) continue;
      end = Math.max(end, rescale(last + duration, timescale, TICKS_PER_SECOND));
    }
    return end - rescale(unit.dts, unit.track.timescale, TICKS_PER_SECOND);
  }

  #give(unit: Unit, time: TrackTime): Unit {
    const shift = rescale(time.offset, TICKS_PER_SECOND, time.timescale);
    const dts = Math.max(unit.dts + shift, time.last);
    const step = dts - time.last;
    if (step > 0 && step <= time.timescale) time.duration = step;
    time.last = dts;
    this.#head = Math.max(this.#head ?? -Infinity, dts / time.timescale);
    return dts === unit.dts ? unit : { ...unit, dts, pts: unit.pts + dts - unit.dts };
  }
}
