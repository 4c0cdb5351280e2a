import type { Cancel, Clock } from "../../../registry/clock.ts";
import { RtcError } from "../errors.ts";
import type { RtcReceiver } from "../rtc_transport.ts";

/** How long a server may take to begin: it has the first picture in its cache, or asks for one. */
export const FIRST_PACKET_MS = 10_000;

/** A server that sends nothing for so long has no stream to send. */
export const SILENCE_MS = 30_000;

/** Packets that wait for a publisher: about a second of a fast stream, as a server begins with it. */
const MAX_HELD = 1024;

/**
 * What arrives of a server. It is held until there is a publisher, whose name is taken only for what
 * sends something.
 */
export class Arrivals implements RtcReceiver {
  readonly #clock: Clock;
  readonly #first = Promise.withResolvers<void>();
  readonly #held: Uint8Array[] = [];
  #receiver: RtcReceiver | undefined;
  #heardMs: number;
  #hasHeard = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardMs = clock.now();
  }

  rtp(packet: Uint8Array): void {
    this.#heardMs = this.#clock.now();
    this.#hasHeard = true;
    this.#first.resolve();
    if (this.#receiver !== undefined) this.#receiver.rtp(packet);
    else if (this.#held.length < MAX_HELD) this.#held.push(packet);
  }

  /** Reports come again: those before there is a publisher are of no use. */
  rtcp(packet: Uint8Array): void {
    this.#receiver?.rtcp(packet);
  }

  /** Resolves when the first packet of media has come. */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  /** Hands on what was held, and all that comes. */
  attach(receiver: RtcReceiver): void {
    this.#receiver = receiver;
    for (const packet of this.#held.splice(0)) receiver.rtp(packet);
  }

  /** Calls `onSilence` when nothing has come for too long, counted from now at first. */
  watch(onSilence: (error: RtcError) => void): Cancel {
    this.#heardMs = this.#clock.now();
    const check = () => {
      const limitMs = this.#hasHeard ? SILENCE_MS : FIRST_PACKET_MS;
      const leftMs = this.#heardMs + limitMs - this.#clock.now();
      if (leftMs > 0) cancel = this.#clock.schedule(leftMs, check);
      else onSilence(silence(limitMs));
    };
    let cancel = this.#clock.schedule(FIRST_PACKET_MS, check);
    return () => cancel();
  }
}

function silence(ms: number): RtcError {
  return new RtcError("ice-failed", `Cannot receive: no media came for ${ms / 1000} s`);
}
