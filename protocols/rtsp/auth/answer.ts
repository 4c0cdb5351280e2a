/**
 * Authentication at the client: the answer to a server's challenges.
 *
 * @module
 */
import { digestResponse } from "./digest.ts";
import { writeAuthorization } from "../headers/authorization.ts";
import type { Challenge, DigestChallenge } from "../headers/www_authenticate.ts";
import type { Credentials } from "../url.ts";

/** A request that is to be authorized. */
export interface SignedRequest extends Credentials {
  readonly method: string;
  /** As on the request line. */
  readonly uri: string;
  /** Random text, of which a server that knows `qop` gets to see a hash. */
  readonly cnonce: string;
  /** How many requests have used the server's nonce, this one included; 1 where left out. */
  readonly nonceCount?: number;
}

/**
 * The value of an Authorization header for the strongest of the challenges: Digest with SHA-256,
 * Digest with MD5, Basic; `undefined` when there is none to answer.
 */
export function answerChallenge(
  challenges: readonly Challenge[],
  request: SignedRequest,
): string | undefined {
  const [strongest] = [...challenges].sort((a, b) => strength(b) - strength(a));
  if (strongest === undefined) return undefined;
  const { user, password } = request;
  return strongest.scheme === "basic"
    ? writeAuthorization({ scheme: "basic", user, password })
    : signDigest(strongest, request);
}

function strength(challenge: Challenge): number {
  if (challenge.scheme === "basic") return 0;
  return challenge.algorithm === "SHA-256" ? 2 : 1;
}

function signDigest(challenge: DigestChallenge, request: SignedRequest): string {
  const { realm, nonce, algorithm, opaque } = challenge;
  const { user, password, method, uri, cnonce, nonceCount = 1 } = request;
  const nc = nonceCount.toString(16).padStart(8, "0");
  const fields = {
    user,
    realm,
    nonce,
    uri,
    algorithm,
    ...(challenge.qop && { qop: { nc, cnonce } }),
  };
  return writeAuthorization({
    scheme: "digest",
    ...fields,
    response: digestResponse({ ...fields, password, method }),
    ...(opaque !== undefined && { opaque }),
  });
}
