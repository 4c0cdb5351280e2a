/**
 * Peer signaling: peers sign in under a name, are told who else is there, and hand one another their
 * offers, answers and candidates. The protocol is that of WebRTC's `peerconnection_server`
 * (`poll_routes.ts`); browsers may use a WebSocket in the same room (`socket_routes.ts`).
 *
 * Every live stream is a peer too, `stream:live/cam1`. An offer that it is sent is answered with its
 * media, or, if the offer only sends, published under its name. `BYE` ends the call, from both sides.
 *
 * A stream that is not live yet cannot be called. So a peer that wants to publish signs in as
 * `publish:live/cam2`: it finds one more peer in its list, `publish`, with the id 0, and an offer sent
 * there is published as `live/cam2`. That is within reach of the original client, whose name is the
 * user's, and which can call whatever is in its list.
 *
 * @module
 */
import { Hono } from "hono";
import type { Registry } from "../../../registry/registry.ts";
import { HttpError } from "../../_transport/http_error.ts";
import { listenOnFirst } from "../../_transport/listen.ts";
import type { HttpServer, Transport } from "../../_transport/transport.ts";
import type { Endpoint, HttpEnv, Logger } from "../../protocol.ts";
import type { RtcAnswerer } from "../rtc_session.ts";
import { Calls } from "./calls.ts";
import { Guests } from "./guests.ts";
import { mountPolling } from "./poll_routes.ts";
import { Room } from "./room.ts";
import { mountSockets } from "./socket_routes.ts";
import { StreamPeers } from "./stream_peers.ts";

/** Time for the last answers of a port of its own. */
const DRAIN_MS = 1_000;

/** CORS as the original has it. Browsers send no credentials to `*`, whatever the second line says. */
const CROSS_ORIGIN = {
  "access-control-allow-origin": "*",
  "access-control-allow-credentials": "true",
  "access-control-allow-methods": "POST, GET, OPTIONS",
  "access-control-allow-headers": "Content-Type, Content-Length, Connection, Cache-Control",
  "access-control-expose-headers": "Content-Length",
} as const;

export interface SignalingParts {
  readonly registry: Registry;
  /** Answers the offers that streams are sent. */
  readonly answerer: RtcAnswerer;
  readonly log: Logger;
  /** Most peers at a time, beside the streams. */
  readonly maxPeers: number;
}

/** Where to serve signaling beside the application that it is mounted on. */
export interface SignalingListening {
  readonly transport: Transport;
  readonly host: string;
  /** Tried in order. */
  readonly ports: readonly number[];
}

/** One room, on every application and port that it was mounted on. */
export interface Signaling {
  /** How many peers there are, streams not counted. */
  readonly peers: number;
  /** How many calls to streams are under way. */
  readonly calls: number;
  /** Serves the same room on a port of its own, as the original does. @throws {ListenError} */
  listen(listening: SignalingListening): Promise<Endpoint>;
  /** Says goodbye to all peers, ends their calls, and stops serving. */
  close(): Promise<void>;
}

/** Mounts `/sign_in`, `/wait`, `/message`, `/sign_out` and `/ws` on `app`, which sees to CORS itself. */
export function mountSignaling(app: Hono<HttpEnv>, parts: SignalingParts): Signaling {
  const { registry, log, answerer, maxPeers } = parts;
  const room = new Room();
  const guests = new Guests(room, maxPeers);
  const calls = new Calls({ answerer, log });
  const streams = new StreamPeers(room, registry, calls);
  const routes = new Hono<HttpEnv>();
  mountPolling(routes, { guests, clock: registry.clock });
  const closeSockets = mountSockets(routes, { guests, clock: registry.clock });
  app.route("/", routes);
  const servers = new Set<HttpServer>();
  return {
    get peers() {
      return guests.size;
    },
    get calls() {
      return calls.size;
    },
    async listen({ transport, host, ports }) {
      const handler = ownApp(routes, log).fetch;
      const onError = (error: unknown) => log.error("a request failed", { reason: `${error}` });
      const server = await listenOnFirst(
        ports,
        (port) => transport.serveHttp({ host, port, handler, onError }),
      );
      servers.add(server);
      // Not "http": nothing else of the gateway is there.
      return { scheme: "signaling", address: server.address };
    },
    async close() {
      streams.close();
      closeSockets();
      guests.close();
      await Promise.all([...servers].map((server) => server.close(DRAIN_MS)));
    },
  };
}

/** The application of a port that serves nothing else. */
function ownApp(routes: Hono<HttpEnv>, log: Logger): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.use(async (c, next) => {
    await next();
    // CORS is not for WebSockets, whose answer cannot be changed.
    if (c.env.upgrade !== undefined) return;
    for (const [name, value] of Object.entries(CROSS_ORIGIN)) c.res.headers.set(name, value);
  });
  app.route("/", routes);
  app.notFound((c) => c.text("There is nothing here.\n", 404, { connection: "close" }));
  app.onError((error, c) => {
    if (error instanceof HttpError) {
      return c.text(`${error.message}\n`, error.status, { ...error.headers, connection: "close" });
    }
    log.error("a route failed", { path: c.req.path, reason: error.stack ?? `${error}` });
    return c.text("The gateway failed to answer.\n", 500, { connection: "close" });
  });
  return app;
}
