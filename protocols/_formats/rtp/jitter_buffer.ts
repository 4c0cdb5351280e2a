import { MAX_MISORDER, type SequenceStep, SequenceTracker } from "./sequence_tracker.ts";

/** What the buffer needs of a packet: its 16-bit sequence number. */
export interface Sequenced {
  readonly sequence: number;
}

/** A packet at its place in the sequence. */
export interface Ordered<P extends Sequenced> {
  readonly packet: P;
  /** Unwrapped sequence number; greater than that of every packet before. */
  readonly sequence: number;
  /** Packets that are missing between the last one and this; 0 after a restart, where none can tell. */
  readonly lost: number;
  /** The source counts anew from here on; what was being put together is lost. */
  readonly isRestart: boolean;
}

export interface JitterBufferOptions {
  /**
   * Packets that wait for one that is missing, at most. 0, for transports that keep the order, lets
   * every packet through at once.
   */
  readonly maxPackets?: number;
  /** Milliseconds that a packet waits, at most. */
  readonly maxDelayMs?: number;
}

/** Reordering on real networks stays within some packets; a burst of a key frame is a few hundred. */
export const DEFAULT_MAX_PACKETS = 64;

/** More than parallel paths of one network differ by, and less than a viewer notices. */
export const DEFAULT_MAX_DELAY_MS = 100;

/** What happened so far, in packets. */
export interface JitterBufferStats {
  readonly lost: number;
  /** Came after later ones, and in time. */
  readonly reordered: number;
  /** Came after they had been given up, and were dropped. */
  readonly late: number;
  readonly duplicates: number;
  /** Far from all others and never confirmed, and were dropped. */
  readonly strays: number;
  /** Restarts of the sequence. */
  readonly restarts: number;
}

interface Held<P> {
  readonly packet: P;
  readonly sequence: number;
  readonly arrivalMs: number;
  readonly isRestart: boolean;
}

/**
 * Puts the packets of one source in order. Packets in order pass at once; those behind a gap wait for
 * what is missing until a bound in packets or in time is reached, and then what is missing is lost.
 * Time is a parameter: any clock in milliseconds that never goes back.
 */
export class JitterBuffer<P extends Sequenced> {
  readonly #maxPackets: number;
  readonly #maxDelayMs: number;
  readonly #tracker: SequenceTracker;
  /** Waiting packets in order of their sequence numbers, none of which is `#next`. */
  #held: Held<P>[] = [];
  /** The packet that may be the first of a restarted sequence. */
  #suspect: { readonly packet: P; readonly arrivalMs: number } | undefined;
  /** Unwrapped number of the packet that is due. */
  #next: number | undefined;
  /** Unwrapped number of the first packet since the last restart. */
  #first = 0;
  /** Numbers that were given up lately, which tell a late packet from a duplicate. */
  readonly #missing = new Set<number>();
  readonly #stats = { lost: 0, reordered: 0, late: 0, duplicates: 0, strays: 0, restarts: 0 };

  constructor(options: JitterBufferOptions = {}) {
    this.#maxPackets = options.maxPackets ?? DEFAULT_MAX_PACKETS;
    this.#maxDelayMs = options.maxDelayMs ?? DEFAULT_MAX_DELAY_MS;
    this.#tracker = new SequenceTracker(this.#maxPackets > 0, this.#maxPackets);
  }

  get stats(): JitterBufferStats {
    return { ...this.#stats };
  }

  /** When {@linkcode expire} has something to do, in the time of `push`; undefined for never. */
  get deadline(): number | undefined {
    let oldest = this.#suspect?.arrivalMs ?? Infinity;
    for (const { arrivalMs } of this.#held) oldest = Math.min(oldest, arrivalMs);
    return oldest === Infinity ? undefined : oldest + this.#maxDelayMs;
  }

  /** Takes a packet that has arrived, and gives all that are due, in order. */
  push(packet: P, nowMs: number): readonly Ordered<P>[] {
    const out: Ordered<P>[] = [];
    if (this.#held.length > 0 || this.#suspect !== undefined) this.#expire(nowMs, out);
    const step = this.#tracker.next(packet.sequence);
    this.#place(packet, step, nowMs, out);
    while (this.#held.length > this.#maxPackets) this.#giveFirst(out);
    return out;
  }

  /** Gives up what is missing before packets that have waited long enough, and gives those. */
  expire(nowMs: number): readonly Ordered<P>[] {
    const out: Ordered<P>[] = [];
    this.#expire(nowMs, out);
    return out;
  }

  /** Gives all that waits: the source has ended. */
  flush(): readonly Ordered<P>[] {
    const out: Ordered<P>[] = [];
    while (this.#held.length > 0) this.#giveFirst(out);
    this.#dropSuspect();
    return out;
  }

  #place(packet: P, step: SequenceStep, arrivalMs: number, out: Ordered<P>[]): void {
    if (step.kind === "suspect") {
      this.#dropSuspect();
      this.#suspect = { packet, arrivalMs };
    } else if (step.kind === "restart") {
      this.#restart(packet, step, arrivalMs, out);
    } else {
      this.#insert({ packet, sequence: step.extended, arrivalMs, isRestart: false }, out);
    }
  }

  #restart(
    packet: P,
    { first, extended }: { readonly first: number; readonly extended: number },
    arrivalMs: number,
    out: Ordered<P>[],
  ): void {
    const suspect = this.#suspect;
    this.#suspect = undefined;
    this.#stats.restarts++;
    while (this.#held.length > 0) this.#giveFirst(out);
    this.#missing.clear();
    // The suspect may have waited too long and be gone; the sequence then starts with this packet.
    const start = suspect === undefined ? extended : first;
    this.#next = start;
    this.#first = start;
    if (suspect !== undefined) {
      this.#insert({ ...suspect, sequence: first, isRestart: true }, out);
    }
    this.#insert({ packet, sequence: extended, arrivalMs, isRestart: start === extended }, out);
  }

  #insert(held: Held<P>, out: Ordered<P>[]): void {
    const { sequence } = held;
    if (this.#next === undefined) this.#next = this.#first = sequence;
    if (sequence === this.#next) {
      if (this.#held.length > 0) this.#stats.reordered++;
      this.#give(held, out);
      this.#giveFollowing(out);
    } else if (sequence < this.#next) {
      if (this.#missing.delete(sequence) || sequence < this.#first) this.#stats.late++;
      else this.#stats.duplicates++;
    } else {
      this.#hold(held);
    }
  }

  #hold(held: Held<P>): void {
    let index = this.#held.length;
    while (index > 0 && (this.#held[index - 1]?.sequence ?? 0) > held.sequence) index--;
    if (this.#held[index - 1]?.sequence === held.sequence) {
      this.#stats.duplicates++;
      return;
    }
    if (index < this.#held.length) this.#stats.reordered++;
    this.#held.splice(index, 0, held);
  }

  #expire(nowMs: number, out: Ordered<P>[]): void {
    const before = nowMs - this.#maxDelayMs;
    while (this.#held.some(({ arrivalMs }) => arrivalMs <= before)) this.#giveFirst(out);
    if (this.#suspect !== undefined && this.#suspect.arrivalMs <= before) this.#dropSuspect();
  }

  #dropSuspect(): void {
    if (this.#suspect !== undefined) this.#stats.strays++;
    this.#suspect = undefined;
  }

  /** Gives the first packet that waits, whatever is missing before it, and those that follow it. */
  #giveFirst(out: Ordered<P>[]): void {
    const first = this.#held.shift();
    if (first === undefined) return;
    this.#give(first, out);
    this.#giveFollowing(out);
  }

  #giveFollowing(out: Ordered<P>[]): void {
    let count = 0;
    for (const held of this.#held) {
      if (held.sequence !== this.#next) break;
      this.#give(held, out);
      count++;
    }
    if (count > 0) this.#held.splice(0, count);
  }

  #give({ packet, sequence, isRestart }: Held<P>, out: Ordered<P>[]): void {
    const lost = sequence - (this.#next ?? sequence);
    if (lost > 0) this.#giveUp(sequence - lost, sequence);
    this.#next = sequence + 1;
    out.push({ packet, sequence, lost, isRestart });
  }

  /** Counts the numbers from `start` to before `end` as lost and remembers the last of them. */
  #giveUp(start: number, end: number): void {
    this.#stats.lost += end - start;
    const oldest = end - MAX_MISORDER;
    for (const sequence of this.#missing) if (sequence < oldest) this.#missing.delete(sequence);
    for (let sequence = Math.max(start, oldest); sequence < end; sequence++) {
      this.#missing.add(sequence);
    }
  }
}
