import { middleOfNtp, type NtpTime } from "./ntp.ts";
import type { ReportBlock } from "./rtcp_reports.ts";
import { wrap } from "./sequence.ts";
import { SequenceTracker } from "./sequence_tracker.ts";

/** What was received of one source, in packets since the beginning or the last restart. */
export interface Reception {
  readonly received: number;
  /** Expected less received: negative when there were more duplicates than losses. */
  readonly lost: number;
  /** Interarrival jitter in milliseconds. */
  readonly jitterMs: number;
}

/** Range of the signed 24 bits of cumulative loss. */
const MAX_CUMULATIVE_LOST = 2 ** 23 - 1;

/** Gain of the jitter estimate (RFC 3550 section 6.4.1). */
const JITTER_GAIN = 1 / 16;

/** Units of DLSR in a second. */
const DELAY_UNITS = 2 ** 16;

/**
 * Reception of one source, for the report blocks of RFC 3550 section 6.4.1, computed as in its
 * appendices A.3 and A.8. Times are of any clock in milliseconds that never goes back.
 */
export class ReceiverStats {
  readonly #ssrc: number;
  readonly #clockRate: number;
  readonly #tracker: SequenceTracker;
  #first = 0;
  #highest = -1;
  #received = 0;
  /** Expected and received when the last report was made. */
  #atReport = { expected: 0, received: 0 };
  /** Arrival less timestamp of the last packet, in ticks, modulo 2^32. */
  #transit: number | undefined;
  #jitter = 0;
  #senderReport: { readonly middle: number; readonly arrivalMs: number } | undefined;

  /**
   * @param clockRate ticks of the RTP clock per second
   * @param maxWaiting packets that may come before one that is sent again
   */
  constructor(ssrc: number, clockRate: number, maxWaiting = 0) {
    this.#tracker = new SequenceTracker(true, maxWaiting);
    this.#ssrc = ssrc;
    this.#clockRate = clockRate;
  }

  get reception(): Reception {
    const lost = this.#expected - this.#received;
    return { received: this.#received, lost, jitterMs: this.#jitter / this.#clockRate * 1000 };
  }

  /** Counts a packet that has arrived, whether or not it is of use. */
  receive(packet: { readonly sequence: number; readonly timestamp: number }, nowMs: number): void {
    const step = this.#tracker.next(packet.sequence);
    if (step.kind === "suspect") return;
    if (this.#received === 0) this.#start(step.extended);
    if (step.kind === "restart") this.#start(step.first);
    this.#received += step.kind === "restart" ? step.extended - step.first + 1 : 1;
    this.#highest = Math.max(this.#highest, step.extended);
    this.#measureJitter(packet.timestamp, nowMs, step.kind === "restart");
  }

  /** Remembers the sender report that the next blocks refer to. */
  receiveSenderReport(ntp: NtpTime, nowMs: number): void {
    this.#senderReport = { middle: middleOfNtp(ntp), arrivalMs: nowMs };
  }

  /**
   * The block of the report that is sent now, whose fraction of loss counts from the one before;
   * undefined before the first packet.
   */
  report(nowMs: number): ReportBlock | undefined {
    if (this.#received === 0) return undefined;
    const expected = this.#expected - this.#atReport.expected;
    const lost = expected - (this.#received - this.#atReport.received);
    this.#atReport = { expected: this.#expected, received: this.#received };
    return {
      ssrc: this.#ssrc,
      fractionLost: lost <= 0 ? 0 : Math.min(Math.floor(lost / expected * 256), 255),
      cumulativeLost: clampLost(this.#expected - this.#received),
      highestSequence: wrap(this.#highest, 32),
      jitter: Math.floor(this.#jitter),
      lastSenderReport: this.#senderReport?.middle ?? 0,
      delaySinceLastSenderReport: this.#delaySinceSenderReport(nowMs),
    };
  }

  get #expected(): number {
    return this.#highest - this.#first + 1;
  }

  #start(first: number): void {
    this.#first = first;
    this.#highest = first - 1;
    this.#received = 0;
    this.#atReport = { expected: 0, received: 0 };
  }

  /** Appendix A.8; packets of one frame, which share a timestamp, count like any other. */
  #measureJitter(timestamp: number, nowMs: number, isRestart: boolean): void {
    const transit = wrap(Math.round(nowMs * this.#clockRate / 1000) - timestamp, 32);
    const previous = this.#transit;
    this.#transit = transit;
    if (previous === undefined || isRestart) return;
    const difference = Math.abs((transit - previous) | 0);
    this.#jitter += (difference - this.#jitter) * JITTER_GAIN;
  }

  #delaySinceSenderReport(nowMs: number): number {
    if (this.#senderReport === undefined) return 0;
    const delayMs = nowMs - this.#senderReport.arrivalMs;
    return Math.min(Math.round(delayMs / 1000 * DELAY_UNITS), 2 ** 32 - 1);
  }
}

function clampLost(lost: number): number {
  return Math.max(-MAX_CUMULATIVE_LOST - 1, Math.min(lost, MAX_CUMULATIVE_LOST));
}
