import type { Hono } from "hono";
import { StreamNotFoundError } from "../../registry/errors.ts";
import { snapshotStream } from "../../registry/snapshot.ts";
import type { Context, HttpEnv } from "../protocol.ts";
import { mountReadable, streamNameOf } from "../_http/routing.ts";

const STREAMS = "/api/v1/streams";

const HEADERS = { "cache-control": "no-store" } as const;

/** Mounts what programs ask: the streams, one stream, the addresses, and whether all is well. */
export function mountApi(
  app: Hono<HttpEnv>,
  { registry, endpoints }: Context,
  isStopping: () => boolean,
): void {
  mountReadable(app, STREAMS, (c) => c.json(registry.snapshot(), 200, HEADERS));
  mountReadable(app, `${STREAMS}/:name{.+}`, (c) => {
    const name = streamNameOf(c.req.url, `${STREAMS}/`, "");
    const stream = registry.get(name);
    if (stream === undefined) throw new StreamNotFoundError(name);
    return c.json(snapshotStream(stream), 200, HEADERS);
  });
  mountReadable(app, "/api/v1/endpoints", (c) => {
    const list = endpoints().map(({ scheme, address }) => ({ scheme, ...address }));
    return c.json(list, 200, HEADERS);
  });
  mountReadable(
    app,
    "/healthz",
    (c) =>
      isStopping()
        ? c.json({ status: "stopping" }, 503, HEADERS)
        : c.json({ status: "ok" }, 200, HEADERS),
  );
}
