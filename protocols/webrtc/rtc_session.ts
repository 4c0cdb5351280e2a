import type { PeerRequest } from "../../registry/registry.ts";

/** What a peer asks for with an offer: to be sent a stream, or to publish one. */
export type RtcAction = "read" | "publish";

export interface RtcOffer {
  readonly action: RtcAction;
  /** Who asks, and for which stream. */
  readonly request: PeerRequest;
  /** Session description as the peer wrote it. */
  readonly sdp: string;
  /** Host by which the peer has reached us, without port: one more candidate where it is an address. */
  readonly reachedAt?: string;
  /** Milliseconds that a reader is ready to wait for a publisher; 0 where it does not say. */
  readonly waitMs?: number;
  /** Aborted when the peer has gone, and nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** Answers offers, whichever way they come: WHIP, WHEP, peer signaling. */
export interface RtcAnswerer {
  /**
   * @throws {RegistryError} the stream is refused.
   * @throws {RtcError} the offer cannot be read or met, with the reason.
   */
  answer(offer: RtcOffer): Promise<RtcSession>;
}

/** One peer that was answered. */
export interface RtcSession {
  /** 128 random bits, hexadecimal: whoever knows it may end the session. */
  readonly id: string;
  /** Session description that answers the offer. */
  readonly answer: string;
  /** Names the ICE credentials in force, for `ETag`; another one after ICE has restarted. */
  readonly generation: string;
  /** Aborted when the session is over, with the reason. */
  readonly signal: AbortSignal;
  /**
   * Takes candidates, or restarts ICE: a fragment as of RFC 8840. Gives our own fragment where ICE was
   * restarted.
   *
   * @throws {RtcError}
   */
  trickle(fragment: string): Promise<string | undefined>;
  close(): void;
}
