/**
 * ICE candidates as text: `a=candidate` of RFC 8839 section 5.1, and what browsers trickle.
 *
 * @module
 */

// @ts-types="./sdp_transform.d.ts"
import { parse, type SdpCandidate, write } from "sdp-transform";

export type CandidateType = "host" | "srflx" | "prflx" | "relay";

export interface Candidate {
  readonly foundation: string;
  /** 1 for RTP, and for all there is where RTCP is multiplexed. */
  readonly component: number;
  readonly transport: "udp" | "tcp";
  readonly priority: number;
  /** An IP address, or the name that a browser gives for one (`.local`, RFC 8828). */
  readonly address: string;
  readonly port: number;
  readonly type: CandidateType;
  readonly relatedAddress?: string;
  readonly relatedPort?: number;
  /** Of TCP (RFC 6544). */
  readonly tcpType?: "active" | "passive" | "so";
  /** Tells which ICE generation it is of, where the sender says so. */
  readonly ufrag?: string;
}

/** A real one has about a hundred characters; a host name has at most 253. */
const MAX_CANDIDATE_LENGTH = 1024;

const MAX_COMPONENT = 256;
const MAX_PORT = 0xffff;
const MAX_PRIORITY = 0xffff_ffff;

const TYPES: ReadonlySet<string> = new Set(["host", "srflx", "prflx", "relay"]);
const TCP_TYPES: ReadonlySet<string> = new Set(["active", "passive", "so"]);

/** Longer than the 32 characters of section 5.1, as aiortc's are not but others' might be. */
const FOUNDATION = /^[\x21-\x7e]{1,64}$/;

const ADDRESS = /^[0-9A-Za-z.:%_-]{1,253}$/;

/**
 * Reads `candidate:...`, with or without `a=` before it. Undefined for what is no candidate, or one of
 * a kind that nobody knows: such ones are to be passed over (section 5.1).
 */
export function parseCandidate(text: string): Candidate | undefined {
  if (text.length > MAX_CANDIDATE_LENGTH) return undefined;
  const line = text.trim().replace(/^a=/, "");
  const [parsed] = parse(`a=${line}`).candidates ?? [];
  const candidate = parsed && readCandidate(parsed);
  const ufrag = / ufrag ([\x21-\x7e]+)/.exec(line)?.[1];
  return candidate && { ...candidate, ...(ufrag !== undefined && { ufrag }) };
}

/** What the library has read, if it is a candidate by the rules. */
export function readCandidate(parsed: SdpCandidate): Candidate | undefined {
  const transport = String(parsed.transport).toLowerCase();
  const candidate = {
    foundation: String(parsed.foundation),
    component: Number(parsed.component),
    priority: Number(parsed.priority),
    address: String(parsed.ip),
    port: Number(parsed.port),
  };
  const type = String(parsed.type);
  const isRight = FOUNDATION.test(candidate.foundation) && ADDRESS.test(candidate.address) &&
    inRange(candidate.component, 1, MAX_COMPONENT) && inRange(candidate.port, 0, MAX_PORT) &&
    inRange(candidate.priority, 0, MAX_PRIORITY);
  if (!isRight || !isTransport(transport) || !isType(type)) return undefined;
  return { ...candidate, transport, type, ...related(parsed), ...tcpType(parsed) };
}

function related({ raddr, rport }: SdpCandidate): Partial<Candidate> {
  const relatedAddress = String(raddr ?? "");
  const relatedPort = Number(rport);
  const isRight = ADDRESS.test(relatedAddress) && inRange(relatedPort, 0, MAX_PORT);
  return isRight ? { relatedAddress, relatedPort } : {};
}

function tcpType({ tcptype }: SdpCandidate): Partial<Candidate> {
  const type = String(tcptype ?? "");
  return isTcpType(type) ? { tcpType: type } : {};
}

function inRange(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function isTransport(text: string): text is Candidate["transport"] {
  return text === "udp" || text === "tcp";
}

function isType(text: string): text is CandidateType {
  return TYPES.has(text);
}

function isTcpType(text: string): text is NonNullable<Candidate["tcpType"]> {
  return TCP_TYPES.has(text);
}

/** Writes `candidate:...`, without `a=`, as browsers take it. */
export function writeCandidate(candidate: Candidate): string {
  const { outerOrder } = ATTRIBUTES_ONLY;
  const line = write({ candidates: [toSdpCandidate(candidate)], media: [] }, { outerOrder });
  const { ufrag } = candidate;
  return line.slice("a=".length).trimEnd() + (ufrag === undefined ? "" : ` ufrag ${ufrag}`);
}

/** Leaves out what a session must have but a fragment has not. */
export const ATTRIBUTES_ONLY = { outerOrder: ["a"] } as const;

export function toSdpCandidate(candidate: Candidate): SdpCandidate {
  const { relatedAddress, relatedPort, tcpType } = candidate;
  return {
    foundation: candidate.foundation,
    component: candidate.component,
    transport: candidate.transport,
    priority: candidate.priority,
    ip: candidate.address,
    port: candidate.port,
    type: candidate.type,
    ...(relatedAddress !== undefined && { raddr: relatedAddress, rport: relatedPort ?? 0 }),
    ...(tcpType !== undefined && { tcptype: tcpType }),
  };
}
