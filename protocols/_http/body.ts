import type { Context as HttpContext } from "hono";
import type { Clock } from "../../registry/clock.ts";
import { HttpError } from "../_transport/http_error.ts";
import { joinBytes } from "../_transport/join.ts";
import type { HttpEnv } from "../protocol.ts";

/** Time for a whole body: as long as for the first command of other protocols. */
export const BODY_MS = 10_000;

/** How much may come, and whose time it is. */
export interface TextLimits {
  /** Bytes. */
  readonly limit: number;
  readonly clock: Clock;
}

/**
 * Reads a body of text, whole.
 *
 * @throws {HttpError} 400: it is cut short, or no UTF-8; 408: it is late; 413: it is too large. What was
 * not read then ends the connection.
 */
export async function readText(
  c: HttpContext<HttpEnv>,
  { limit, clock }: TextLimits,
): Promise<string> {
  const { body } = c.req.raw;
  if (Number(c.req.header("content-length") ?? 0) > limit) throw tooLarge(c, limit);
  if (body === null) return "";
  const late = Promise.withResolvers<never>();
  const cancel = clock.schedule(BODY_MS, () => {
    const reason = `it has not come whole within ${BODY_MS / 1000} s`;
    late.reject(bodyError(c, 408, "late", reason));
  });
  try {
    const read = readBytes(c, body.getReader(), limit);
    return decode(c, await Promise.race([read, late.promise]));
  } finally {
    cancel();
  }
}

/** A request whose body was not read, or not to its end: what still comes of it is no next request. */
export function bodyError(
  c: HttpContext<HttpEnv>,
  status: HttpError["status"],
  code: string,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): HttpError {
  const message = `Cannot ${c.req.method} ${c.req.path}: ${reason}`;
  return new HttpError(status, code, message, { ...headers, connection: "close" });
}

async function readBytes(
  c: HttpContext<HttpEnv>,
  body: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let size = 0;;) {
    const { value } = await body.read().catch(() => {
      throw bodyError(c, 400, "cut-short", "the connection was lost");
    });
    if (value === undefined) return joinBytes(pieces);
    size += value.byteLength;
    if (size > limit) throw tooLarge(c, limit);
    pieces.push(value);
  }
}

function decode(c: HttpContext<HttpEnv>, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw bodyError(c, 400, "invalid-text", "the body is not UTF-8");
  }
}

function tooLarge(c: HttpContext<HttpEnv>, limit: number): HttpError {
  return bodyError(c, 413, "too-large", `the body is larger than ${limit} bytes`);
}
