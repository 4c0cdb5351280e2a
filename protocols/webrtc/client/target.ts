import { ConfigError } from "../../protocol.ts";
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
 *
 * @throws {ConfigError} it is of the other protocol: streams are pulled by WHEP, and pushed by WHIP.
 */
export function parseWhipUrl(url: URL, protocol: "whip" | "whep"): WhipTarget {
  if (!url.href.startsWith(protocol)) {
    const verb = protocol === "whep" ? "pulled" : "pushed";
    throw new ConfigError([], `streams are ${verb} by ${protocol}:// or ${protocol}s:// URLs`);
  }
  const http = new URL(url.href.replace(protocol, "http"));
  const { username, password } = http;
  const isToken = username === "" && password !== "";
  const authorization = isToken ? `Bearer ${decodeUserinfo(password)}` : basicCredentials(http);
  const endpoint = withoutCredentials(http);
  return authorization === undefined ? { endpoint } : { endpoint, authorization };
}
