import type { Context as HttpContext } from "hono";
import type { AccessAction } from "../../../registry/access.ts";
import type { Registry } from "../../../registry/registry.ts";
import { policyQuery } from "../../_http/query.ts";
import type { Admissions } from "../../_transport/admission.ts";
import { HttpError } from "../../_transport/http_error.ts";
import { formatAddress } from "../../_transport/transport.ts";
import type { HttpEnv, Logger } from "../../protocol.ts";
import type { MediaDirectory } from "../media_directory.ts";
import { accessNameOf, type MediaPath } from "../media_path.ts";

/** What the routes of one media directory share. */
export interface Site {
  readonly directory: MediaDirectory;
  readonly registry: Registry;
  readonly log: Logger;
  /** Bounds the bodies that are under way, each of which holds an open file and a buffer. */
  readonly transfers: Admissions;
  readonly hasListing: boolean;
  /** Largest upload in bytes; absent where there are none. */
  readonly maxUploadBytes?: number;
}

const OWN_PARAMETERS = /^(?:download|format)(?:=|$)/;

export type FileContext = HttpContext<HttpEnv>;

/**
 * Asks the access policy as any other reader or publisher of the same name would.
 *
 * @throws {RegistryError} access denied.
 */
export async function authorize(
  c: FileContext,
  { registry }: Site,
  action: AccessAction,
  path: MediaPath,
): Promise<void> {
  await registry.authorizePath(action, {
    name: accessNameOf(path),
    protocol: "http",
    remote: formatAddress(c.env.remote),
    query: policyQuery(new URL(c.req.url).search, OWN_PARAMETERS),
  });
}

/**
 * Asks about the path as it was asked for, and about where it really leads: behind a link, or another
 * spelling of the same name, lies a file that has a name of its own.
 *
 * @throws {RegistryError} access denied.
 */
export async function authorizeBoth(
  c: FileContext,
  site: Site,
  action: AccessAction,
  asked: MediaPath,
  real: MediaPath,
): Promise<void> {
  await authorize(c, site, action, asked);
  if (asked.join("/") !== real.join("/")) await authorize(c, site, action, real);
}

/**
 * Takes a place among the transfers. Returns what gives it back, which may be called again.
 *
 * @throws {HttpError} 503: there are too many.
 */
export function takePlace(c: FileContext, { transfers }: Site): () => void {
  const admission = transfers.admit(c.env.remote.host);
  if (admission.refusal === undefined) return () => admission.release();
  const reason = `Cannot ${c.req.method} ${c.req.path}: ${admission.refusal}`;
  throw new HttpError(503, "too-many-transfers", reason, { "retry-after": "5" });
}
