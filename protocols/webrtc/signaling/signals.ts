/**
 * What the original's clients say to one another: JSON for descriptions and candidates, and one word to
 * hang up.
 *
 * @module
 */
import { z } from "zod";
import { type Candidate, parseCandidate } from "../sdp/candidate.ts";
import { isMediaKind } from "../sdp/codecs.ts";
import type { IceCredentials, RemoteDescription } from "../sdp/description.ts";
import { writeFragment } from "../sdp/fragment.ts";
import { MAX_MID_LENGTH } from "../sdp/limits.ts";

/** Hangs up. */
export const BYE = "BYE";

/** Names of sections, RFC 5888 section 4; nothing else may get into the fragment that carries one. */
const MID = new RegExp(`^[\\x21-\\x7e]{1,${MAX_MID_LENGTH}}$`);

export interface Offer {
  readonly type: "offer";
  readonly sdp: string;
}

/** A candidate that was found after the offer; one without ends them. */
export interface TrickledCandidate {
  readonly type: "candidate";
  readonly mid: string;
  readonly candidate?: Candidate;
}

export type Signal = Offer | TrickledCandidate | { readonly type: "bye" };

const offer = z.object({ type: z.literal("offer"), sdp: z.string() });
const trickle = z.object({
  sdpMid: z.string().regex(MID),
  candidate: z.string(),
});

/** Reads what a peer sends to a stream; `undefined` for what a stream has no use for. */
export function parseSignal(body: string): Signal | undefined {
  if (body.trim() === BYE) return { type: "bye" };
  const json = parseJson(body);
  const offered = offer.safeParse(json);
  if (offered.success) return offered.data;
  const trickled = trickle.safeParse(json);
  return trickled.success ? trickledCandidate(trickled.data) : undefined;
}

function trickledCandidate(
  { sdpMid: mid, candidate: text }: z.infer<typeof trickle>,
): TrickledCandidate | undefined {
  if (text === "") return { type: "candidate", mid };
  const candidate = parseCandidate(text);
  return candidate && { type: "candidate", mid, candidate };
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

/** What adds a candidate to the session whose offer had the credentials `ice`. */
export function fragmentOf({ mid, candidate }: TrickledCandidate, ice: IceCredentials): string {
  const candidates = candidate === undefined ? [] : [candidate];
  const endOfCandidates = candidate === undefined;
  return writeFragment({ ice, mid, kind: "audio", candidates, endOfCandidates });
}

/** Whether an offer only sends: all media of it that is not off. */
export function isSendOnly({ medias }: RemoteDescription): boolean {
  const directions = medias.filter(({ kind, rejected }) => isMediaKind(kind) && !rejected)
    .map(({ direction }) => direction)
    .filter((direction) => direction !== "inactive");
  return directions.length > 0 && directions.every((direction) => direction === "sendonly");
}
