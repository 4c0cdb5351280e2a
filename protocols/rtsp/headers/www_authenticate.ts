/**
 * The WWW-Authenticate header: RFC 7235 section 4.1, RFC 7617 and RFC 7616.
 *
 * @module
 */
import { parseParameter, quote, splitList } from "./syntax.ts";

export const DIGEST_ALGORITHMS = ["MD5", "SHA-256"] as const;
export type DigestAlgorithm = typeof DIGEST_ALGORITHMS[number];

export interface BasicChallenge {
  readonly scheme: "basic";
  readonly realm: string;
}

export interface DigestChallenge {
  readonly scheme: "digest";
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  /** Whether the server takes `qop=auth`; legacy servers of RFC 2069 do not know it. */
  readonly qop: boolean;
  /** Whether the credentials were right and only the nonce too old. */
  readonly stale: boolean;
  readonly opaque?: string;
}

export type Challenge = BasicChallenge | DigestChallenge;

/** Servers send up to three; each may cost a hash. */
const MAX_CHALLENGES = 16;

interface RawChallenge {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/**
 * Reads the challenges of all WWW-Authenticate fields of a response, in their order. Those that
 * cannot be answered (another scheme or algorithm, `auth-int` alone, no nonce) are left out.
 */
export function parseChallenges(...values: readonly string[]): readonly Challenge[] {
  return values.flatMap(splitChallenges).slice(0, MAX_CHALLENGES)
    .map(readChallenge).filter((challenge) => challenge !== undefined);
}

/** A piece that begins with a word and a space, or is a word, begins a challenge. */
const SCHEME = /^([A-Za-z][A-Za-z0-9-]*)(?:\s+(.*))?$/;

function splitChallenges(value: string): readonly RawChallenge[] {
  const challenges: RawChallenge[] = [];
  for (const piece of splitList(value, ",")) {
    const match = /^[^\s=]+\s*=/.test(piece) ? null : SCHEME.exec(piece);
    if (match !== null) {
      challenges.push({ scheme: (match[1] ?? "").toLowerCase(), parameters: new Map() });
    }
    const rest = match === null ? piece : match[2] ?? "";
    const { name, value: text = "" } = parseParameter(rest);
    if (name !== "") challenges.at(-1)?.parameters.set(name, text);
  }
  return challenges;
}

function readChallenge({ scheme, parameters }: RawChallenge): Challenge | undefined {
  const realm = parameters.get("realm") ?? "";
  if (scheme === "basic") return { scheme, realm };
  const algorithm = findAlgorithm(parameters.get("algorithm"));
  const nonce = parameters.get("nonce");
  const qop = parameters.get("qop");
  const takesAuth = qop?.split(",").some((name) => name.trim().toLowerCase() === "auth") ?? false;
  const opaque = parameters.get("opaque");
  if (scheme !== "digest" || algorithm === undefined || nonce === undefined) return undefined;
  if (qop !== undefined && qop !== "" && !takesAuth) return undefined;
  return {
    scheme,
    realm,
    nonce,
    algorithm,
    qop: takesAuth,
    stale: parameters.get("stale")?.toLowerCase() === "true",
    ...(opaque !== undefined && { opaque }),
  };
}

/** MD5 where a challenge or credentials name none; `undefined` for one that is not known. */
export function findAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined || name === "") return "MD5";
  return DIGEST_ALGORITHMS.find((known) => known === name.toUpperCase());
}

/** Writes one challenge, for a field of its own. */
export function writeChallenge(challenge: Challenge): string {
  if (challenge.scheme === "basic") return `Basic realm=${quote(challenge.realm)}`;
  const { realm, nonce, algorithm, qop, stale, opaque } = challenge;
  return [
    `Digest realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(stale ? ["stale=true"] : []),
    // Clients of RFC 2069 do not know the parameter, and MD5 is its default.
    ...(algorithm === "MD5" ? [] : [`algorithm=${algorithm}`]),
    ...(qop ? ['qop="auth"'] : []),
  ].join(", ");
}
