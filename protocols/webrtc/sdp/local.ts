import type { Candidate } from "./candidate.ts";
import type { Fingerprint, IceCredentials, Setup } from "./description.ts";

/** Our side of the path that all sections share. */
export interface LocalTransport {
  readonly ice: IceCredentials;
  readonly fingerprint: Fingerprint;
  /** "actpass" in an offer; in an answer the role that is left. */
  readonly setup: Setup;
  readonly candidates: readonly Candidate[];
  /** Whether these are all. */
  readonly endOfCandidates: boolean;
}

/** What `o=` says of a session (RFC 8866 section 5.2). */
export interface Origin {
  /** Digits, up to 63 bits of them. */
  readonly sessionId: string;
  /** Grows with each description of the session. */
  readonly version: number;
}

/** Of a session that begins: an id of 62 random bits, so that any reader's integers have room. */
export function newOrigin(): Origin {
  const [bits = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return { sessionId: `${bits >> 2n}`, version: 1 };
}

/** A number for a source of ours (RFC 3550 section 8). */
export function newSsrc(): number {
  const [ssrc = 0] = crypto.getRandomValues(new Uint32Array(1));
  return ssrc;
}
