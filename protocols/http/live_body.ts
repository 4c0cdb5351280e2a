import { RegistryClosedError } from "../../registry/errors.ts";
import type { Logger } from "../protocol.ts";
import type { LivePiece, LiveViewer } from "./live_container.ts";
import type { Seat } from "./viewers.ts";

/**
 * The endless body of one viewer's response. It reads the stream only as fast as the client takes the
 * body, and leaves the seat when either side ends it.
 */
export function liveBody(viewer: LiveViewer, seat: Seat, log: Logger): ReadableStream<Uint8Array> {
  // Nothing is read ahead: what waits, waits in the registry, where it is bounded and shared.
  return new ReadableStream(new LiveBody(viewer, seat, log), { highWaterMark: 0 });
}

class LiveBody implements UnderlyingDefaultSource<Uint8Array> {
  readonly #viewer: LiveViewer;
  readonly #seat: Seat;
  readonly #log: Logger;
  #ended = false;
  #begun = false;

  constructor(viewer: LiveViewer, seat: Seat, log: Logger) {
    this.#viewer = viewer;
    this.#seat = seat;
    this.#log = log;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { signal } = this.#seat.reader;
    // A client that does not read holds up a write, and no pull would come to notice.
    signal.addEventListener("abort", () => this.#end(controller, signal.reason));
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const pieces = await this.#viewer.next();
      if (this.#ended) return;
      if (pieces === undefined) return this.#end(controller);
      for (const piece of pieces) this.#send(piece, controller);
    } catch (error) {
      this.#end(controller, error);
    }
  }

  #send(piece: LivePiece, controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (this.#ended) return;
    if (piece instanceof Uint8Array) return controller.enqueue(piece);
    // A `video` element cannot begin anew in the middle: it has to ask again.
    if (this.#begun) return this.#end(controller);
    this.#begun = true;
  }

  cancel(): void {
    this.#ended = true;
    this.#seat.leave();
  }

  #end(controller: ReadableStreamDefaultController<Uint8Array>, error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#seat.leave();
    if (error === undefined || error instanceof RegistryClosedError) return controller.close();
    const { name, peer } = this.#seat.reader;
    this.#log.info("viewer was cut", { stream: name, remote: peer.remote, reason: `${error}` });
    controller.error(error);
  }
}
