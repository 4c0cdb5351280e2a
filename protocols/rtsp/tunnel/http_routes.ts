/**
 * RTSP over HTTP on the port of the HTTP module: the same two halves of a tunnel as on the RTSP port,
 * as requests that a web server has read.
 *
 * @module
 */
import type { Context as HttpContext, Hono } from "hono";
import type { Clock } from "../../../registry/clock.ts";
import { type ByteStream, ConnectionStream } from "../../_transport/byte_stream.ts";
import type { Address } from "../../_transport/transport.ts";
import type { HttpEnv } from "../../protocol.ts";
import { ResponseConnection } from "./response_connection.ts";
import { cookieOf, TUNNEL_MEDIA_TYPE } from "./tunnel.ts";
import type { Tunnels, Upstream } from "./tunnels.ts";

export interface HttpRoutesParts {
  readonly tunnels: Tunnels;
  readonly clock: Clock;
  /** Takes the tunnel of a GET, and serves it; `false` when there is no room for it. */
  readonly open: (cookie: string, down: ByteStream, isSecure: boolean) => boolean;
}

/** Takes the requests that open tunnels, under any path; the others go on to their own routes. */
export function mountTunnels(http: Hono<HttpEnv>, parts: HttpRoutesParts): void {
  http.get("*", async (c, next) => {
    const cookie = c.req.header("accept")?.includes(TUNNEL_MEDIA_TYPE) ? cookieIn(c) : undefined;
    return cookie === undefined ? await next() : answerGet(c, cookie, parts);
  });
  http.post("*", async (c, next) => {
    const cookie = cookieIn(c);
    return cookie === undefined ? await next() : await answerPost(c, cookie, parts);
  });
}

function cookieIn(c: HttpContext<HttpEnv>): string | undefined {
  return cookieOf((name) => c.req.header(name));
}

function answerGet(c: HttpContext<HttpEnv>, cookie: string, parts: HttpRoutesParts): Response {
  const url = new URL(c.req.url);
  const down = new ResponseConnection(c.env.remote, localOf(url));
  const stream = new ConnectionStream(down, parts.clock);
  if (!parts.open(cookie, stream, url.protocol === "https:")) return refused();
  return new Response(down.body, {
    headers: {
      "content-type": TUNNEL_MEDIA_TYPE,
      "cache-control": "no-store",
      pragma: "no-cache",
      connection: "close",
    },
  });
}

/** The answer to a POST comes when it has ended: a client that got one would take it for the end. */
async function answerPost(
  c: HttpContext<HttpEnv>,
  cookie: string,
  { tunnels }: HttpRoutesParts,
): Promise<Response> {
  const { body } = c.req.raw;
  if (body === null) return new Response(null, { status: 400 });
  const isTaken = await tunnels.serve(cookie, upstreamOf(body));
  return isTaken ? new Response(null, { headers: { connection: "close" } }) : refused();
}

function upstreamOf(body: ReadableStream<Uint8Array>): Upstream {
  const reader = body.getReader();
  return {
    async read() {
      try {
        return (await reader.read()).value;
      } catch {
        // The client broke off: no more comes.
        return undefined;
      }
    },
    close: () => void reader.cancel().catch(() => {}),
  };
}

function refused(): Response {
  return new Response(null, { status: 503, headers: { connection: "close" } });
}

/** What the client has connected to, in its own words. */
function localOf({ hostname, port, protocol }: URL): Address {
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? protocol === "https:" ? 443 : 80 : Number(port),
  };
}
