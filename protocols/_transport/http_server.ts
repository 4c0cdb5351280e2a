import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { DEFAULT_ADMISSION_LIMITS } from "./admission.ts";
import { refuseClientErrors } from "./client_errors.ts";
import { ListenError } from "./errors.ts";
import { sendBody } from "./http_body.ts";
import { requestBody } from "./http_request_body.ts";
import { HttpSockets } from "./http_sockets.ts";
import { joinBytes } from "./join.ts";
import { plainEndOf } from "./plain_end.ts";
import { RequestFeeds } from "./request_feed.ts";
import {
  type Address,
  formatAddress,
  type HttpHandler,
  type HttpPeer,
  type HttpServer,
  type ServeHttpOptions,
  type TlsIdentity,
} from "./transport.ts";

// node:http rather than Deno.serve, because Deno.serve has no deadline for a request head and no
// limit of connections: a few thousand clients that send a byte a minute would hold it for ever.

/** The request line and all headers. */
const MAX_HEAD_BYTES = 16 * 1024;
/** Time for the request head, from the connection or the end of the last request. */
const HEAD_TIMEOUT_MS = 10_000;
/** How long an idle connection is kept for another request. */
const KEEP_ALIVE_MS = 10_000;
/** Time for a client that is refused in the middle of a body to notice it. */
const LINGER_MS = 2_000;
/** How often the deadlines above are looked at. */
const CHECK_INTERVAL_MS = 1_000;

/** Listens for HTTP/1.1. @throws {ListenError} */
export async function serveHttp(options: ServeHttpOptions): Promise<HttpServer> {
  const { handler, onError, host, port, tls, limits = DEFAULT_ADMISSION_LIMITS } = options;
  const server = createNodeServer(tls);
  server.headersTimeout = HEAD_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // Bodies may be live media: how long they may take is for the route to say.
  server.requestTimeout = 0;
  const sockets = new HttpSockets(server, limits);
  const feeds = new RequestFeeds(server, tls === undefined ? "connection" : "secureConnection");
  refuseClientErrors(server, feeds);
  server.on("request", (incoming, outgoing) => {
    feeds.of(incoming.socket)?.begin(incoming, outgoing);
    respond(handler, incoming, outgoing, feeds).catch((error) => {
      onError(error);
      fail(outgoing);
    });
  });
  server.on("checkExpectation", (incoming, outgoing) => {
    feeds.of(incoming.socket)?.begin(incoming, outgoing);
    refuse(outgoing, 417, "the gateway does nothing of what is expected");
  });
  server.on("upgrade", (incoming, socket: Socket, head: Uint8Array) => {
    // node:http looks after the connection no more.
    socket.on("error", () => socket.destroy());
    const rest = joinBytes([head, feeds.of(socket)?.release() ?? new Uint8Array(0)]);
    upgrade(handler, incoming, socket, rest, sockets).catch((error) => {
      onError(error);
      socket.destroy();
    });
  });
  await listening(server, host, port);
  return {
    address: addressOf(server, host),
    close: (graceMs) => closeServer(server, sockets, graceMs),
  };
}

function createNodeServer(tls: TlsIdentity | undefined): Server {
  const limits = {
    maxHeaderSize: MAX_HEAD_BYTES,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    noDelay: true,
    // What node:http answers by itself, RequestFeed would not wait for.
    requireHostHeader: false,
  };
  return tls === undefined ? createServer(limits) : createTlsServer({ ...limits, ...tls });
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: Error & { readonly code?: string }) => {
      const reason = error.code === "EADDRINUSE" ? "the port is in use" : error.message;
      reject(new ListenError(host, port, reason));
    });
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      // After this, errors belong to single connections, which end by themselves.
      server.on("error", () => {});
      resolve();
    });
  });
}

function addressOf(server: Server, host: string): Address {
  const address = server.address();
  return typeof address === "object" && address !== null
    ? { host: address.address, port: address.port }
    : { host, port: 0 };
}

async function closeServer(server: Server, sockets: HttpSockets, graceMs: number): Promise<void> {
  server.close();
  server.closeIdleConnections();
  const expired = Promise.withResolvers<void>();
  const timer = setTimeout(expired.resolve, graceMs);
  await Promise.race([sockets.empty(), expired.promise]);
  clearTimeout(timer);
  sockets.destroy();
}

async function respond(
  handler: HttpHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  feeds: RequestFeeds,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  if (incoming.httpVersion === "1.1" && incoming.headers.host === undefined) {
    return refuse(outgoing, 400, "the request has no Host");
  }
  const request = toRequest(incoming, gone.signal);
  if (request === undefined) return refuse(outgoing, 400, "the request target is not a path");
  const response = await handler(request, { remote: remoteOf(incoming.socket) });
  // What else comes is not read (RFC 9112 section 9.6). live555, and so VLC, sends its RTCP there while
  // it plays through a tunnel, and node:http would end the connection over what is no request.
  const isLast = response.headers.get("connection") === "close";
  if (isLast) feeds.of(incoming.socket)?.end();
  const isEarly = isLast && response.status >= 400 && request.body !== null && !incoming.complete;
  if (isEarly) await sendEarly(response, incoming.socket, outgoing);
  else await send(response, outgoing, gone.signal);
}

/**
 * Refuses a request whose body is still under way. Whoever closes at once makes what is under way a
 * reset, with which the client loses the answer too (RFC 9112 section 9.6).
 */
async function sendEarly(
  response: Response,
  socket: Socket,
  outgoing: ServerResponse,
): Promise<void> {
  const bytes = await response.bytes();
  const headers = new Headers(response.headers);
  headers.set("content-length", `${bytes.byteLength}`);
  outgoing.writeHead(response.status, wireHeaders(headers));
  outgoing.write(bytes);
  const noticed = Promise.withResolvers<void>();
  const timer = setTimeout(noticed.resolve, LINGER_MS);
  socket.once("end", noticed.resolve);
  socket.once("close", noticed.resolve);
  await noticed.promise;
  clearTimeout(timer);
  outgoing.end();
}

/** The web request; `undefined` when its target is no path that a URL can hold. */
function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const scheme = isEncrypted(incoming.socket) ? "https" : "http";
  const authority = incoming.headers.host ?? formatAddress(localOf(incoming.socket));
  const target = incoming.url ?? "/";
  if (!target.startsWith("/") || !URL.canParse(target, `${scheme}://${authority}`)) {
    return undefined;
  }
  const method = incoming.method ?? "GET";
  const headers = new Headers();
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] ?? "", incoming.rawHeaders[at + 1] ?? "");
  }
  const body = hasBody(method, incoming.headers) ? requestBody(incoming) : null;
  return new Request(`${scheme}://${authority}${target}`, { method, headers, body, signal });
}

/** Whether a body follows; a stream for one that does not costs more than all else of a request. */
function hasBody(method: string, headers: IncomingMessage["headers"]): boolean {
  if (method === "GET" || method === "HEAD") return false;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
}

async function send(
  response: Response,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  // A body that ends with its connection needs no chunks, which players of tunnels do not read.
  outgoing.useChunkedEncodingByDefault = response.headers.get("connection") !== "close";
  if (response.statusText !== "") outgoing.statusMessage = response.statusText;
  outgoing.writeHead(response.status, wireHeaders(response.headers));
  if (response.body === null || outgoing.req.method === "HEAD") {
    // Without a reader it would go on for as long as the connection is kept.
    response.body?.cancel().catch(() => {});
    return void outgoing.end();
  }
  await sendBody(response.body, outgoing, gone);
}

/**
 * The headers in the case in which they are usually written, though case means nothing (RFC 9110
 * section 5.1): `peerconnection_client` of WebRTC's examples finds no other `Content-Length`.
 */
function wireHeaders(headers: Headers): string[] {
  const written: string[] = [];
  for (const [name, value] of headers) {
    written.push(name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase()), value);
  }
  return written;
}

async function upgrade(
  handler: HttpHandler,
  incoming: IncomingMessage,
  socket: Socket,
  head: Uint8Array,
  sockets: HttpSockets,
): Promise<void> {
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  const request = toRequest(incoming, gone.signal);
  if (request === undefined) return void socket.destroy();
  const plain = isEncrypted(socket) ? await plainEndOf(socket) : undefined;
  let accepted = false;
  const peer: HttpPeer = {
    remote: remoteOf(socket),
    upgrade: () => {
      const carrier = plain?.socket ?? socket;
      stopReading(carrier);
      const upgraded = Deno.upgradeWebSocket(request, { socket: carrier, head });
      accepted = true;
      // A connection over TLS stays one of node:http.
      if (plain === undefined) sockets.upgraded(socket, upgraded.socket);
      else plain.join();
      return upgraded;
    },
  };
  const response = await handler(request, peer);
  if (accepted) return;
  plain?.socket.destroy();
  await sendRaw(response, socket);
}

/**
 * Has `socket` left to whoever takes it over. Deno does so when its answer to the handshake has gone out:
 * what a client had sent by then, on reading that answer, was lost. There is no public way.
 */
function stopReading(socket: Socket): void {
  const { _handle } = socket as Socket & { readonly _handle?: { readStop?(): void } };
  _handle?.readStop?.();
}

function isEncrypted(socket: Socket): boolean {
  return "encrypted" in socket;
}

/** Answers a WebSocket handshake that was not accepted: there is no ServerResponse for one. */
async function sendRaw(response: Response, socket: Socket): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const lines = [`HTTP/1.1 ${response.status} ${response.statusText || "Refused"}`];
  for (const [name, value] of response.headers) lines.push(`${name}: ${value}`);
  lines.push(`content-length: ${body.byteLength}`, "connection: close", "", "");
  socket.write(lines.join("\r\n"));
  socket.end(body);
}

function refuse(outgoing: ServerResponse, status: number, reason: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain", connection: "close" });
  outgoing.end(`${reason}\n`);
}

function fail(outgoing: ServerResponse): void {
  if (outgoing.headersSent) outgoing.destroy();
  else refuse(outgoing, 500, "the gateway failed to answer");
}

function remoteOf(socket: Socket): Address {
  return { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
}

function localOf(socket: Socket): Address {
  return { host: socket.localAddress ?? "localhost", port: socket.localPort ?? 0 };
}
