import { VIDEO_CLOCK_RATE } from "../../_formats/rtp/payload/format.ts";

/**
 * Between two pictures of a group that is sent at once. Browsers tell pictures apart by their timestamps,
 * so that there has to be a step; the smaller it is, the less the first ones seem to be late.
 */
const STEP = VIDEO_CLOCK_RATE / 1000;

/**
 * RTP times of the pictures that one viewer is sent, in ticks.
 *
 * A browser takes timestamps against arrival: pictures that come at once, though they are seconds apart,
 * would have it play with the delay of the first one ever after. Those of a picture group from the cache
 * are therefore put right before its newest, which has its true time, as all that follow have.
 */
export class PictureTimes {
  /** Latest time that was given. */
  #latest = -Infinity;
  /** Last time that was not the true one: what follows must not fall among those. */
  #squeezedUntil = -Infinity;

  /** The time of a picture that comes live. */
  next(pts: number): number {
    const time = pts > this.#squeezedUntil ? pts : ++this.#squeezedUntil;
    this.#latest = Math.max(this.#latest, time);
    return time;
  }

  /** Times of pictures that are sent at once, in decoding order, all of them after those before. */
  squeeze(pts: readonly number[]): readonly number[] {
    const count = pts.length;
    if (count === 0) return [];
    const newest = pts.reduce((latest, each) => Math.max(latest, each));
    // A group that is sent again may have no newer picture than was sent.
    const end = Math.max(newest, this.#latest + count);
    const step = Math.min(STEP, Math.floor((end - this.#latest) / count));
    this.#latest = end;
    this.#squeezedUntil = end;
    return pts.map((_, index) => end - (count - 1 - index) * step);
  }
}
