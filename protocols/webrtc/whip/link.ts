import type { IceServer } from "../options.ts";

/**
 * `Link` headers that tell a peer of STUN and TURN servers, one for each URL (RFC 9725 section 4.6,
 * RFC 8288).
 */
export function iceServerLinks(servers: readonly IceServer[]): readonly string[] {
  return servers.flatMap((server) => server.urls.map((url) => linkOf(url, server)));
}

/** Clients read this with patterns: the order of the parameters is that of the examples in the RFC. */
function linkOf(url: string, { username, credential }: IceServer): string {
  const link = `<${url}>; rel="ice-server"`;
  if (username === undefined || credential === undefined) return link;
  const [user, secret] = [quoted(username), quoted(credential)];
  return `${link}; username=${user}; credential=${secret}; credential-type="password"`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
