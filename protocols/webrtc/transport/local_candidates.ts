import type { Candidate, CandidateType } from "../sdp/candidate.ts";
import type { Address } from "../../_transport/transport.ts";
import { isIpv6, isLoopback, parseIp } from "./ip.ts";

/** As many as a peer has use for: each one costs it checks. */
const MAX_CANDIDATES = 16;

/** RFC 8445 section 5.1.2.2. */
const TYPE_PREFERENCE: Record<"host" | "srflx" | "relay", number> = {
  host: 126,
  srflx: 100,
  relay: 0,
};
/** Below the 100 of reflexive addresses (RFC 6544 section 4.2). */
const TCP_PREFERENCE = 90;
/** Turns a direction preference of 7, which the first local preference has, into that of the passive side, 4. */
const TCP_PASSIVE = (7 - 4) * 2 ** 13 * 2 ** 8;
const FIRST_LOCAL_PREFERENCE = 65_535;
const COMPONENT = 1;

/** Listened on by those who listen everywhere. */
const ANY_HOSTS: ReadonlySet<string> = new Set(["0.0.0.0", "::", "[::]", ""]);

export interface LocalAddresses {
  readonly listening: Address;
  readonly family: "any" | "ipv4" | "ipv6";
  /** Addresses of this machine. */
  readonly interfaces: readonly string[];
  /** Addresses, or names that peers have to resolve, under which the port is reached from outside. */
  readonly publicHosts: readonly string[];
  /** Host by which the peer has reached us. */
  readonly reachedAt?: string | undefined;
  /** Our address as a STUN server sees it. */
  readonly reflexive?: Address | undefined;
  /** Our address on a TURN server, and what that sees of us. */
  readonly relay?: { readonly relayed: Address; readonly mapped: Address } | undefined;
  /** Whether the port takes TCP connections too. */
  readonly hasTcp?: boolean;
}

/** Where peers may find our port, the nearest way first. */
export function localCandidates(local: LocalAddresses): readonly Candidate[] {
  const { port } = local.listening;
  const hosts = [...new Set([...hostsOf(local), ...local.publicHosts, ...reachedHosts(local)])];
  const told = hosts.slice(0, MAX_CANDIDATES);
  const udp = told.map((host, at) => candidate("host", { host, port }, at));
  const tcp = local.hasTcp ? told.map((host, at) => tcpCandidate({ host, port }, at)) : [];
  return [
    ...udp,
    ...tcp,
    ...reflexive(local, hosts, told.length),
    ...relayed(local, told.length + 1),
  ];
}

function reflexive(local: LocalAddresses, hosts: readonly string[], rank: number): Candidate[] {
  const { listening } = local;
  const seen = local.reflexive ?? local.relay?.mapped;
  if (seen === undefined || hosts.includes(seen.host)) return [];
  return [related(candidate("srflx", seen, rank), listening)];
}

function relayed({ relay }: LocalAddresses, rank: number): Candidate[] {
  return relay === undefined
    ? []
    : [related(candidate("relay", relay.relayed, rank), relay.mapped)];
}

/** What a candidate is another address of (RFC 8839 section 5.1). */
function related(known: Candidate, { host, port }: Address): Candidate {
  return { ...known, relatedAddress: host, relatedPort: port };
}

function candidate(
  type: CandidateType & keyof typeof TYPE_PREFERENCE,
  { host, port }: Address,
  rank: number,
): Candidate {
  const localPreference = FIRST_LOCAL_PREFERENCE - rank;
  const priority = TYPE_PREFERENCE[type] * 2 ** 24 + localPreference * 2 ** 8 + 256 - COMPONENT;
  return {
    foundation: `${rank + 1}`,
    component: COMPONENT,
    transport: "udp",
    priority,
    address: host,
    port,
    type,
  };
}

/** Waits to be connected to; worse than any way over UDP. */
function tcpCandidate(address: Address, rank: number): Candidate {
  const { foundation, priority, ...rest } = candidate("host", address, rank);
  const worse = priority - (TYPE_PREFERENCE.host - TCP_PREFERENCE) * 2 ** 24 - TCP_PASSIVE;
  return {
    ...rest,
    foundation: `t${foundation}`,
    priority: worse,
    transport: "tcp",
    tcpType: "passive",
  };
}

function hostsOf({ listening, family, interfaces, reachedAt = "" }: LocalAddresses): string[] {
  if (!ANY_HOSTS.has(listening.host)) return [listening.host];
  const isNear = isLoopback(reachedAt);
  return interfaces.filter((host) =>
    isOfFamily(host, family) && !isLinkLocal(host) && (isNear || !isLoopback(host))
  );
}

/** The peer's own word for us, where it is an address: right behind any translation of addresses. */
function reachedHosts({ reachedAt = "", family }: LocalAddresses): string[] {
  const host = reachedAt === "localhost" && family !== "ipv6"
    ? "127.0.0.1"
    : reachedAt.replace(/^\[(.*)\]$/, "$1");
  return parseIp(host) !== undefined && isOfFamily(host, family) ? [host] : [];
}

function isOfFamily(host: string, family: LocalAddresses["family"]): boolean {
  return family === "any" || isIpv6(host) === (family === "ipv6");
}

/** Means nothing without the name of an interface, which is the peer's own affair. */
function isLinkLocal(host: string): boolean {
  return /^fe[89ab]/i.test(host);
}
