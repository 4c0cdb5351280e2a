/**
 * What URLs of sources and of push targets say: where, and by which transport.
 *
 * @module
 */
import { RtspUrlError } from "../errors.ts";
import { parseRtspUrl, type RtspEndpoint } from "../url.ts";

/** How packets can be asked for; `http` is the connection itself, tunnelled through HTTP. */
export const RELAY_TRANSPORTS = ["udp", "tcp", "http", "multicast"] as const;
export type RelayTransport = typeof RELAY_TRANSPORTS[number];

/** A server, and the transport that its URL asks for. */
export interface RelayTarget {
  readonly endpoint: RtspEndpoint;
  /** Absent where it is to be found out. */
  readonly transport?: RelayTransport;
}

/**
 * Reads a URL such as `rtsp://user:password@camera/stream#tcp`. The fragment, which no server gets to
 * see, is the transport: `udp`, `tcp`, `http` or `multicast`. `rtsps:` means `tcp` by itself.
 *
 * @throws {RtspUrlError}
 */
export function parseRelayUrl(url: URL): RelayTarget {
  const endpoint = parseRtspUrl(url);
  const name = url.hash.slice(1);
  if (name === "") return targetOf(endpoint);
  const transport = RELAY_TRANSPORTS.find((known) => known === name);
  if (transport === undefined) {
    const names = RELAY_TRANSPORTS.join(", ");
    throw new RtspUrlError(`the transport is ${name}, expected one of ${names}`, "fragment");
  }
  return targetOf(endpoint, transport);
}

function targetOf(
  endpoint: RtspEndpoint,
  transport: RelayTransport | undefined = endpoint.tls ? "tcp" : undefined,
): RelayTarget {
  if (endpoint.tls && (transport === "udp" || transport === "multicast")) {
    throw new RtspUrlError(`rtsps: cannot have ${transport}, which is not encrypted`, "fragment");
  }
  return { endpoint, ...(transport && { transport }) };
}

/**
 * Where a server sends the client on to. The user's password goes along to the same host only, and never
 * from an encrypted connection to one that is not.
 *
 * @param location as written; empty for the same place again.
 * @throws {RtspUrlError}
 */
export function redirectedTarget(from: RelayTarget, location: string): RelayTarget {
  const base = from.endpoint;
  const endpoint = parseRtspUrl(resolve(location, base.url));
  const isTrusted = endpoint.host === base.host && (endpoint.tls || !base.tls);
  const credentials = endpoint.credentials ?? (isTrusted ? base.credentials : undefined);
  return targetOf({ ...endpoint, ...(credentials && { credentials }) }, from.transport);
}

function resolve(location: string, base: string): URL {
  try {
    return new URL(location, base);
  } catch {
    throw new RtspUrlError(`the server names ${JSON.stringify(location.slice(0, 80))}`, "host");
  }
}
