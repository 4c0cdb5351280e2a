import type { IncomingMessage } from "node:http";

/**
 * The body of a request, read as fast as it is taken. It fails when the connection ends before it.
 *
 * A client that closes its connection behind a whole body, as ffmpeg does, has node:http destroy the
 * request with what was not read yet; `Readable.toWeb` would lose that.
 */
export function requestBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream(new RequestBody(incoming));
}

class RequestBody implements UnderlyingDefaultSource<Uint8Array> {
  readonly #incoming: IncomingMessage;
  #ended = false;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
    incoming.pause();
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const incoming = this.#incoming;
    incoming.on("data", (bytes: Uint8Array) => {
      if (this.#ended) return;
      enqueue(controller, bytes);
      if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
    });
    incoming.once("end", () => this.#end(controller));
    incoming.once("close", () => this.#end(controller));
    // What it tells, "close" tells too.
    incoming.on("error", () => {});
  }

  pull(): void {
    this.#incoming.resume();
  }

  cancel(): void {
    this.#ended = true;
    this.#incoming.destroy();
  }

  #end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#incoming.complete) {
      return controller.error(new Error("Cannot read the body: the connection was lost"));
    }
    for (let rest = this.#read(); rest !== null; rest = this.#read()) enqueue(controller, rest);
    controller.close();
  }

  #read(): Uint8Array | null {
    return this.#incoming.read();
  }
}

/** As a plain array: what else a Buffer can do is nobody's business. */
function enqueue(
  controller: ReadableStreamDefaultController<Uint8Array>,
  { buffer, byteOffset, byteLength }: Uint8Array,
): void {
  controller.enqueue(new Uint8Array(buffer, byteOffset, byteLength));
}
