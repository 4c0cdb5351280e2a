/**
 * Who the client says that it is, request by request.
 *
 * @module
 */
import { answerChallenge } from "../auth/answer.ts";
import { type Challenge, parseChallenges } from "../headers/www_authenticate.ts";
import type { Credentials } from "../url.ts";

/** Signs the requests of one connection, as the challenges of its server ask for. */
export class RequestSigner {
  readonly #credentials: Credentials | undefined;
  #challenges: readonly Challenge[] = [];
  /** Requests that have used the nonce. */
  #count = 0;
  /** Whether the server has taken a signature of this nonce. */
  #isProven = false;

  constructor(credentials: Credentials | undefined) {
    this.#credentials = credentials;
  }

  /** The value of Authorization; `undefined` as long as the server asked for none. */
  sign(method: string, uri: string): string | undefined {
    if (this.#credentials === undefined || this.#challenges.length === 0) return undefined;
    const cnonce = crypto.getRandomValues(new Uint8Array(8)).toHex();
    const nonceCount = ++this.#count;
    return answerChallenge(this.#challenges, {
      ...this.#credentials,
      method,
      uri,
      cnonce,
      nonceCount,
    });
  }

  /** A request was not answered with 401. */
  accepted(): void {
    this.#isProven = this.#count > 0;
  }

  /**
   * Takes the challenges of a 401, and tells whether the request is worth another try: not where the
   * password is wrong, since cameras lock out who tries it too often. A nonce that has worked has only
   * grown old, whether the server says `stale` or, as most cameras, does not.
   */
  challenged(values: readonly string[]): boolean {
    const challenges = parseChallenges(...values);
    const wasSigned = this.#count > 0;
    const isStale = challenges.some((challenge) =>
      challenge.scheme === "digest" && challenge.stale
    );
    if (this.#credentials === undefined || challenges.length === 0) return false;
    if (wasSigned && !this.#isProven && !isStale) return false;
    this.#challenges = challenges;
    this.#count = 0;
    this.#isProven = false;
    return true;
  }
}
