/**
 * Authentication at the server: which challenges go out, and what is taken as an answer. RFC 7616
 * and RFC 7617, as RFC 2326 section 12.5 and RFC 7826 section 19.1 take them over.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { digestResponse } from "./digest.ts";
import { RtspHeaderError } from "../errors.ts";
import {
  type Authorization,
  type BasicAuthorization,
  type DigestAuthorization,
  parseAuthorization,
} from "../headers/authorization.ts";
import { type DigestAlgorithm, writeChallenge } from "../headers/www_authenticate.ts";
import { makeNonce, nonceTime } from "./nonce.ts";

/** Long enough for a client that sends one request a minute, short for who recorded a request. */
const NONCE_LIFETIME_MS = 5 * 60_000;

export type AuthScheme = DigestAlgorithm | "Basic";

/**
 * In the order of the challenges. Of several Digest challenges FFmpeg and live555 answer the last,
 * and know MD5 only; others take the first that they know.
 */
const SCHEMES: readonly AuthScheme[] = ["SHA-256", "MD5", "Basic"];

/** The password of a user; `undefined` when there is no such user. */
export type CredentialLookup = (user: string) => string | undefined;

export interface DigestAuthorityOptions {
  readonly realm: string;
  /** Random bytes that sign nonces: 32, made once. */
  readonly secret: Uint8Array;
  /** Milliseconds that a nonce may be used again; five minutes where left out. */
  readonly nonceLifetime?: number;
  /** Both kinds of Digest where left out; Basic shows the password to whoever listens. */
  readonly schemes?: readonly AuthScheme[];
}

/** The request that an Authorization header came with. */
export interface AuthRequest {
  readonly method: string;
  /** As on the request line. */
  readonly url: string;
  /** Address of the peer, without the port. */
  readonly peer: string;
  /** The Authorization header; absent when the request has none. */
  readonly authorization: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type AuthResult =
  | { readonly type: "accepted"; readonly user: string }
  /** `stale` when the credentials were right and only the nonce was too old. */
  | { readonly type: "denied"; readonly reason: string; readonly stale: boolean };

/**
 * Makes challenges and checks what answers them. Keeps no state: a nonce carries the time when it was
 * made, and may be used again for its lifetime by the address that it was given to.
 *
 * Deviation: `nc` is not counted, and `qop` is not offered, because RTSP clients reuse a nonce with
 * `nc=00000001`, and live555 and GStreamer know no `qop`. What a client adds of it is checked.
 */
export class DigestAuthority {
  readonly #options: DigestAuthorityOptions;
  readonly #schemes: readonly AuthScheme[];

  constructor(options: DigestAuthorityOptions) {
    const { schemes = ["SHA-256", "MD5"] } = options;
    this.#options = options;
    this.#schemes = SCHEMES.filter((scheme) => schemes.includes(scheme));
  }

  /**
   * Values of WWW-Authenticate, one field each.
   *
   * @param peer address without the port.
   * @param now milliseconds since 1970.
   */
  challenges(peer: string, now: number, stale = false): readonly string[] {
    const { realm, secret } = this.#options;
    const nonce = makeNonce(secret, { realm, peer }, now);
    return this.#schemes.map((scheme) =>
      scheme === "Basic"
        ? writeChallenge({ scheme: "basic", realm })
        : writeChallenge({ scheme: "digest", realm, nonce, algorithm: scheme, qop: false, stale })
    );
  }

  /** Checks the Authorization header of a request. */
  verify(request: AuthRequest, passwordOf: CredentialLookup): AuthResult {
    if (request.authorization === undefined) return denied("no credentials were sent");
    const authorization = readAuthorization(request.authorization);
    if (authorization instanceof RtspHeaderError) return denied(authorization.message);
    return authorization.scheme === "basic"
      ? this.#verifyBasic(authorization, passwordOf)
      : this.#verifyDigest(authorization, request, passwordOf);
  }

  #verifyBasic({ user, password }: BasicAuthorization, passwordOf: CredentialLookup): AuthResult {
    if (!this.#schemes.includes("Basic")) return denied("Basic is not allowed");
    const expected = passwordOf(user);
    const matches = isEqual(password, expected ?? "") && expected !== undefined;
    return matches ? { type: "accepted", user } : denied("user or password is wrong");
  }

  #verifyDigest(
    authorization: DigestAuthorization,
    request: AuthRequest,
    passwordOf: CredentialLookup,
  ): AuthResult {
    const { secret, realm, nonceLifetime = NONCE_LIFETIME_MS } = this.#options;
    const { algorithm, user, nonce, uri } = authorization;
    if (!this.#schemes.includes(algorithm)) return denied(`${algorithm} is not allowed`);
    if (authorization.realm !== realm) return denied("the realm is another");
    if (!covers(uri, request.url)) return denied("the uri is another");
    const time = nonceTime(secret, { realm, peer: request.peer }, nonce);
    const password = passwordOf(user);
    const expected = digestResponse({
      ...authorization,
      password: password ?? "",
      method: request.method,
    });
    const matches = isEqual(authorization.response, expected) && password !== undefined;
    if (!matches) return denied("user or password is wrong");
    const isFresh = time !== undefined && request.now - time <= nonceLifetime;
    return isFresh ? { type: "accepted", user } : denied("the nonce is too old", true);
  }
}

function denied(reason: string, stale = false): AuthResult {
  return { type: "denied", reason, stale };
}

function readAuthorization(value: string): Authorization | RtspHeaderError {
  try {
    return parseAuthorization(value);
  } catch (error) {
    if (error instanceof RtspHeaderError) return error;
    throw error;
  }
}

/**
 * Whether the URL that was signed is that of the request. Deviation: players sign the stream's URL
 * also when they set up a track of it, and differ in the slash at its end.
 */
function covers(signed: string, requested: string): boolean {
  const base = signed.replace(/\/$/, "");
  return requested === base || requested.startsWith(`${base}/`);
}

/** Compares in a time that does not tell where texts differ, nor how long they are. */
function isEqual(a: string, b: string): boolean {
  const hash = (text: string): Uint8Array => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
