import { basicCredentials, decodeUserinfo, withoutCredentials } from "../../_http/url.ts";

/** An endpoint of WHIP or WHEP, and what to show there. */
export interface WhipTarget {
  /** `http:` or `https:`, without user. */
  readonly endpoint: URL;
  /** `Authorization` for the servers of its origin. */
  readonly authorization?: string;
}

/**
 * Reads a URL such as `whep://host:8080/live/cam1/whep`: that of the HTTP endpoint, with the `http` of
 * its scheme replaced; the query goes along. A password without user is a bearer token
 * (`wheps://:TOKEN@host/`), one with a user is sent as HTTP Basic.
 */
export function parseWhipUrl(url: URL): WhipTarget {
  const http = new URL(url.href.replace(/^wh[ie]p/, "http"));
  const { username, password } = http;
  const isToken = username === "" && password !== "";
  const authorization = isToken ? `Bearer ${decodeUserinfo(password)}` : basicCredentials(http);
  const endpoint = withoutCredentials(http);
  return authorization === undefined ? { endpoint } : { endpoint, authorization };
}
