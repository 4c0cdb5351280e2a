/**
 * The room for browsers: a WebSocket at `/ws`, one JSON object a message.
 *
 * - `{type: "sign_in", name}` is answered with `{type: "signed_in", id, peers: [{id, name}]}`;
 * - `{type: "message", to, body}` reaches the other as `{type: "message", from, body}`, over HTTP too;
 * - `{type: "peer", id, name, connected}` tells who came and who left;
 * - `{type: "error", reason}` tells what could not be done, with `to` where that was a message.
 *
 * Whoever closes the socket has signed out, and so has one that vanishes: Deno pings, and closes the
 * socket after 30 s without an answer. The query of the URL goes to the access policy with every
 * offer to a stream.
 *
 * @module
 */
import type { Hono } from "hono";
import { z } from "zod";
import type { Cancel, Clock } from "../../../registry/clock.ts";
import { HttpError } from "../../_transport/http_error.ts";
import type { HttpEnv } from "../../protocol.ts";
import type { Guests } from "./guests.ts";
import { cleanPeerName } from "./names.ts";
import { MAX_MESSAGE_BYTES, originOf } from "./poll_routes.ts";
import type { Origin } from "./room.ts";
import { parseJson } from "./signals.ts";
import { CLOSE, sendJson, SocketPeer, type SocketReply } from "./socket_peer.ts";

/** Time for the first message. */
const SIGN_IN_MS = 10_000;

/** A message of the longest body: its JSON escapes may take six characters each. */
const MAX_FRAME_LENGTH = 6 * MAX_MESSAGE_BYTES + 1024;

const request = z.discriminatedUnion("type", [
  z.object({ type: z.literal("sign_in"), name: z.string().default("") }),
  z.object({
    type: z.literal("message"),
    to: z.int(),
    body: z.string().max(MAX_MESSAGE_BYTES),
  }),
]);

export interface SocketRoutesParts {
  readonly guests: Guests;
  readonly clock: Clock;
}

/** Mounts `/ws`. Gives what closes all of its sockets. */
export function mountSockets(app: Hono<HttpEnv>, parts: SocketRoutesParts): () => void {
  const sessions = new Set<SocketSession>();
  let isClosed = false;
  app.get("/ws", (c) => {
    if (c.env.upgrade === undefined) {
      throw new HttpError(426, "no-websocket", "Cannot GET /ws: it is a WebSocket", {
        upgrade: "websocket",
      });
    }
    if (isClosed) throw new HttpError(503, "closed", "Cannot sign in: the gateway stops");
    const { socket, response } = c.env.upgrade();
    const { host } = c.env.remote;
    const session = new SocketSession(socket, { ...parts, host, origin: originOf(c) });
    sessions.add(session);
    session.signal.addEventListener("abort", () => sessions.delete(session), { once: true });
    return response;
  });
  return () => {
    isClosed = true;
    for (const session of [...sessions]) session.close(CLOSE.goingAway, "the gateway stops");
  };
}

interface SessionParts extends SocketRoutesParts {
  readonly host: string;
  readonly origin: Origin;
}

class SocketSession {
  readonly #socket: WebSocket;
  readonly #parts: SessionParts;
  readonly #end = new AbortController();
  readonly #cancelTimeout: Cancel;
  #peer: SocketPeer | undefined;

  constructor(socket: WebSocket, parts: SessionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#cancelTimeout = parts.clock.schedule(
      SIGN_IN_MS,
      () => this.close(CLOSE.policy, "nobody has signed in"),
    );
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = () => this.close(CLOSE.normal, "it has left");
    socket.onerror = () => this.close(CLOSE.normal, "its connection was lost");
  }

  /** Aborted when the session is over. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  #take(data: unknown): void {
    if (this.signal.aborted) return;
    if (typeof data !== "string" || data.length > MAX_FRAME_LENGTH) {
      return this.close(CLOSE.policy, "only text of a limited length is read here");
    }
    const { data: asked, error } = request.safeParse(parseJson(data));
    if (error !== undefined) return this.#reply({ type: "error", reason: reasonOf(error) });
    if (asked.type === "sign_in") this.#signIn(asked.name);
    else this.#send(asked.to, asked.body);
  }

  #signIn(name: string): void {
    const { guests, host } = this.#parts;
    if (this.#peer !== undefined) {
      return this.#reply({ type: "error", reason: "Cannot sign in: that was done" });
    }
    try {
      const clean = cleanPeerName(name);
      const onTooSlow = () => this.close(CLOSE.tryLater, "it takes nothing");
      const peer = guests.enter(
        host,
        (id) => new SocketPeer(id, clean || `peer_${id}`, this.#socket, onTooSlow),
      );
      this.#cancelTimeout();
      this.#peer = peer;
      const peers = guests.room.entriesFor(peer).slice(1).map(({ id, name }) => ({ id, name }));
      peer.send({ type: "signed_in", id: peer.id, peers });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#reply({ type: "error", reason: error.message });
      this.close(CLOSE.tryLater, error.message);
    }
  }

  #send(to: number, body: string): void {
    const { guests, origin } = this.#parts;
    const peer = this.#peer;
    if (peer === undefined) {
      return this.#reply({ type: "error", to, reason: "Cannot send a message: sign in first" });
    }
    const sent = guests.send(peer, to, body, origin);
    if (sent === "sent") return;
    const why = sent === "unknown-peer" ? "there is no such peer" : "the peer has too much to read";
    this.#reply({ type: "error", to, reason: `Cannot send a message: ${why}` });
  }

  #reply(reply: SocketReply): void {
    // One that has not signed in can cause no more than it takes.
    if (this.#peer !== undefined) this.#peer.send(reply);
    else sendJson(this.#socket, reply);
  }

  /** Signs out, and closes the socket. May be called again. */
  close(code: number, reason: string): void {
    if (this.signal.aborted) return;
    this.#end.abort();
    this.#cancelTimeout();
    if (this.#peer !== undefined) this.#parts.guests.room.leave(this.#peer, reason);
    const { readyState } = this.#socket;
    if (readyState === WebSocket.OPEN || readyState === WebSocket.CONNECTING) {
      this.#socket.close(code, reason);
    }
  }
}

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.join(".");
  return `Cannot read the message: ${field ? `${field}: ` : ""}${
    issue?.message ?? "not an object"
  }`;
}
