import type { Context as HttpContext, Hono } from "hono";
import { parseStreamName } from "../../registry/names.ts";
import { HttpError } from "../_transport/http_error.ts";
import type { HttpEnv } from "../protocol.ts";

/** Answers one request, or throws an error that the application has an answer to. */
export type HttpHandler = (c: HttpContext<HttpEnv>) => Response | Promise<Response>;

/** Who answers which methods. OPTIONS is answered for all of them, with their names. */
export interface MethodHandlers {
  /** GET, and HEAD. */
  readonly get?: HttpHandler;
  /** PUT and POST, which encoders use for the same. */
  readonly put?: HttpHandler;
  readonly post?: HttpHandler;
  readonly patch?: HttpHandler;
  readonly delete?: HttpHandler;
  /** Headers of the answer to OPTIONS, beside `Allow`. */
  readonly options?: Headers;
}

/** Methods by who answers them, in the order in which `Allow` names them. */
const METHODS = {
  get: ["GET", "HEAD"],
  put: ["PUT", "POST"],
  post: ["POST"],
  patch: ["PATCH"],
  delete: ["DELETE"],
} as const;

/** Mounts something that can only be read: every method but GET and HEAD is refused with 405. */
export function mountReadable(app: Hono<HttpEnv>, path: string, handler: HttpHandler): void {
  mountMethods(app, path, { get: handler });
}

/** Mounts the methods that a path has; every other one is refused with 405. */
export function mountMethods(app: Hono<HttpEnv>, path: string, handlers: MethodHandlers): void {
  const allowed: string[] = [];
  for (const key of ["get", "put", "post", "patch", "delete"] as const) {
    const handler = handlers[key];
    if (handler === undefined) continue;
    app.on([...METHODS[key]], path, handler);
    allowed.push(...METHODS[key]);
  }
  const allow = [...allowed, "OPTIONS"].join(", ");
  app.options(path, () => {
    const headers = new Headers(handlers.options);
    headers.set("allow", allow);
    return new Response(null, { status: 204, headers });
  });
  app.all(path, (c) => {
    const reason = `Cannot ${c.req.method} ${c.req.path}: only ${allow} are allowed`;
    throw new HttpError(405, "method-not-allowed", reason, { allow });
  });
}

/**
 * The stream name in the path of `url`, between `prefix` and `suffix`.
 *
 * @throws {HttpError} 400: the path is not UTF-8 in percent-encoding.
 * @throws {InvalidStreamNameError}
 */
export function streamNameOf(url: string, prefix: string, suffix: string): string {
  const path = decodePath(new URL(url).pathname);
  return parseStreamName(path.slice(prefix.length, path.length - suffix.length));
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    const reason = "Cannot read the path: its percent-encoding is not valid UTF-8";
    throw new HttpError(400, "invalid-path", reason);
  }
}
