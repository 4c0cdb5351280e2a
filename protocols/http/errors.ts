import type { Context as HttpContext } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { RegistryError, type RegistryErrorCode } from "../../registry/errors.ts";
import { BitstreamError } from "../../registry/media/errors.ts";
import { HttpError } from "../_transport/http_error.ts";
import type { HttpEnv } from "../protocol.ts";

export { HttpError };

/** What a request is refused with when the registry refuses it. */
export const STATUS_OF_REGISTRY_ERROR: Readonly<Record<RegistryErrorCode, ContentfulStatusCode>> = {
  "invalid-name": 400,
  "reserved-name": 403,
  "name-taken": 409,
  "not-found": 404,
  "access-denied": 403,
  "no-publisher": 404,
  "too-slow": 503,
  "replaced": 409,
  "kicked": 403,
  "packaging-failed": 502,
  "recording-failed": 415,
  "too-many-streams": 503,
  "closed": 503,
};

/** The error as the client is told it; `undefined` for what no client may be told about. */
export function toHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  // A publisher whose parameter sets are damaged: the fault is upstream, neither here nor there.
  if (error instanceof BitstreamError) {
    return new HttpError(502, "damaged-stream", error.message);
  }
  if (!(error instanceof RegistryError)) return undefined;
  return new HttpError(STATUS_OF_REGISTRY_ERROR[error.code], error.code, error.message);
}

/** Answers with `{error, reason}` where the client reads JSON, else with the reason on one line. */
export function errorResponse(c: HttpContext<HttpEnv>, error: HttpError): Response {
  const { status, code, message, headers } = error;
  const all = { ...headers, "cache-control": "no-store", vary: "accept" };
  return readsJson(c)
    ? c.json({ error: code, reason: message }, status, all)
    : c.text(`${message}\n`, status, all);
}

function readsJson(c: HttpContext<HttpEnv>): boolean {
  return c.req.path.startsWith("/api/") ||
    c.req.header("accept")?.includes("application/json") === true;
}
