import { DigestAuthority } from "./authority.ts";
import { UnauthorizedError } from "../errors.ts";
import type { RtspRequest } from "../message.ts";
import type { RtspOptions } from "../options.ts";

/** Lets requests through that a user of the configuration has signed; all, where there are no users. */
export class AuthGate {
  readonly #users: ReadonlyMap<string, string>;
  readonly #authority: DigestAuthority;

  constructor({ realm, users, basic }: Pick<RtspOptions, "realm" | "users" | "basic">) {
    this.#users = new Map(Object.entries(users));
    this.#authority = new DigestAuthority({
      realm,
      secret: crypto.getRandomValues(new Uint8Array(32)),
      schemes: ["SHA-256", "MD5", ...(basic ? ["Basic" as const] : [])],
    });
  }

  /**
   * Who signed the request; `undefined` where nobody has to.
   *
   * @param peer address of the client, without the port.
   * @param now milliseconds since 1970.
   * @throws {UnauthorizedError} with challenges.
   */
  check({ method, url, headers }: RtspRequest, peer: string, now: number): string | undefined {
    if (this.#users.size === 0) return undefined;
    const authorization = headers.get("Authorization");
    const result = this.#authority.verify(
      { method, url, peer, authorization, now },
      (user) => this.#users.get(user),
    );
    if (result.type === "accepted") return result.user;
    throw new UnauthorizedError(
      result.reason,
      this.#authority.challenges(peer, now, result.stale),
    );
  }
}
