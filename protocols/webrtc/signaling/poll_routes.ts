/**
 * The HTTP requests of WebRTC's `peerconnection_client`, answered as its `peerconnection_server` does,
 * with these differences:
 *
 * - An id is only good for the address that it was given to. All peers know the ids of all, and in the
 *   original whoever names one passes for it.
 * - Messages are handed on as `text/plain`, whatever they came as: a page that somebody sends to itself
 *   and has others open would be a page of the gateway.
 * - `GET /message` sends nothing, and `/quit` ends nothing: any page on the web can have a browser ask
 *   for them.
 * - A second `/wait` of a peer ends the first, which the original forgets and leaves hanging.
 * - Everything is bounded, and what goes over a bound is told so.
 *
 * @module
 */
import type { Context as HttpContext, Hono } from "hono";
import type { Clock } from "../../../registry/clock.ts";
import { readText } from "../../_http/body.ts";
import { policyQuery } from "../../_http/query.ts";
import { HttpError } from "../../_transport/http_error.ts";
import { formatAddress } from "../../_transport/transport.ts";
import type { HttpEnv } from "../../protocol.ts";
import type { Guests } from "./guests.ts";
import { peerNameOf } from "./names.ts";
import { PollPeer, type Waited } from "./poll_peer.ts";
import type { Origin, PeerEntry } from "./room.ts";

/** Ten times an offer with audio, video and all their codecs. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** Parameters of the query that are ours; the others are for the access policy. */
const OWN_PARAMETERS = /^(?:peer_id|to)(?:=|$)/;

type SignalingContext = HttpContext<HttpEnv>;

export interface PollRoutesParts {
  readonly guests: Guests;
  readonly clock: Clock;
}

/** Mounts `/sign_in`, `/wait`, `/message` and `/sign_out`. */
export function mountPolling(app: Hono<HttpEnv>, { guests, clock }: PollRoutesParts): void {
  mount(app, "GET", "/sign_in", (c) => signIn(c, guests, clock));
  mount(app, "GET", "/wait", async (c) => {
    const peer = peerOf(c, guests);
    return peer === undefined ? goneResponse() : waitResponse(
      peer,
      await peer.wait(c.req.raw.signal),
      guests,
    );
  });
  mount(app, "POST", "/message", (c) => message(c, guests, clock));
  mount(app, "GET", "/sign_out", (c) => {
    const peer = peerOf(c, guests);
    if (peer === undefined) return goneResponse();
    guests.room.leave(peer, "it has signed out");
    return respond("");
  });
}

/**
 * One method alone: HEAD, which Hono and other routes take for GET, would sign in, or take what waits.
 * The original answers OPTIONS with 200.
 */
function mount(
  app: Hono<HttpEnv>,
  method: "GET" | "POST",
  path: string,
  handler: (c: SignalingContext) => Response | Promise<Response>,
): void {
  app.all(path, (c) => {
    if (c.req.method === method) return handler(c);
    if (c.req.method === "OPTIONS") return respond("");
    const reason = `Cannot ${c.req.method} ${path}: only ${method} is allowed`;
    throw new HttpError(405, "method-not-allowed", reason, { allow: `${method}, OPTIONS` });
  });
}

function signIn(c: SignalingContext, guests: Guests, clock: Clock): Response {
  const { host } = c.env.remote;
  const name = peerNameOf(new URL(c.req.url).search.slice(1));
  const peer = guests.enter(host, (id) => {
    const onTimeout = () => guests.room.leave(peer, "it has vanished");
    const peer = new PollPeer({ id, name: name || `peer_${id}`, host, clock, onTimeout });
    return peer;
  });
  const lines = guests.room.entriesFor(peer).map(lineOf).join("");
  return respond(lines, { pragma: peer.id, statusText: "Added" });
}

async function message(c: SignalingContext, guests: Guests, clock: Clock): Promise<Response> {
  const peer = peerOf(c, guests);
  if (peer === undefined) return goneResponse();
  const body = await readText(c, { limit: MAX_MESSAGE_BYTES, clock });
  const to = numberOf(c.req.query("to"));
  // The original says to a peer that talks to itself what it has said.
  if (to === peer.id) return respond(body, { pragma: peer.id });
  const sent = to === undefined ? "unknown-peer" : guests.send(peer, to, body, originOf(c));
  if (sent === "sent") return respond("");
  return sent === "unknown-peer" ? goneResponse() : errorResponse("The peer has too much to read.");
}

function waitResponse(peer: PollPeer, waited: Waited, { room }: Guests): Response {
  switch (waited.type) {
    case "peer":
      return respond(lineOf(waited.entry), { pragma: peer.id });
    case "message":
      return respond(waited.message.body, { pragma: waited.message.from.id });
    case "nothing":
      // The client knows no empty answer. That somebody has left of whom it never heard, it passes over.
      return respond(`-,${room.freeId()},0\n`, { pragma: peer.id });
    case "replaced":
      return errorResponse("Another request waits for this peer.");
    case "broken-off":
      return goneResponse();
    case "left":
      // The original says 200 when it stops, in which its client sees a message of the peer -1.
      return errorResponse(waited.reason);
  }
}

/** The peer that asks, by its id and address. */
function peerOf(c: SignalingContext, { room }: Guests): PollPeer | undefined {
  const id = numberOf(c.req.query("peer_id"));
  const peer = id === undefined ? undefined : room.find(id);
  return peer instanceof PollPeer && peer.host === c.env.remote.host ? peer : undefined;
}

/** What a request says of whoever sends it. */
export function originOf(c: SignalingContext): Origin {
  const url = new URL(c.req.url);
  return {
    remote: formatAddress(c.env.remote),
    query: policyQuery(url.search, OWN_PARAMETERS),
    reachedAt: url.hostname.replace(/^\[(.*)\]$/, "$1"),
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** A comma ends a name here, and only here: what else speaks of names may have them. */
function lineOf({ id, name, isConnected }: PeerEntry): string {
  return `${name.replaceAll(",", "_")},${id},${isConnected ? 1 : 0}\n`;
}

/** The original has this word for all that it cannot do for a peer. */
function goneResponse(): Response {
  return errorResponse("Peer most likely gone.");
}

function errorResponse(reason: string): Response {
  return respond(reason, { status: 500, statusText: "Error" });
}

interface Head {
  readonly status?: number;
  readonly statusText?: string;
  /** The id that the client looks for: its own, or that of the sender. */
  readonly pragma?: number;
}

/** Every answer has the same headers. The client reads none that is not written in their usual case. */
function respond(text: string, { status = 200, statusText = "OK", pragma }: Head = {}): Response {
  const body = new TextEncoder().encode(text);
  const headers = new Headers({
    "server": "PeerConnectionTestServer/0.1",
    "cache-control": "no-cache",
    "connection": "close",
    "content-type": "text/plain",
    "content-length": `${body.byteLength}`,
    "x-content-type-options": "nosniff",
  });
  // Pages of other origins may read this header; one with a name of its own they could not in 2011.
  if (pragma !== undefined) headers.set("pragma", `${pragma}`);
  return new Response(body, { status, statusText, headers });
}
