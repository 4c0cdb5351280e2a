/**
 * What the original's clients say to one another: JSON for descriptions and candidates, and one word to
 * hang up.
 *
 * @module
 */
import { z } from "zod";

/** Hangs up. */
export const BYE = "BYE";

/** Longer than any candidate (RFC 8839 section 5.1) with its extensions. */
const MAX_CANDIDATE_LENGTH = 1024;

/** Printable, so that nothing else can be smuggled into the fragment that carries it. */
const PRINTABLE = /^[\x20-\x7e]*$/;
const MID = /^[\x21-\x7e]{1,64}$/;

export interface Offer {
  readonly type: "offer";
  readonly sdp: string;
}

/** A candidate that was found after the offer; the empty one ends them. */
export interface TrickledCandidate {
  readonly type: "candidate";
  readonly mid: string;
  readonly candidate: string;
}

export type Signal = Offer | TrickledCandidate | { readonly type: "bye" };

const offer = z.object({ type: z.literal("offer"), sdp: z.string() });
const candidate = z.object({
  sdpMid: z.string().regex(MID),
  candidate: z.string().max(MAX_CANDIDATE_LENGTH).regex(PRINTABLE),
});

/** Reads what a peer sends to a stream; `undefined` for what a stream has no use for. */
export function parseSignal(body: string): Signal | undefined {
  if (body.trim() === BYE) return { type: "bye" };
  const json = parseJson(body);
  const offered = offer.safeParse(json);
  if (offered.success) return offered.data;
  const trickled = candidate.safeParse(json);
  if (!trickled.success) return undefined;
  const { sdpMid, candidate: text } = trickled.data;
  return { type: "candidate", mid: sdpMid, candidate: text };
}

/** `undefined` for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function writeAnswer(sdp: string): string {
  return JSON.stringify({ type: "answer", sdp });
}

/** The fragment (RFC 8840 section 4.4) that adds a candidate to the session that `sdp` has offered. */
export function writeFragment(sdp: string, { mid, candidate }: TrickledCandidate): string {
  const credentials = sdp.match(/^a=ice-(?:ufrag|pwd):\S+/gm)?.slice(0, 2) ?? [];
  const line = candidate === "" ? "a=end-of-candidates" : `a=${candidate.replace(/^a=/, "")}`;
  return [...credentials, "m=audio 9 UDP/TLS/RTP/SAVPF 0", `a=mid:${mid}`, line, ""].join("\r\n");
}

/** Whether the offer only sends: its media, but for what is off, is `sendonly` (RFC 8866 section 6.7). */
export function isSendOnly(sdp: string): boolean {
  const [session = "", ...media] = sdp.split(/^m=/m);
  const ofSession = directionOf(session) ?? "sendrecv";
  const directions = media.filter((section) => !section.startsWith("application"))
    .map((section) => directionOf(section) ?? ofSession)
    .filter((direction) => direction !== "inactive");
  return directions.length > 0 && directions.every((direction) => direction === "sendonly");
}

function directionOf(section: string): string | undefined {
  return section.match(/^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m)?.[1];
}
