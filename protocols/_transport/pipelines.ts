import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Requests that a client may send ahead of their answers: browsers send none, libraries a few. */
const MAX_PIPELINED = 16;

/**
 * The requests of each connection that wait for their answers. node:http reads on however many there
 * are, so that a client that does nothing but send would fill the memory.
 */
export class Pipelines {
  readonly #waiting = new WeakMap<Socket, number>();

  /** Counts a request, or ends its connection when there are too many: then it gets no answer. */
  admit(socket: Socket, outgoing: ServerResponse): boolean {
    const count = (this.#waiting.get(socket) ?? 0) + 1;
    if (count > MAX_PIPELINED) {
      socket.destroy();
      return false;
    }
    this.#waiting.set(socket, count);
    outgoing.once("close", () => this.#answered(socket));
    return true;
  }

  /** Whether requests of the connection wait for their answers, or for the end of one. */
  isAnswering(socket: Socket): boolean {
    return (this.#waiting.get(socket) ?? 0) > 0;
  }

  #answered(socket: Socket): void {
    this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1);
  }
}
