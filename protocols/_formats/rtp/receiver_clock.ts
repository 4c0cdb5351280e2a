import type { TrackKind } from "../../../registry/media/track.ts";
import { isNoNtp, ntpToUtc } from "./ntp.ts";
import type { SenderInfo } from "./rtcp_reports.ts";
import { type ReportedInstant, TrackClock } from "./track_clock.ts";

/** A track as its clock sees it. */
export interface ClockedTrack {
  readonly kind: TrackKind;
  /** Ticks per second of its RTP timestamps, and of the presentation times that it gets. */
  readonly clockRate: number;
}

/** When a packet is presented. */
export interface PresentationTime {
  /** Ticks of the track. */
  readonly pts: number;
  /** UTC in milliseconds with fractions, where the sender reports a time that may be right. */
  readonly wallClock?: number;
}

/**
 * Where streams start, so that tracks that turn out to have begun earlier, and decoding times before
 * the first picture, need no negative times, which FLV does not have.
 */
export const START_MS = 1000;

/** Differences that are left alone: jitter of reports and rounding. A viewer notices some 40 ms. */
export const SYNC_TOLERANCE_MS = 5;

/** Corrections up to this are spread over some seconds; greater ones are made at once. */
export const MAX_SLEW_MS = 500;

/**
 * In this time from its start a stream is corrected at once: hardly anything was seen of it. Over UDP the
 * first reports, which FFmpeg sends before its packets, may come right after those.
 */
const SETTLING_MS = 500;

/**
 * Tracks that seem to be further apart were reported by different clocks. A server that starts with its
 * GOP cache may be wrong by the length of that.
 */
export const MAX_CORRECTION_MS = 10_000;

/** An RTP-Info that is further from the first packet than this is of an earlier playback. */
const MAX_ANNOUNCED_MS = 10_000;

/** This program is younger: a clock that tells an earlier time was never set. */
const MIN_PLAUSIBLE_UTC = Date.UTC(2020, 0, 1);

/** Time zones that were taken for UTC make up to 14 hours. */
const MAX_AHEAD_MS = 24 * 3600 * 1000;

interface EarlyReport extends Omit<ReportedInstant, "rtp"> {
  /** The 32 bits of the report. */
  readonly timestamp: number;
}

/**
 * Maps the RTP timestamps of all tracks of one publisher onto one timeline, each in its own ticks.
 *
 * A track starts where the others are by the time of its first packet, or where RTP-Info says, or,
 * when reports came before its packets, where those say. Later sender reports tell how far the tracks
 * are really apart. One track, audio before others, is the reference and keeps its times exactly;
 * the others are moved towards it: by a tenth of each step up to {@linkcode MAX_SLEW_MS}, beyond that,
 * and while the stream begins, at once. Nothing is ever moved back at once: for a track to fall back, the others step ahead.
 *
 * Reports without NTP time are ignored. One whose clock was set since the last one corrects nothing
 * until the next one confirms it, unless it is the reference's, which the others have to follow.
 * Tracks are named by their index; arrivals are of any clock in milliseconds that never goes back.
 */
export class ReceiverClock {
  readonly #tracks: readonly TrackClock[];
  /** Timestamps of RTP-Info, all of the same instant, by track. */
  readonly #announced = new Map<TrackClock, number>();
  /** Reports that came before the first packet, by track. */
  readonly #early = new Map<TrackClock, EarlyReport>();
  #reference: TrackClock | undefined;
  /** Whether the announced instant is where the stream starts. */
  #startsAnnounced = false;

  constructor(tracks: readonly ClockedTrack[]) {
    this.#tracks = tracks.map(({ kind, clockRate }) => new TrackClock(kind, clockRate));
  }

  /** Takes `rtptime` of RTP-Info (RFC 2326 section 12.33), before the first packet. */
  announce(index: number, timestamp: number): void {
    this.#announced.set(this.#track(index), timestamp);
  }

  /** The time of a packet; `timestamp` is the 32 bits of its header. */
  place(index: number, timestamp: number, arrivalMs: number): PresentationTime {
    const track = this.#track(index);
    const rtp = track.unwrap(timestamp);
    if (!track.hasStarted) this.#start(track, rtp, arrivalMs);
    else if (track.isJump(rtp, arrivalMs)) this.#rejoin(track, rtp, arrivalMs);
    const pts = track.advance(rtp);
    track.arrivalMs = arrivalMs;
    const wallClock = track.report?.isPlausible ? track.utcMs(rtp) : undefined;
    return { pts, ...(wallClock !== undefined && { wallClock }) };
  }

  /**
   * Takes a sender report of a track.
   *
   * @param utcMs the local time, which tells the era and whether the sender's may be right
   */
  report(index: number, info: Pick<SenderInfo, "ntp" | "rtpTimestamp">, utcMs: number): void {
    if (isNoNtp(info.ntp)) return;
    const track = this.#track(index);
    const senderMs = ntpToUtc(info.ntp, utcMs);
    const isPlausible = senderMs >= MIN_PLAUSIBLE_UTC && senderMs <= utcMs + MAX_AHEAD_MS;
    const report = { utcMs: senderMs, isPlausible };
    if (track.hasStarted) this.#take(track, { ...report, rtp: track.unwrap(info.rtpTimestamp) });
    else this.#early.set(track, { ...report, timestamp: info.rtpTimestamp });
  }

  /**
   * The next packet of a track is of another source, whose timestamps start anew, or of another clock
   * rate.
   */
  restart(index: number, clockRate?: number): void {
    const track = this.#track(index);
    track.stop(clockRate ?? track.clockRate);
    this.#announced.delete(track);
    this.#early.delete(track);
  }

  #track(index: number): TrackClock {
    const track = this.#tracks[index];
    if (track === undefined) throw new RangeError(`Cannot find clock: there is no track ${index}`);
    return track;
  }

  #start(track: TrackClock, rtp: number, arrivalMs: number): void {
    const isFirst = this.#positionMs(arrivalMs) === undefined;
    const announced = this.#sinceAnnounced(track, rtp);
    if (isFirst) this.#startsAnnounced = announced !== undefined;
    const position = this.#startsAnnounced && announced !== undefined
      ? START_MS + announced
      : this.#positionMs(arrivalMs) ?? START_MS;
    const earliest = track.hasPosition ? position - MAX_SLEW_MS : 0;
    track.start(rtp, position);
    track.arrivalMs = arrivalMs;
    this.#takeEarly(track, rtp, earliest);
  }

  /** Goes on where the stream is by now, after a jump of the track's own clock. */
  #rejoin(track: TrackClock, rtp: number, arrivalMs: number): void {
    track.start(rtp, track.positionMs(arrivalMs));
  }

  /** Milliseconds from the announced instant to a timestamp. */
  #sinceAnnounced(track: TrackClock, rtp: number): number | undefined {
    const announced = this.#announced.get(track);
    if (announced === undefined) return undefined;
    const sinceMs = ((rtp - announced) | 0) / track.clockRate * 1000;
    return Math.abs(sinceMs) <= MAX_ANNOUNCED_MS ? sinceMs : undefined;
  }

  /** Where the stream is, by the track that was heard last. */
  #positionMs(nowMs: number): number | undefined {
    let latest: TrackClock | undefined;
    for (const track of this.#tracks) {
      if (!track.hasPosition) continue;
      if (latest === undefined || track.arrivalMs > latest.arrivalMs) latest = track;
    }
    return latest?.positionMs(nowMs);
  }

  /**
   * Puts a track that starts where its report says at once, unless that is before `earliestMs`: then
   * it is for the others to step ahead.
   */
  #takeEarly(track: TrackClock, rtp: number, earliestMs: number): void {
    const early = this.#early.get(track);
    if (early === undefined) return;
    this.#early.delete(track);
    const report = { ...early, rtp: rtp + ((early.timestamp - rtp) | 0) };
    if (track.takeReport(report) === undefined) return;
    track.isTrusted = true;
    const errorMs = this.#errorMs(track);
    if (errorMs !== undefined && track.presentationMs(rtp) + errorMs >= earliestMs) {
      track.step(errorMs);
    }
    this.#align();
  }

  #take(track: TrackClock, report: ReportedInstant): void {
    const continues = track.takeReport(report);
    if (continues === undefined) return;
    const isReference = track === this.#reference;
    track.isTrusted = continues || isReference;
    if (!continues && isReference) this.#distrustOthers(track);
    this.#align();
  }

  #distrustOthers(track: TrackClock): void {
    for (const other of this.#tracks) if (other !== track) other.isTrusted = false;
  }

  /** Moves all tracks that can be compared with the reference towards it. */
  #align(): void {
    const reference = this.#chooseReference();
    if (reference === undefined) return;
    reference.correction = 0;
    for (const track of this.#tracks) {
      const errorMs = this.#errorMs(track);
      if (errorMs !== undefined) this.#correct(track, errorMs);
    }
  }

  #chooseReference(): TrackClock | undefined {
    const candidates = this.#tracks.filter((track) => track.hasStarted && track.isTrusted);
    const current = candidates.find((track) => track === this.#reference) ?? candidates[0];
    const isAudio = ({ kind }: TrackClock) => kind === "audio";
    this.#reference = current !== undefined && isAudio(current)
      ? current
      : candidates.find(isAudio) ?? current;
    return this.#reference;
  }

  /** By how much a track is before where the reference says that it should be. */
  #errorMs(track: TrackClock): number | undefined {
    const reference = this.#reference;
    if (reference === undefined || track === reference || !track.isTrusted) return undefined;
    if (track.report === undefined || reference.report === undefined) return undefined;
    const { rtp, utcMs } = track.report;
    const elapsedMs = utcMs - reference.report.utcMs;
    const expectedMs = reference.presentationMs(reference.report.rtp) + elapsedMs;
    const errorMs = expectedMs - track.presentationMs(rtp);
    return Math.abs(errorMs) <= MAX_CORRECTION_MS ? errorMs : undefined;
  }

  get #isSettling(): boolean {
    return this.#tracks.every((track) => track.playedMs <= START_MS + SETTLING_MS);
  }

  #correct(track: TrackClock, errorMs: number): void {
    const size = Math.abs(errorMs);
    const mayWait = size <= (this.#isSettling ? SYNC_TOLERANCE_MS : MAX_SLEW_MS);
    track.correct(size > SYNC_TOLERANCE_MS && mayWait ? errorMs : 0);
    if (mayWait) return;
    for (const other of this.#tracks) {
      if ((other === track) === errorMs > 0) other.step(size);
    }
  }
}
