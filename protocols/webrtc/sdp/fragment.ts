/**
 * Fragments for ICE: `application/trickle-ice-sdpfrag` (RFC 8840), as WHIP sends them in PATCH.
 *
 * @module
 */

// @ts-types="./sdp_transform.d.ts"
import { parse, type SdpAttributes, write } from "sdp-transform";
import { RtcError } from "../errors.ts";
import { ATTRIBUTES_ONLY, type Candidate, parseCandidate, toSdpCandidate } from "./candidate.ts";
import type { IceCredentials } from "./description.ts";
import { MAX_CANDIDATES, MAX_SECTIONS } from "./limits.ts";
import { iceCredentials } from "./parse.ts";

/** As many candidates as are taken have half of it. */
export const MAX_FRAGMENT_LENGTH = 16 * 1024;

export interface IceFragment {
  /** Of which generation of ICE it speaks; a new one restarts it. Absent where that is not said. */
  readonly ice?: IceCredentials;
  /** Those of all sections, which share one transport. */
  readonly candidates: readonly Candidate[];
  readonly endOfCandidates: boolean;
}

/** @throws {RtcError} "invalid-fragment" */
export function parseFragment(text: string): IceFragment {
  if (text.length > MAX_FRAGMENT_LENGTH) {
    throw invalid(`it is longer than ${MAX_FRAGMENT_LENGTH} characters`);
  }
  const session = parse(text);
  if (session.media.length > MAX_SECTIONS) {
    throw invalid(`it has more than ${MAX_SECTIONS} sections`);
  }
  const parts: readonly SdpAttributes[] = [session, ...session.media];
  const ice = parseIce(parts);
  const candidates = parseCandidateLines(text);
  const endOfCandidates = parts.some((part) => part.endOfCandidates !== undefined);
  if (ice === undefined && candidates.length === 0 && !endOfCandidates) {
    throw invalid("it has neither credentials nor candidates");
  }
  return { candidates, endOfCandidates, ...(ice && { ice }) };
}

/** The first of a fragment: some write them for the session, some in a section. */
function parseIce(parts: readonly SdpAttributes[]): IceCredentials | undefined {
  const iceUfrag = parts.find((part) => part.iceUfrag !== undefined)?.iceUfrag;
  const icePwd = parts.find((part) => part.icePwd !== undefined)?.icePwd;
  if (iceUfrag === undefined && icePwd === undefined) return undefined;
  const ice = iceCredentials({ iceUfrag: iceUfrag ?? "", icePwd: icePwd ?? "" });
  if (ice === undefined) throw invalid("ice-ufrag or ice-pwd is missing, too short or too long");
  return ice;
}

/** From the lines themselves: the library does not read the `ufrag` of a candidate. */
function parseCandidateLines(text: string): readonly Candidate[] {
  const lines = new Set(text.split(/[\r\n]+/).filter((line) => /^a=candidate:/.test(line)));
  return [...lines].slice(0, 2 * MAX_CANDIDATES).map(parseCandidate)
    .filter((candidate) => candidate !== undefined)
    .filter(({ component }) => component === 1)
    .slice(0, MAX_CANDIDATES);
}

export interface FragmentParts {
  readonly ice: IceCredentials;
  /** Of the section that carries the transport. */
  readonly mid: string;
  readonly kind: string;
  readonly candidates: readonly Candidate[];
  readonly endOfCandidates: boolean;
}

/** Writes what answers a restart of ICE (RFC 9725 section 4.3.3). */
export function writeFragment(parts: FragmentParts): string {
  const { ice, mid, kind, candidates, endOfCandidates } = parts;
  const media = {
    type: kind,
    // A pseudo section (RFC 8840 section 9.1): its values are not looked at.
    port: 9,
    protocol: "RTP/AVP",
    payloads: "0",
    mid,
    rtp: [],
    fmtp: [],
    candidates: candidates.map(toSdpCandidate),
    ...(endOfCandidates && { endOfCandidates: "end-of-candidates" }),
  };
  const session = {
    iceUfrag: ice.ufrag,
    icePwd: ice.pwd,
    iceOptions: "trickle",
    media: [media],
  };
  return write(session, ATTRIBUTES_ONLY);
}

function invalid(reason: string): RtcError {
  return new RtcError("invalid-fragment", `Cannot parse the ICE fragment: ${reason}`);
}
