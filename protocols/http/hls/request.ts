import { policyQuery } from "../../_http/query.ts";
import { streamNameOf } from "../../_http/routing.ts";
import { HttpError } from "../errors.ts";
import { parseName, type Resource } from "./names.ts";
import type { ReloadRequest } from "./reload.ts";

/** What is fetched beside the resources that playlists name: where a player begins. */
export type Entry = { readonly type: "entry" } | { readonly type: "manifest" };

/** A request as its URL says it. */
export interface HlsRequest {
  readonly name: string;
  readonly resource: Resource | Entry;
  /** The viewer that a multivariant playlist has named. */
  readonly session: string | undefined;
  /** What only playlists tell of segments. */
  readonly key: string | undefined;
  readonly reload: ReloadRequest | undefined;
  readonly isDelta: boolean;
  /** `?wait=` as it stands. */
  readonly wait: string | undefined;
  /** The rest of the query, byte for byte: for the access policy. */
  readonly query: string;
}

const SESSION = /^[0-9a-f]{32}$/;

/** Parameters that are meant for us: those of RFC 8216bis 6.2.5, present and to come, and our own. */
const OWN_PARAMETERS = /^(?:_HLS_[^=]*|session|key|wait)(?:=|$)/;

const ENTRIES: Readonly<Record<string, Entry>> = {
  "index.m3u8": { type: "entry" },
  "manifest.mpd": { type: "manifest" },
};

/**
 * Reads the URL of a request; undefined where its last segment is no name of ours.
 *
 * @throws {HttpError} 400: its path is not UTF-8, or a delivery directive is none.
 * @throws {InvalidStreamNameError}
 */
export function parseRequest(url: string): HlsRequest | undefined {
  const { pathname, search, searchParams } = new URL(url);
  const file = pathname.slice(pathname.lastIndexOf("/") + 1);
  const resource = Object.hasOwn(ENTRIES, file) ? ENTRIES[file] : parseName(file);
  if (resource === undefined) return undefined;
  const session = searchParams.get("session");
  return {
    name: streamNameOf(url, "/", `/${file}`),
    resource,
    session: session !== null && SESSION.test(session) ? session : undefined,
    key: searchParams.get("key") ?? undefined,
    reload: parseReload(searchParams.get("_HLS_msn"), searchParams.get("_HLS_part")),
    isDelta: searchParams.has("_HLS_skip"),
    wait: searchParams.get("wait") ?? undefined,
    query: policyQuery(search, OWN_PARAMETERS),
  };
}

/** RFC 8216bis 6.2.5.2: a part without its segment is an error. */
function parseReload(msn: string | null, part: string | null): ReloadRequest | undefined {
  if (msn === null && part === null) return undefined;
  return {
    msn: parseNumber("_HLS_msn", msn ?? ""),
    ...(part !== null && { part: parseNumber("_HLS_part", part) }),
  };
}

function parseNumber(directive: string, value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  const found = JSON.stringify(value.slice(0, 40));
  throw new HttpError(
    400,
    "invalid-directive",
    `Cannot read ${directive}: expected a number, found ${found}`,
  );
}
