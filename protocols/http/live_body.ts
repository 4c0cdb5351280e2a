import { RegistryClosedError } from "../../registry/errors.ts";
import { type BodySource, streamOf } from "../_transport/body_source.ts";
import type { Logger } from "../protocol.ts";
import type { LivePiece, LiveViewer } from "./live_container.ts";
import type { Seat } from "./viewers.ts";

/**
 * The endless body of one viewer's response. It reads the stream only as fast as the client takes the
 * body, and leaves the seat when either side ends it.
 */
export function liveBody(viewer: LiveViewer, seat: Seat, log: Logger): ReadableStream<Uint8Array> {
  return streamOf(new LiveBody(viewer, seat, log));
}

class LiveBody implements BodySource {
  readonly #viewer: LiveViewer;
  readonly #seat: Seat;
  readonly #log: Logger;
  readonly #closed = Promise.withResolvers<void>();
  /** What the viewer has given and nobody has read, the next one last. */
  #pieces: LivePiece[] = [];
  #ended = false;
  #begun = false;

  constructor(viewer: LiveViewer, seat: Seat, log: Logger) {
    this.#viewer = viewer;
    this.#seat = seat;
    this.#log = log;
    // Whoever reads is told of a failure; before that, it is nobody's.
    this.#closed.promise.catch(() => {});
    const { signal } = seat.reader;
    // A client that does not read holds up a write, and no read would come to notice.
    signal.addEventListener("abort", () => this.#end(signal.reason));
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async read(): Promise<Uint8Array | undefined> {
    while (!this.#ended) {
      const piece = this.#pieces.pop();
      if (piece === undefined) await this.#refill();
      else if (piece instanceof Uint8Array) return piece;
      // A `video` element cannot begin anew in the middle: it has to ask again.
      else if (this.#begun) this.#end();
      else this.#begun = true;
    }
    await this.#closed.promise;
    return undefined;
  }

  async #refill(): Promise<void> {
    try {
      const pieces = await this.#viewer.next();
      if (pieces === undefined) this.#end();
      else this.#pieces = pieces.toReversed();
    } catch (error) {
      this.#end(error);
    }
  }

  cancel(): Promise<void> {
    if (!this.#ended) this.#finish();
    return Promise.resolve();
  }

  #finish(): void {
    this.#ended = true;
    this.#seat.leave();
    this.#closed.resolve();
  }

  #end(error?: unknown): void {
    if (this.#ended) return;
    if (error === undefined || error instanceof RegistryClosedError) return this.#finish();
    this.#ended = true;
    this.#seat.leave();
    const { name, peer } = this.#seat.reader;
    this.#log.info("viewer was cut", { stream: name, remote: peer.remote, reason: `${error}` });
    this.#closed.reject(error);
  }
}
