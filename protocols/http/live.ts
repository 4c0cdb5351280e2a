import type { Context as HttpContext, Hono } from "hono";
import type { Registry } from "../../registry/registry.ts";
import { parseSeconds, parseWait, policyQuery } from "../_http/query.ts";
import { mountMethods, streamNameOf } from "../_http/routing.ts";
import { formatAddress } from "../_transport/transport.ts";
import type { HttpEnv, Logger } from "../protocol.ts";
import { INGEST_CONTAINERS } from "./ingest_containers.ts";
import { liveBody } from "./live_body.ts";
import type { LiveContainer } from "./live_container.ts";
import { sendLive } from "./live_ws.ts";
import { serveIngest } from "./ingest.ts";
import type { Guest, Viewers } from "./viewers.ts";

/** What the live routes of one server share. */
export interface Live {
  readonly registry: Registry;
  readonly viewers: Viewers;
  /** Every form that streams can be had in. */
  readonly containers: readonly LiveContainer[];
  readonly log: Logger;
  /** Milliseconds; see `ReadOptions`. */
  readonly mergeMs: number;
  /** Most seconds that a viewer may ask to wait. */
  readonly waitLimit: number;
}

const HEADERS = {
  "cache-control": "no-store",
  // nginx in front would otherwise collect the stream into its buffers.
  "x-accel-buffering": "no",
} as const;

const OWN_PARAMETERS = /^(?:wait|start)(?:=|$)/;

/** Media of a recording that a WebSocket is sent ahead of time. */
const SOCKET_LEAD_MS = 10_000;

/**
 * Mounts `/NAME.SUFFIX` for every form: GET plays a stream or a recording, PUT and POST publish a stream.
 */
export function mountLive(app: Hono<HttpEnv>, live: Live): void {
  const ingests = new Map(INGEST_CONTAINERS.map((container) => [container.suffix, container]));
  for (const container of live.containers) {
    const ingest = ingests.get(container.suffix);
    mountMethods(app, `/:name{.+\\${container.suffix}}`, {
      get: (c) => serveLive(c, live, container),
      ...(ingest && { put: (c) => serveIngest(c, live, ingest) }),
    });
  }
}

/** A stream as an endless response, a recording as one that ends, or either over a WebSocket. */
async function serveLive(
  c: HttpContext<HttpEnv>,
  live: Live,
  container: LiveContainer,
): Promise<Response> {
  const { seat, open } = await container.welcome(live.viewers, guestOf(c, live, container));
  const { signal } = c.req.raw;
  signal.addEventListener("abort", seat.leave);
  try {
    const viewer = await open();
    if (c.env.upgrade !== undefined) {
      const { socket, response } = c.env.upgrade();
      sendLive(socket, viewer, seat, { clock: live.registry.clock, log: live.log });
      return response;
    }
    const headers = { ...HEADERS, "content-type": container.contentType };
    if (c.req.method !== "HEAD") {
      return new Response(liveBody(viewer, seat, live.log), { headers });
    }
    seat.leave();
    return new Response(null, { headers });
  } catch (error) {
    seat.leave();
    throw error;
  } finally {
    // From here on the body or the socket notices when the client leaves.
    signal.removeEventListener("abort", seat.leave);
  }
}

function guestOf(
  c: HttpContext<HttpEnv>,
  { registry, mergeMs, waitLimit }: Live,
  { suffix }: LiveContainer,
): Guest {
  const { remote, upgrade } = c.env;
  const request = {
    name: streamNameOf(c.req.url, "/", suffix),
    protocol: "http",
    remote: formatAddress(remote),
    query: policyQuery(new URL(c.req.url).search, OWN_PARAMETERS),
  };
  const patienceMs = parseWait(c.req.query("wait"), waitLimit) * 1000;
  const recorded = {
    clock: registry.clock,
    fromMs: parseSeconds("start at", c.req.query("start")) * 1000,
    // A page takes whatever a socket brings, and its memory is not ours to fill.
    leadMs: upgrade === undefined ? Infinity : SOCKET_LEAD_MS,
  };
  return { host: remote.host, request, options: { mergeMs, patienceMs }, recorded };
}
