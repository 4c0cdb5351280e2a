import { rescale } from "../../../registry/media/timebase.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { utcToNtp } from "./ntp.ts";
import type { SenderInfo } from "./rtcp_reports.ts";
import { TIMESTAMP_BITS, wrap } from "./sequence.ts";

/** A track as it goes out. */
export interface SentTrack {
  /** Ticks per second of its units. */
  readonly timescale: number;
  /** Ticks per second of its RTP timestamps. */
  readonly clockRate: number;
  /** RTP timestamp of presentation time 0: 32 random bits (RFC 3550 section 5.1). */
  readonly firstTimestamp: number;
}

/** Wall clocks that differ by less say the same: tracks are kept in sync to about half of this. */
const WALL_TOLERANCE_MS = 10;

/** A wall clock counts for this long after the last unit that had one. */
const WALL_LIFETIME_MS = 10_000;

/**
 * A unit that is sent earlier than expected by more than this shows that those before it were late,
 * as the units of a GOP cache are. By less, a busy publisher begins late and catches up: players would
 * see a jump for the sake of a date that nobody has told.
 */
const MAX_EARLY_MS = 2_000;

/** One that is later than this shows that the publisher's clock jumped or had stopped. */
const MAX_LATE_MS = 10_000;

/**
 * Gives the units of one stream their RTP timestamps, and sender reports the UTC that belongs to them:
 * the publisher's own, where units carry it, so that absolute time survives the gateway, and otherwise
 * the local one by the time of sending. One relation of UTC to presentation times serves all tracks
 * and is left alone for as long as it holds, so that tracks stay in sync. Wall clocks are those of the
 * track that told one first: while a receiver moves its tracks together, theirs differ.
 */
export class SenderClock {
  readonly #tracks: readonly SentTrack[];
  /** UTC of presentation time 0, in milliseconds. */
  #origin: number | undefined;
  /** The last unit: its presentation time and when it was sent, in milliseconds. */
  #last = { positionMs: 0, utcMs: 0 };
  /** The track whose wall clocks count, and when a unit of it with one was sent last. */
  #wall = { index: -1, utcMs: -Infinity };

  constructor(tracks: readonly SentTrack[]) {
    this.#tracks = tracks;
  }

  /** UTC of presentation time 0, in milliseconds: when it changes, reports that were sent are void. */
  get origin(): number | undefined {
    return this.#origin;
  }

  /** The 32-bit RTP timestamp of a presentation time, as packets and RTP-Info have it. */
  timestamp(index: number, pts: number): number {
    const { timescale, clockRate, firstTimestamp } = this.#track(index);
    return wrap(firstTimestamp + rescale(pts, timescale, clockRate), TIMESTAMP_BITS);
  }

  /** Takes note of a unit that is sent at the local time `utcMs`. */
  sent(index: number, unit: Pick<Unit, "pts" | "wallClock">, utcMs: number): void {
    const positionMs = unit.pts / this.#track(index).timescale * 1000;
    this.#last = { positionMs, utcMs };
    const isAlive = utcMs - this.#wall.utcMs <= WALL_LIFETIME_MS;
    if (unit.wallClock !== undefined && (!isAlive || index === this.#wall.index)) {
      this.#wall = { index, utcMs };
      this.#followWallClock(unit.wallClock - positionMs);
    } else if (!isAlive) this.#followLocal(utcMs - positionMs);
  }

  /**
   * The instant that a sender report of a track names at the local time `utcMs`, as NTP time and as
   * RTP timestamp; undefined before the first unit.
   */
  report(index: number, utcMs: number): Pick<SenderInfo, "ntp" | "rtpTimestamp"> | undefined {
    if (this.#origin === undefined) return undefined;
    const { clockRate, firstTimestamp } = this.#track(index);
    const positionMs = this.#last.positionMs + utcMs - this.#last.utcMs;
    const ticks = Math.round(positionMs * clockRate / 1000);
    return {
      ntp: utcToNtp(this.#origin + ticks / clockRate * 1000),
      rtpTimestamp: wrap(firstTimestamp + ticks, TIMESTAMP_BITS),
    };
  }

  #track(index: number): SentTrack {
    const track = this.#tracks[index];
    if (track === undefined) throw new RangeError(`Cannot find clock: there is no track ${index}`);
    return track;
  }

  #followWallClock(origin: number): void {
    if (Math.abs(origin - (this.#origin ?? -Infinity)) > WALL_TOLERANCE_MS) this.#origin = origin;
  }

  #followLocal(origin: number): void {
    const later = origin - (this.#origin ?? -Infinity);
    if (later < -MAX_EARLY_MS || later > MAX_LATE_MS) this.#origin = origin;
  }
}
