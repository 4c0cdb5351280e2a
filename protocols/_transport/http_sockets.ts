import type { Server } from "node:http";
import type { Socket } from "node:net";
import { type Admission, type AdmissionLimits, Admissions } from "./admission.ts";

/**
 * The connections of one server. Deno takes a socket that becomes a WebSocket away from node:http,
 * which counts it for ever after: neither its `maxConnections` nor its `close()` can be relied on.
 */
export class HttpSockets {
  readonly #admissions: Admissions;
  readonly #plain = new Map<Socket, Admission>();
  #onEmpty: (() => void) | undefined;

  constructor(server: Server, limits: AdmissionLimits) {
    this.#admissions = new Admissions(limits);
    server.on("connection", (socket: Socket) => {
      const admission = this.#admissions.admit(socket.remoteAddress ?? "");
      // Without a word: over TLS there is none yet that the peer would understand.
      if (admission.refusal !== undefined) return void socket.destroy();
      this.#plain.set(socket, admission);
      socket.once("close", () => {
        if (this.#plain.delete(socket)) this.#release(admission);
      });
    });
  }

  /** Counts `socket` as a WebSocket from now on. */
  upgraded(socket: Socket, webSocket: WebSocket): void {
    const admission = this.#plain.get(socket);
    this.#plain.delete(socket);
    if (admission === undefined) return;
    webSocket.addEventListener("close", () => this.#release(admission));
  }

  #release(admission: Admission): void {
    admission.release();
    if (this.#admissions.total === 0) this.#onEmpty?.();
  }

  /** Resolves when all have closed. */
  async empty(): Promise<void> {
    if (this.#admissions.total > 0) await new Promise<void>((resolve) => this.#onEmpty = resolve);
  }

  /** Ends the connections that are no WebSockets. */
  destroy(): void {
    for (const socket of this.#plain.keys()) socket.destroy();
  }
}
