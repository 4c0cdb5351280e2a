import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { HttpEnv } from "../protocol.ts";
import { HttpError } from "./errors.ts";

/** Every origin. */
export const ANY_ORIGIN = "*";

/** How long a browser may keep the answer to a preflight: two hours is the most that Chromium does. */
const PREFLIGHT_SECONDS = 7200;

/** All that modules use; a route that does not take one says so itself, with 405. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Lets pages of other origins use the gateway (Fetch standard, section 3.3): says so in every answer.
 * Browsers do not apply that to WebSockets, so those of a foreign origin are refused here.
 */
export function crossOrigin(origins: string | readonly string[]): MiddlewareHandler<HttpEnv> {
  const allowed = typeof origins === "string" ? [origins] : [...origins];
  const isOpen = allowed.includes(ANY_ORIGIN);
  const forRequests = cors({
    origin: isOpen ? ANY_ORIGIN : allowed,
    allowMethods: METHODS,
    exposeHeaders: ["Location", "Link", "ETag", "Accept-Patch"],
    maxAge: PREFLIGHT_SECONDS,
  });
  return async (c, next) => {
    if (c.env.upgrade === undefined) {
      await forRequests(c, next);
      // Hono would answer OPTIONS alone, but routes have more to say: `Allow`, `Link`.
      return c.req.method === "OPTIONS" ? await next() : undefined;
    }
    const origin = c.req.header("origin");
    if (
      isOpen || origin === undefined || allowed.includes(origin) || isSameHost(origin, c.req.url)
    ) {
      return await next();
    }
    throw new HttpError(403, "foreign-origin", `Cannot open a WebSocket: ${origin} is not allowed`);
  };
}

function isSameHost(origin: string, url: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(url).host;
}
