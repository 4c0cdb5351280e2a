import type { TrackState } from "../../_ingest/rtp/track_ingest.ts";

/** A request that no key picture has followed for this long is repeated: either may be lost. */
export const KEY_RETRY_MS = 500;

/** What a new source has to send its first key picture by itself. */
export const FIRST_KEY_MS = 200;

/**
 * Longest time between two key pictures of who makes them on demand only, as browsers do. Viewers begin at
 * one, and segments of HLS do: over FLV a viewer is as late as the last one is old.
 */
export const KEY_INTERVAL_MS = 2000;

/** Decides when to ask the sender of a track for a key picture. */
export class KeyTimer {
  readonly #intervalMs: number;
  #isWanted = false;
  #keyUnits = 0;
  #requests = 0;
  #keyMs: number | undefined;
  #askedMs = -Infinity;

  /** @param intervalMs longest time between two key pictures. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Counts requests modulo 256; one that is repeated keeps its number (RFC 5104 section 4.3.1.1). */
  get number(): number {
    return this.#requests;
  }

  /** Somebody needs a key picture. */
  want(): void {
    this.#isWanted = true;
  }

  /** Whether to ask now; if so, it is taken for done. */
  isDue(track: Pick<TrackState, "ssrc" | "awaitsKey" | "keyUnits">, nowMs: number): boolean {
    if (track.ssrc === undefined) return false;
    if (this.#keyMs === undefined) this.#start(nowMs);
    if (track.keyUnits !== this.#keyUnits) this.#takeKey(track.keyUnits, nowMs);
    const isLate = nowMs - (this.#keyMs ?? nowMs) >= this.#intervalMs;
    const isNeeded = this.#isWanted || track.awaitsKey || isLate;
    if (!isNeeded || nowMs - this.#askedMs < KEY_RETRY_MS) return false;
    this.#askedMs = nowMs;
    return true;
  }

  #start(nowMs: number): void {
    this.#keyMs = nowMs;
    this.#askedMs = nowMs + FIRST_KEY_MS - KEY_RETRY_MS;
  }

  #takeKey(keyUnits: number, nowMs: number): void {
    this.#keyUnits = keyUnits;
    this.#keyMs = nowMs;
    this.#isWanted = false;
    this.#requests = (this.#requests + 1) & 0xff;
  }
}
