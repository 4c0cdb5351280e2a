import type { Context as HttpContext, Hono } from "hono";
import type { Clock } from "../../registry/clock.ts";
import { formatAddress } from "../_transport/transport.ts";
import type { HttpEnv, Logger } from "../protocol.ts";
import { HttpError } from "./errors.ts";
import type { FlvEgress } from "./flv_egress.ts";
import { FlvViewer } from "./flv_viewer.ts";
import { liveBody } from "./live_body.ts";
import { sendLive } from "./live_ws.ts";
import { mountReadable, streamNameOf } from "./routing.ts";
import type { Seat, Viewers } from "./viewers.ts";

/** What the live routes of one server share. */
export interface Live {
  readonly viewers: Viewers;
  readonly egress: FlvEgress;
  readonly log: Logger;
  readonly clock: Clock;
  /** Milliseconds; see `ReadOptions`. */
  readonly mergeMs: number;
  /** Most seconds that a viewer may ask to wait. */
  readonly waitLimit: number;
}

const SUFFIX = ".flv";

const HEADERS = {
  "content-type": "video/x-flv",
  "cache-control": "no-store",
  // nginx in front would otherwise collect the stream into its buffers.
  "x-accel-buffering": "no",
} as const;

/** Mounts `GET /NAME.flv`: live FLV as an endless response, or over a WebSocket. */
export function mountLiveFlv(app: Hono<HttpEnv>, live: Live): void {
  mountReadable(app, `/:name{.+\\${SUFFIX}}`, (c) => serveFlv(c, live));
}

async function serveFlv(c: HttpContext<HttpEnv>, live: Live): Promise<Response> {
  const seat = await takeSeat(c, live);
  const { signal } = c.req.raw;
  signal.addEventListener("abort", seat.leave);
  try {
    const viewer = await FlvViewer.open(seat.reader, live.egress);
    if (c.env.upgrade !== undefined) {
      const { socket, response } = c.env.upgrade();
      sendLive(socket, viewer, seat, live);
      return response;
    }
    if (c.req.method !== "HEAD") {
      return new Response(liveBody(viewer, seat, live.log), { headers: HEADERS });
    }
    seat.leave();
    return new Response(null, { headers: HEADERS });
  } catch (error) {
    seat.leave();
    throw error;
  } finally {
    // From here on the body or the socket notices when the client leaves.
    signal.removeEventListener("abort", seat.leave);
  }
}

function takeSeat(c: HttpContext<HttpEnv>, { viewers, mergeMs, waitLimit }: Live): Promise<Seat> {
  const { remote } = c.env;
  const request = {
    name: streamNameOf(c.req.url, "/", SUFFIX),
    protocol: "http",
    remote: formatAddress(remote),
    query: withoutWait(new URL(c.req.url).search),
  };
  const patienceMs = parseWait(c.req.query("wait"), waitLimit) * 1000;
  return viewers.seat(remote.host, request, { mergeMs, patienceMs });
}

/**
 * Seconds that a viewer is ready to wait for a publisher: those of `?wait=`, at most `limit`.
 *
 * @throws {HttpError} 400: it is no number of seconds.
 */
export function parseWait(wait: string | undefined, limit: number): number {
  if (wait === undefined) return 0;
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(wait)) {
    const found = JSON.stringify(wait.slice(0, 40));
    throw new HttpError(400, "invalid-wait", `Cannot wait ${found}: expected a number of seconds`);
  }
  return Math.min(Number(wait), limit);
}

/** The query as the access policy is given it: byte for byte, without what is meant for us. */
function withoutWait(search: string): string {
  return search.slice(1).split("&").filter((part) => !/^wait(=|$)/.test(part)).join("&");
}
