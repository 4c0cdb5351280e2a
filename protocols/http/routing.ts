import type { Context as HttpContext, Hono } from "hono";
import { parseStreamName } from "../../registry/names.ts";
import type { HttpEnv } from "../protocol.ts";
import { HttpError } from "./errors.ts";

/** Answers one request, or throws an error that `toHttpError` knows. */
export type HttpHandler = (c: HttpContext<HttpEnv>) => Response | Promise<Response>;

/** Who answers which methods. `get` answers HEAD too; OPTIONS is answered for all of them. */
export interface MethodHandlers {
  readonly get?: HttpHandler;
  /** PUT and POST, which encoders use for the same. */
  readonly put?: HttpHandler;
}

/** Mounts something that can only be read: every method but GET and HEAD is refused with 405. */
export function mountReadable(app: Hono<HttpEnv>, path: string, handler: HttpHandler): void {
  mountMethods(app, path, { get: handler });
}

/** Mounts the methods that a path has; every other one is refused with 405. */
export function mountMethods(
  app: Hono<HttpEnv>,
  path: string,
  { get, put }: MethodHandlers,
): void {
  if (get !== undefined) app.get(path, get);
  if (put !== undefined) app.on(["PUT", "POST"], path, put);
  const allow = [...(get ? ["GET", "HEAD"] : []), ...(put ? ["PUT", "POST"] : []), "OPTIONS"]
    .join(", ");
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

/**
 * The query as the access policy is given it: byte for byte, without what is meant for us.
 *
 * @param search of the URL.
 * @param own matches parameters that are meant for us, up to their `=` or their end.
 */
export function policyQuery(search: string, own: RegExp): string {
  return search.slice(1).split("&").filter((part) => !own.test(part)).join("&");
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    const reason = "Cannot read the path: its percent-encoding is not valid UTF-8";
    throw new HttpError(400, "invalid-path", reason);
  }
}
