import type { Cancel, Clock } from "../../../registry/clock.ts";
import type { Peer, PeerEntry, PeerMessage } from "./room.ts";

/** A peer that has no `/wait` under way for so long has vanished, as in the original. */
export const PEER_TIMEOUT_MS = 30_000;

/**
 * A `/wait` is answered after so long at the latest. The original never does, and so never notices a
 * peer that vanished without a word while its connection was open.
 */
export const MAX_WAIT_MS = 300_000;

/** An offer and its candidates are thirty messages. */
export const MAX_QUEUED_MESSAGES = 256;

/** Several offers; small enough that all peers together do not fill the memory. */
export const MAX_QUEUED_BYTES = 256 * 1024;

/** What a `/wait` is answered with. */
export type Waited =
  | { readonly type: "peer"; readonly entry: PeerEntry }
  | { readonly type: "message"; readonly message: PeerMessage }
  /** Nothing happened for `MAX_WAIT_MS`. */
  | { readonly type: "nothing" }
  /** Another `/wait` has taken the place of this one. */
  | { readonly type: "replaced" }
  /** Nobody waits for the answer any more. */
  | { readonly type: "broken-off" }
  | { readonly type: "left"; readonly reason: string };

export interface PollPeerParts {
  readonly id: number;
  readonly name: string;
  /** Host that it has signed in from. */
  readonly host: string;
  readonly clock: Clock;
  /** Called when it has vanished. */
  readonly onTimeout: () => void;
}

/** A peer that fetches what there is for it, one thing at a time, with hanging requests. */
export class PollPeer implements Peer {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  readonly #clock: Clock;
  readonly #onTimeout: () => void;
  readonly #end = new AbortController();
  /** In order. Who came or left is kept by id, messages by numbers below 0. */
  readonly #queue = new Map<number, Waited>();
  #messages = 0;
  #bytes = 0;
  #nextMessage = -1;
  /** Answers the `/wait` that hangs. */
  #answer: ((waited: Waited) => void) | undefined;
  #cancelTimer: Cancel;

  constructor({ id, name, host, clock, onTimeout }: PollPeerParts) {
    this.id = id;
    this.name = name;
    this.host = host;
    this.#clock = clock;
    this.#onTimeout = onTimeout;
    this.#cancelTimer = clock.schedule(PEER_TIMEOUT_MS, onTimeout);
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** How much waits to be fetched. */
  get queued(): { readonly items: number; readonly bytes: number } {
    return { items: this.#queue.size, bytes: this.#bytes };
  }

  receive(message: PeerMessage): boolean {
    const waited = { type: "message", message } as const;
    if (this.#answer !== undefined) {
      this.#answer(waited);
      return true;
    }
    const bytes = sizeOf(message);
    const isFull = this.#messages >= MAX_QUEUED_MESSAGES || this.#bytes + bytes > MAX_QUEUED_BYTES;
    if (isFull || this.signal.aborted) return false;
    this.#messages++;
    this.#bytes += bytes;
    this.#queue.set(this.#nextMessage--, waited);
    return true;
  }

  notify(entry: PeerEntry): void {
    if (this.#answer !== undefined) return this.#answer({ type: "peer", entry });
    // One that came and left in between need not be known. So the queue has at most one entry for
    // each that is here and each that was known: those who come and go cannot make it grow.
    if (this.#queue.delete(entry.id)) return;
    this.#queue.set(entry.id, { type: "peer", entry });
  }

  /** Resolves with what is next for this peer. When `signal` is aborted before, nothing is taken. */
  wait(signal: AbortSignal): Promise<Waited> {
    if (this.signal.aborted) {
      return Promise.resolve({ type: "left", reason: `${this.signal.reason}` });
    }
    if (signal.aborted) return Promise.resolve({ type: "broken-off" });
    this.#answer?.({ type: "replaced" });
    return new Promise((resolve) => {
      const next = this.#next();
      if (next !== undefined) {
        this.#restart(PEER_TIMEOUT_MS, this.#onTimeout);
        return resolve(next);
      }
      this.#hang(signal, resolve);
    });
  }

  #hang(signal: AbortSignal, resolve: (waited: Waited) => void): void {
    const answer = (waited: Waited) => {
      signal.removeEventListener("abort", breakOff);
      this.#answer = undefined;
      this.#restart(PEER_TIMEOUT_MS, this.#onTimeout);
      resolve(waited);
    };
    const breakOff = () => answer({ type: "broken-off" });
    this.#answer = answer;
    signal.addEventListener("abort", breakOff);
    this.#restart(MAX_WAIT_MS, () => answer({ type: "nothing" }));
  }

  #next(): Waited | undefined {
    const [first] = this.#queue;
    if (first === undefined) return undefined;
    const [key, waited] = first;
    this.#queue.delete(key);
    if (waited.type === "message") {
      this.#messages--;
      this.#bytes -= sizeOf(waited.message);
    }
    return waited;
  }

  #restart(delayMs: number, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.schedule(delayMs, run);
  }

  left(reason: string): void {
    this.#answer?.({ type: "left", reason });
    this.#cancelTimer();
    this.#queue.clear();
    this.#messages = this.#bytes = 0;
    this.#end.abort(reason);
  }
}

/** At most what a string takes in memory. */
function sizeOf({ body }: PeerMessage): number {
  return body.length * 2;
}
