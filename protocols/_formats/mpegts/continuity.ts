import type { TsPacket } from "./packet.ts";

/** What the counter of a packet says of those before it. */
export type Continuity =
  | "next"
  /** The packet before, once more: senders may repeat each once (ISO/IEC 13818-1 2.4.3.3). */
  | "repeated"
  /** Packets of this PID are missing. */
  | "lost";

/** Watches the continuity counter of one PID. */
export class ContinuityCheck {
  #last: number | undefined;

  /** Takes the next packet of the PID, which has a payload. */
  check({ counter, isDiscontinuity }: TsPacket): Continuity {
    const last = this.#last;
    this.#last = counter;
    if (last === undefined || isDiscontinuity || counter === ((last + 1) & 0x0f)) return "next";
    return counter === last ? "repeated" : "lost";
  }
}
