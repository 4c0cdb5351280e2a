/**
 * WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): offers and answers over HTTP.
 *
 * @module
 */
import type { Context as HttpContext, Hono } from "hono";
import type { Clock } from "../../../registry/clock.ts";
import type { PeerRequest } from "../../../registry/registry.ts";
import { bodyError, readText } from "../../_http/body.ts";
import { parseWait, policyQuery } from "../../_http/query.ts";
import { mountMethods, streamNameOf } from "../../_http/routing.ts";
import { HttpError } from "../../_transport/http_error.ts";
import { formatAddress } from "../../_transport/transport.ts";
import type { HttpEnv } from "../../protocol.ts";
import type { IceServer } from "../options.ts";
import type { RtcAction, RtcAnswerer, RtcOffer, RtcSession } from "../rtc_session.ts";
import { queryWithToken } from "./credentials.ts";
import { toAnswer } from "./errors.ts";
import { iceServerLinks } from "./link.ts";
import { evaluateIfMatch } from "./precondition.ts";
import { Resources } from "./resources.ts";

/** What the routes of one server share. */
export interface Whip {
  readonly answerer: RtcAnswerer;
  readonly clock: Clock;
  /** Told to every peer that is answered. */
  readonly iceServers: readonly IceServer[];
  /** Most seconds that `?wait=` may ask for. */
  readonly waitLimit: number;
}

type WhipContext = HttpContext<HttpEnv>;

/** An offer of a browser with all of its codecs has 10 KiB. */
export const MAX_OFFER_BYTES = 64 * 1024;

/** A candidate has 150 bytes, and a machine with many addresses some dozens of them. */
export const MAX_FRAGMENT_BYTES = 16 * 1024;

const SDP_TYPE = "application/sdp";
const FRAGMENT_TYPE = "application/trickle-ice-sdpfrag";

/** Behind the name of the stream, and what an offer asks for there. */
interface Endpoint {
  readonly segment: string;
  readonly action: RtcAction;
}

const ENDPOINTS: readonly Endpoint[] = [
  { segment: "whip", action: "publish" },
  { segment: "whep", action: "read" },
];

const OWN_PARAMETERS = /^wait(?:=|$)/;

/** Mounts `/NAME/whip`, `/NAME/whep`, and the sessions below. The answerer ends what it has begun. */
export function mountWhip(app: Hono<HttpEnv>, whip: Whip): void {
  const resources = new Resources();
  for (const endpoint of ENDPOINTS) {
    const { segment } = endpoint;
    mountMethods(app, `/:path{.+/${segment}}`, {
      get: noContent,
      post: (c) => serveOffer(c, whip, resources, endpoint),
      options: offered(whip.iceServers),
    });
    mountMethods(app, `/:path{.+/${segment}/[0-9a-f]+}`, {
      get: (c) => {
        sessionOf(c, resources, endpoint);
        return noContent();
      },
      patch: (c) => servePatch(c, whip, resources, endpoint),
      delete: (c) => {
        const session = sessionOf(c, resources, endpoint);
        resources.remove(session);
        session.close();
        return new Response(null);
      },
    });
  }
}

/** There is nothing to be seen, which is no error: so says the draft of WHEP. Early ones of WHIP had 405. */
function noContent(): Response {
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
}

/** RFC 9725 section 4.2 and 4.6. Credentials wait for the answer to somebody who was let in. */
function offered(servers: readonly IceServer[]): Headers {
  const headers = new Headers({ "accept-post": SDP_TYPE });
  const open = servers.filter(({ credential }) => credential === undefined);
  for (const link of iceServerLinks(open)) headers.append("link", link);
  return headers;
}

async function serveOffer(
  c: WhipContext,
  whip: Whip,
  resources: Resources,
  { segment, action }: Endpoint,
): Promise<Response> {
  const sdp = await readBody(c, whip, SDP_TYPE, MAX_OFFER_BYTES);
  const request = requestOf(c, segment);
  const session = await answer(whip.answerer, {
    action,
    request,
    sdp,
    reachedAt: new URL(c.req.url).hostname.replace(/^\[(.*)\]$/, "$1"),
    ...(action === "read" && { waitMs: parseWait(c.req.query("wait"), whip.waitLimit) * 1000 }),
    signal: c.req.raw.signal,
  });
  resources.add(request.name, action, session);
  const headers = new Headers({
    "content-type": SDP_TYPE,
    "cache-control": "no-store",
    // Without host, so that it holds behind whatever proxy the offer came through.
    location: `${new URL(c.req.url).pathname}/${session.id}`,
    etag: entityTagOf(session),
    "accept-patch": FRAGMENT_TYPE,
  });
  for (const link of iceServerLinks(whip.iceServers)) headers.append("link", link);
  return new Response(session.answer, { status: 201, headers });
}

function requestOf(c: WhipContext, segment: string): PeerRequest {
  const query = policyQuery(new URL(c.req.url).search, OWN_PARAMETERS);
  return {
    name: streamNameOf(c.req.url, "/", `/${segment}`),
    protocol: "webrtc",
    remote: formatAddress(c.env.remote),
    query: queryWithToken(query, c.req.header("authorization")),
  };
}

/** Gets a session that goes on, and that somebody wants. */
async function answer(answerer: RtcAnswerer, offer: RtcOffer): Promise<RtcSession> {
  try {
    const session = await answerer.answer(offer);
    if (offer.signal?.aborted) session.close();
    session.signal.throwIfAborted();
    return session;
  } catch (error) {
    throw toAnswer(error, offer.request.query !== "");
  }
}

/** Takes candidates, or restarts ICE (RFC 9725 sections 4.3.2 and 4.3.3). */
async function servePatch(
  c: WhipContext,
  whip: Whip,
  resources: Resources,
  endpoint: Endpoint,
): Promise<Response> {
  const fragment = await readBody(c, whip, FRAGMENT_TYPE, MAX_FRAGMENT_BYTES);
  const session = sessionOf(c, resources, endpoint);
  checkPrecondition(c, session);
  const restarted = await trickle(session, fragment);
  if (restarted === undefined) return new Response(null, { status: 204 });
  const headers = { "content-type": FRAGMENT_TYPE, etag: entityTagOf(session) };
  return new Response(restarted, { headers });
}

async function trickle(session: RtcSession, fragment: string): Promise<string | undefined> {
  try {
    return await session.trickle(fragment);
  } catch (error) {
    throw toAnswer(error, true);
  }
}

/** @throws {HttpError} 412, 428 */
function checkPrecondition(c: WhipContext, session: RtcSession): void {
  const precondition = evaluateIfMatch(c.req.header("if-match"), entityTagOf(session));
  if (precondition === "met") return;
  throw precondition === "missing"
    ? refusal(c, 428, "precondition-required", "If-Match is missing")
    : refusal(c, 412, "precondition-failed", "If-Match names another ICE session");
}

/** @throws {HttpError} 404: it has ended, or never was. */
function sessionOf(
  c: WhipContext,
  resources: Resources,
  { segment, action }: Endpoint,
): RtcSession {
  const [id = ""] = c.req.path.split("/").slice(-1);
  const name = streamNameOf(c.req.url, "/", `/${segment}/${id}`);
  const session = resources.find({ name, action, id });
  if (session === undefined) throw refusal(c, 404, "not-found", "there is no such session");
  return session;
}

/** @throws {HttpError} 400, 408, 413, 415 */
async function readBody(
  c: WhipContext,
  { clock }: Whip,
  type: string,
  limit: number,
): Promise<string> {
  const [found = ""] = c.req.header("content-type")?.split(";", 1) ?? [];
  if (found.trim().toLowerCase() !== type) {
    const accept = type === SDP_TYPE ? "accept-post" : "accept-patch";
    throw bodyError(c, 415, "unsupported-type", `expected ${type}`, { [accept]: type });
  }
  const text = await readText(c, { limit, clock });
  if (text.trim() === "") throw refusal(c, 400, "empty-body", "the body is empty");
  return text;
}

function refusal(
  c: WhipContext,
  status: HttpError["status"],
  code: string,
  reason: string,
): HttpError {
  return new HttpError(status, code, `Cannot ${c.req.method} ${c.req.path}: ${reason}`);
}

function entityTagOf({ generation }: RtcSession): string {
  return `"${generation}"`;
}
