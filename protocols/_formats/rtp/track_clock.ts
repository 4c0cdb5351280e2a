import type { TrackKind } from "../../../registry/media/track.ts";
import { rescale, unwrap } from "../../../registry/media/timebase.ts";
import { TIMESTAMP_BITS } from "./sequence.ts";

/** An instant that a sender report names: the same one in the track's ticks and in UTC. */
export interface ReportedInstant {
  /** Unwrapped RTP timestamp. */
  readonly rtp: number;
  /** UTC of the sender's clock in milliseconds, whether right or not. */
  readonly utcMs: number;
  /** Whether the clock may be right, so that others can be told. */
  readonly isPlausible: boolean;
}

/**
 * A report that differs from what the one before makes of it by more than this was made after the
 * sender's clock was set. Jitter of a report, and drift between two, stay far below.
 */
const MAX_REPORT_DEVIATION_MS = 1000;

/** A timestamp that is further than this from the last packet's does not belong to the sequence. */
const MAX_REPORT_DISTANCE_MS = 60_000;

/** A step of timestamps that is this much longer than the step of arrivals is a jump of the clock. */
const MAX_STEP_AHEAD_MS = 10_000;

/** A step back by more than this is no reordering of pictures, even at few frames per second. */
const MAX_STEP_BACK_MS = 3000;

/** Share of a step in time by which a correction may stretch or shorten it: a tenth is not seen. */
const SLEW_RATE = 0.1;

/** Where one track is, and how its RTP timestamps become presentation times. */
export class TrackClock {
  /** The report that counts, if any does. */
  report: ReportedInstant | undefined;
  /** Whether times of other tracks may be compared with it. */
  isTrusted = false;
  /** Ticks that are still to be added, little by little. */
  correction = 0;
  /** Latest arrival, in milliseconds. */
  arrivalMs = 0;
  /** Unwrapped timestamp of the last packet; undefined before the first. */
  #rtp: number | undefined;
  /** Ticks from RTP timestamps to presentation times. */
  #offset = 0;
  /** Greatest presentation time so far, in ticks; undefined before the first start. */
  #greatest: number | undefined;

  #clockRate: number;

  /** @param clockRate ticks per second of timestamps and of presentation times */
  constructor(readonly kind: TrackKind, clockRate: number) {
    this.#clockRate = clockRate;
  }

  get clockRate(): number {
    return this.#clockRate;
  }

  get hasStarted(): boolean {
    return this.#rtp !== undefined;
  }

  /** Whether it has ever started. */
  get hasPosition(): boolean {
    return this.#greatest !== undefined;
  }

  /** Where the track has come to, in milliseconds of the stream; 0 before it starts. */
  get playedMs(): number {
    return this.#milliseconds(this.#greatest ?? 0);
  }

  /** Where the track is by the time `nowMs`, in milliseconds of the stream. */
  positionMs(nowMs: number): number {
    return this.#milliseconds(this.#greatest ?? 0) + nowMs - this.arrivalMs;
  }

  /** Presentation time of an unwrapped timestamp, in milliseconds of the stream. */
  presentationMs(rtp: number): number {
    return this.#milliseconds(rtp + this.#offset);
  }

  /** UTC of an unwrapped timestamp by the last report, in milliseconds; undefined without one. */
  utcMs(rtp: number): number | undefined {
    return this.report && this.report.utcMs + this.#milliseconds(rtp - this.report.rtp);
  }

  /** The 32-bit timestamp unwrapped, next to that of the last packet. */
  unwrap(timestamp: number): number {
    return this.#rtp === undefined ? timestamp : unwrap(timestamp, this.#rtp, TIMESTAMP_BITS);
  }

  /** Puts an unwrapped timestamp at a place in the stream; what was reported before is void. */
  start(rtp: number, positionMs: number): void {
    this.#rtp = rtp;
    this.#offset = this.#ticks(positionMs) - rtp;
    this.#greatest = rtp + this.#offset;
    this.report = undefined;
    this.isTrusted = false;
    this.correction = 0;
  }

  /** Forgets the sequence of timestamps: the next packet starts another, of as many ticks per second. */
  stop(clockRate: number): void {
    if (this.#greatest !== undefined) {
      this.#greatest = rescale(this.#greatest, this.#clockRate, clockRate);
    }
    this.#clockRate = clockRate;
    this.#rtp = undefined;
    this.report = undefined;
    this.isTrusted = false;
  }

  /** Moves the track at once. */
  step(milliseconds: number): void {
    const ticks = this.#ticks(milliseconds);
    this.#offset += ticks;
    if (this.#greatest !== undefined) this.#greatest += ticks;
  }

  /** Whether a packet cannot belong to the same sequence of timestamps as the last one. */
  isJump(rtp: number, arrivalMs: number): boolean {
    const stepMs = this.#milliseconds(rtp - (this.#rtp ?? rtp));
    return stepMs < -MAX_STEP_BACK_MS || stepMs - (arrivalMs - this.arrivalMs) > MAX_STEP_AHEAD_MS;
  }

  /** The presentation time of a packet, in ticks. */
  advance(rtp: number): number {
    this.#rtp = rtp;
    const step = rtp + this.#offset - (this.#greatest ?? -Infinity);
    if (step > 0) {
      const limit = Math.floor(step * SLEW_RATE);
      const change = Math.max(-limit, Math.min(this.correction, limit));
      this.#offset += change;
      this.correction -= change;
      this.#greatest = rtp + this.#offset;
    }
    return rtp + this.#offset;
  }

  /** Sets what is left to correct, in milliseconds. */
  correct(milliseconds: number): void {
    this.correction = this.#ticks(milliseconds);
  }

  /**
   * Takes a report over and tells whether it continues the one before; undefined, and nothing done,
   * when its timestamp has nothing to do with the packets'.
   */
  takeReport(report: ReportedInstant): boolean | undefined {
    const distance = this.#milliseconds(report.rtp - (this.#rtp ?? report.rtp));
    if (Math.abs(distance) > MAX_REPORT_DISTANCE_MS) return undefined;
    const predictedMs = this.utcMs(report.rtp) ?? report.utcMs;
    this.report = report;
    return Math.abs(report.utcMs - predictedMs) <= MAX_REPORT_DEVIATION_MS;
  }

  #milliseconds(ticks: number): number {
    return ticks / this.clockRate * 1000;
  }

  #ticks(milliseconds: number): number {
    return Math.round(milliseconds * this.clockRate / 1000);
  }
}
