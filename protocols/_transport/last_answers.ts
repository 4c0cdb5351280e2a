import { type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Pipelines } from "./pipelines.ts";

/** What a client did wrong, by the code of node:http's error, where it is more than a bad request. */
const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * The connections whose answer is said to be their last one (RFC 9112 section 9.6): what else comes in
 * is not read. live555, and so VLC, sends its RTCP there while it plays through a tunnel, and
 * node:http would end the connection over what is no request.
 */
export class LastAnswers {
  readonly #sockets = new WeakSet<Socket>();

  constructor(server: Server, pipelines: Pipelines) {
    server.on("clientError", (error: Error & { readonly code?: string }, socket: Socket) => {
      if (this.#sockets.has(socket)) return;
      // Another answer may be half written.
      if (!socket.writable || pipelines.isAnswering(socket)) return void socket.destroy();
      refuse(socket, STATUS[error.code ?? ""] ?? 400);
    });
  }

  /** The answer that is sent now is the last one of the connection. */
  add(socket: Socket): void {
    this.#sockets.add(socket);
  }
}

function refuse(socket: Socket, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
}
