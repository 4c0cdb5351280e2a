import { type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { RequestFeeds } from "./request_feed.ts";

/** What a client did wrong, by the code of node:http's error, where it is more than a bad request. */
const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Ends connections on which comes what is no request, with an answer where none is half written. */
export function refuseClientErrors(server: Server, feeds: RequestFeeds): void {
  server.on("clientError", (error: Error & { readonly code?: string }, socket: Socket) => {
    const feed = feeds.of(socket);
    feed?.end();
    if (!socket.writable || feed?.isAnswering) return void socket.destroy();
    const status = STATUS[error.code ?? ""] ?? 400;
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  });
}
