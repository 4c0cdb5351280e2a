/**
 * The hashes of Digest access authentication: RFC 7616 section 3.4.1, and RFC 2069 without `qop`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { DigestQop } from "../headers/authorization.ts";
import type { DigestAlgorithm } from "../headers/www_authenticate.ts";

const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = { MD5: "md5", "SHA-256": "sha256" };

/** Everything that a response is made of. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly user: string;
  readonly realm: string;
  readonly password: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  readonly qop?: DigestQop;
}

/** The `response` of an Authorization header, in lower-case hexadecimal. */
export function digestResponse(input: DigestInput): string {
  const hash = (...parts: readonly string[]): string =>
    createHash(HASH_NAMES[input.algorithm]).update(parts.join(":")).digest("hex");
  const { user, realm, password, nonce, method, uri, qop } = input;
  const secret = hash(user, realm, password);
  const request = hash(method, uri);
  return qop === undefined
    ? hash(secret, nonce, request)
    : hash(secret, nonce, qop.nc, qop.cnonce, "auth", request);
}
