import { Admissions } from "../../_transport/admission.ts";
import { HttpError } from "../../_transport/http_error.ts";
import type { Origin, Peer, Room } from "./room.ts";

/** How a message fared. */
export type Sent = "sent" | "unknown-peer" | "queue-full";

/** Lets people and programs into the room, as many as there may be. */
export class Guests {
  readonly room: Room;
  readonly #admissions: Admissions;
  #isClosed = false;

  /** @param maxPeers beside the streams; half of them may come from one address. */
  constructor(room: Room, maxPeers: number) {
    this.room = room;
    this.#admissions = new Admissions({ total: maxPeers, perAddress: Math.ceil(maxPeers / 2) });
  }

  get size(): number {
    return this.#admissions.total;
  }

  /**
   * Has the peer that `make` makes join the room.
   *
   * @throws {HttpError} 503: there are too many, or the gateway stops.
   */
  enter<Entering extends Peer>(host: string, make: (id: number) => Entering): Entering {
    if (this.#isClosed) throw new HttpError(503, "closed", "Cannot sign in: the gateway stops");
    const admission = this.#admissions.admit(host);
    if (admission.refusal !== undefined) {
      throw new HttpError(503, "too-many-peers", `Cannot sign in: ${admission.refusal}`);
    }
    const peer = make(this.room.freeId());
    peer.signal.addEventListener("abort", () => admission.release(), { once: true });
    this.room.join(peer);
    return peer;
  }

  send(from: Peer, to: number, body: string, origin: Origin): Sent {
    const peer = this.room.findFor(from, to);
    // The sender may have left while its message came in: nobody would end a call of it.
    if (peer === undefined || from.signal.aborted) return "unknown-peer";
    return peer.receive({ from, body, origin }) ? "sent" : "queue-full";
  }

  /** Tells everybody that it is over. */
  close(): void {
    this.#isClosed = true;
    this.room.close("Server shutting down");
  }
}
