import type { Server } from "node:http";
import type { Socket } from "node:net";

const MAX_CONNECTIONS = 10_000;

/**
 * The connections of one server. Deno takes a socket that becomes a WebSocket away from node:http,
 * which counts it for ever after: neither its `maxConnections` nor its `close()` can be relied on.
 */
export class HttpSockets {
  readonly #plain = new Set<Socket>();
  readonly #webSockets = new Set<WebSocket>();
  #onEmpty: (() => void) | undefined;

  constructor(server: Server) {
    server.on("connection", (socket: Socket) => {
      if (this.#count >= MAX_CONNECTIONS) return void socket.destroy();
      this.#plain.add(socket);
      socket.once("close", () => {
        this.#plain.delete(socket);
        this.#checkEmpty();
      });
    });
  }

  get #count(): number {
    return this.#plain.size + this.#webSockets.size;
  }

  /** Counts `socket` as a WebSocket from now on. */
  upgraded(socket: Socket, webSocket: WebSocket): void {
    this.#plain.delete(socket);
    this.#webSockets.add(webSocket);
    webSocket.addEventListener("close", () => {
      this.#webSockets.delete(webSocket);
      this.#checkEmpty();
    });
  }

  #checkEmpty(): void {
    if (this.#count === 0) this.#onEmpty?.();
  }

  /** Resolves when all have closed. */
  async empty(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#onEmpty = resolve);
  }

  /** Ends the connections that are no WebSockets. */
  destroy(): void {
    for (const socket of this.#plain) socket.destroy();
  }
}
