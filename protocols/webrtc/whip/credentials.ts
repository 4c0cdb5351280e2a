import { policyQuery } from "../../_http/query.ts";

/** RFC 6750 section 2.1. */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

const TOKEN = /^token(?:=|$)/;

/**
 * The query as the access policy is given it. A bearer token comes as the `token` that it could have
 * been in the URL, as in all other protocols, and so a policy has one place to look.
 *
 * @param query what followed `?`, without what is meant for us.
 * @param authorization header of the request.
 */
export function queryWithToken(query: string, authorization: string | undefined): string {
  const [, token] = BEARER.exec(authorization ?? "") ?? [];
  if (token === undefined) return query;
  const others = policyQuery(`?${query}`, TOKEN);
  const added = `token=${encodeURIComponent(token)}`;
  return others === "" ? added : `${others}&${added}`;
}
