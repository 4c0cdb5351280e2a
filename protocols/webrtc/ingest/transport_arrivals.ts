import type { TransportFeedback } from "../../_formats/rtp/rtcp_twcc.ts";
import { SEQUENCE_BITS, Unwrapper, wrap } from "../../_formats/rtp/sequence.ts";

/** What one message says, but for who says it to whom. */
export type ArrivalReport = Pick<
  TransportFeedback,
  "baseSequence" | "referenceTime" | "feedbackCount" | "deltas"
>;

/** Arrivals in one message, of up to two bytes each, and packets that it is about: fits a datagram. */
export const MAX_ARRIVALS = 256;
export const MAX_STATUSES = 1024;

/** Deltas count in units of 250 microseconds, the reference time in 256 of them. */
const UNITS_PER_MS = 4;
const UNITS_PER_REFERENCE = 256;

const REFERENCE_BITS = 24;

interface Arrival {
  /** Unwrapped transport-wide sequence number. */
  readonly sequence: number;
  /** In units of 250 microseconds. */
  readonly at: number;
}

/**
 * When packets arrived, by their transport-wide sequence numbers, for the feedback that a sender's
 * estimate of the bandwidth lives on.
 */
export class TransportArrivals {
  readonly #sequences = new Unwrapper(SEQUENCE_BITS);
  /** Those that are yet to be told. */
  #arrivals = new Map<number, number>();
  /** The number after the last that was told of. */
  #next: number | undefined;
  #reports = 0;

  /** Whether feedback should not wait. */
  get isFull(): boolean {
    return this.#arrivals.size >= MAX_ARRIVALS;
  }

  receive(sequence: number, nowMs: number): void {
    const extended = this.#sequences.next(sequence);
    if (!this.#arrivals.has(extended)) {
      this.#arrivals.set(extended, Math.round(nowMs * UNITS_PER_MS));
    }
  }

  /** All that has arrived since the last call, in as few messages as can hold it. */
  take(): readonly ArrivalReport[] {
    const arrivals = [...this.#arrivals].map(([sequence, at]) => ({ sequence, at }));
    arrivals.sort((a, b) => a.sequence - b.sequence);
    this.#arrivals = new Map();
    const reports: ArrivalReport[] = [];
    for (let rest: readonly Arrival[] = arrivals; rest.length > 0;) {
      const { report, told } = this.#report(rest);
      reports.push(report);
      rest = rest.slice(told);
    }
    return reports;
  }

  /** A message about the first of `arrivals`, and how many of them it is about. */
  #report(
    arrivals: readonly Arrival[],
  ): { readonly report: ArrivalReport; readonly told: number } {
    const [first = { sequence: 0, at: 0 }] = arrivals;
    const next = this.#next ?? first.sequence;
    const lostBefore = first.sequence - next;
    const base = lostBefore > 0 && lostBefore < MAX_STATUSES ? next : first.sequence;
    const reference = Math.floor(first.at / UNITS_PER_REFERENCE);
    const deltas: (number | undefined)[] = [];
    let previous = reference * UNITS_PER_REFERENCE;
    let told = 0;
    for (const { sequence, at } of arrivals) {
      const due = base + deltas.length;
      // What came late stands alone: of the numbers around it another message has told.
      const isApart = sequence > due && due < next;
      const delta = at - previous;
      if (isApart || told === MAX_ARRIVALS || sequence - base >= MAX_STATUSES) break;
      if (delta !== (delta << 16) >> 16) break;
      while (base + deltas.length < sequence) deltas.push(undefined);
      deltas.push(delta);
      previous = at;
      told++;
    }
    this.#next = Math.max(next, base + deltas.length);
    const report = {
      baseSequence: wrap(base, SEQUENCE_BITS),
      referenceTime: signed(reference),
      feedbackCount: this.#reports,
      deltas,
    };
    this.#reports = (this.#reports + 1) & 0xff;
    return { report, told };
  }
}

/** Folds the reference time, which wraps after twelve days, into its bits. */
function signed(reference: number): number {
  const half = 2 ** (REFERENCE_BITS - 1);
  return wrap(reference + half, REFERENCE_BITS) - half;
}
