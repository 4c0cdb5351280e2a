import { Hono } from "hono";
import type { Context, HttpEnv } from "../protocol.ts";
import { mountApi } from "./api.ts";
import { crossOrigin } from "./cors.ts";
import { errorResponse, HttpError, toHttpError } from "./errors.ts";
import { type Hls, mountHls } from "./hls/routes.ts";
import { type Live, mountLive } from "./live.ts";
import { type Assets, mountPages } from "./pages.ts";

/** What the application of one server is made of. */
export interface AppParts {
  readonly context: Context;
  readonly live: Live;
  readonly hls: Hls;
  readonly assets: Assets;
  /** Origins whose pages may use the gateway. */
  readonly cors: string | readonly string[];
  readonly isStopping: () => boolean;
}

/**
 * The application of one server: our own fixed paths, then what other modules have mounted, then the
 * streams, whose names may be almost anything.
 */
export function createApp(
  { context, live, hls, assets, cors, isStopping }: AppParts,
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.use(crossOrigin(cors));
  mountApi(app, context, isStopping);
  mountPages(app, assets);
  app.route("/", context.http);
  mountHls(app, hls);
  mountLive(app, live);
  // A preflight is answered wherever it goes: what there is, the request itself is told.
  app.options("*", (c) => c.body(null, 204));
  app.notFound((c) => {
    const reason = `Cannot ${c.req.method} ${c.req.path}: there is nothing here`;
    return errorResponse(c, new HttpError(404, "not-found", reason));
  });
  app.onError((error, c) => {
    const known = toHttpError(error);
    if (known !== undefined) return errorResponse(c, known);
    context.log.error("a route failed", { path: c.req.path, reason: error.stack ?? `${error}` });
    return errorResponse(c, new HttpError(500, "internal", "The gateway failed to answer"));
  });
  return app;
}
