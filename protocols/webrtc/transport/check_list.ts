import { formatAddress } from "../../_transport/transport.ts";
import type { Candidate } from "../sdp/candidate.ts";
import { formatIp, isIpv6, parseIp, plainHost } from "./ip.ts";
import { addressKey, type PeerAddress } from "./peer_address.ts";

/** More than any peer has interfaces, relays and families; each one costs checks. */
const MAX_PAIRS = 64;

/** How many pairs a message names. */
const MAX_REPORTED = 8;

/**
 * A way to the peer. All of our own candidates share one socket, so that a pair is told by its remote
 * half, and by whether it goes through our relay.
 */
export interface Pair {
  readonly address: PeerAddress;
  readonly remote: Pick<Candidate, "type" | "priority">;
  state: "waiting" | "in-progress" | "succeeded" | "failed";
  /** Whether the controlling side wants this one. */
  isNominated: boolean;
  checks: number;
  /** What came of it, for people. */
  outcome: string;
}

/** The pairs of one ICE generation, best first (RFC 8445 section 6.1.2). */
export class CheckList {
  readonly #family: "any" | "ipv4" | "ipv6";
  readonly #hasRelay: boolean;
  #pairs: readonly Pair[] = [];
  /** What was told but cannot be tried, for people. */
  readonly #passedOver = new Set<string>();

  /**
   * @param family that of our socket.
   * @param hasRelay whether we have an address on a relay too, which is of IPv4.
   */
  constructor(family: "any" | "ipv4" | "ipv6", hasRelay = false) {
    this.#family = family;
    this.#hasRelay = hasRelay;
  }

  /** Takes what the peer has told; `undefined` for what cannot be checked directly. */
  addCandidate(candidate: Candidate): Pair | undefined {
    const { transport, component, address, port, type } = candidate;
    if (component !== 1 || port === 0) return undefined;
    const obstacle = this.#obstacle(transport, address);
    const pair = obstacle === undefined
      ? this.#add({ host: canonical(address), port }, candidate)
      : undefined;
    if (this.#hasRelay && transport === "udp" && parseIp(address)?.byteLength === 4) {
      this.#add({ host: canonical(address), port, via: "relay" }, candidate);
    }
    if (obstacle === undefined) return pair;
    if (this.#passedOver.size < MAX_REPORTED) {
      this.#passedOver.add(`${formatAddress({ host: address, port })} (${type}): ${obstacle}`);
    }
    return undefined;
  }

  #obstacle(transport: string, address: string): string | undefined {
    // Those of TCP connect to us, and are seen then (RFC 6544 section 4.2): we dial nobody.
    if (transport !== "udp") return "not over UDP";
    // Browsers hide addresses behind mDNS names (RFC 8828); such peers find us, and are seen then.
    if (parseIp(address) === undefined) return "a name";
    if (this.#family === "any" || isIpv6(address) === (this.#family === "ipv6")) return undefined;
    return "of another family than our port";
  }

  /** The pair of an address that the peer has spoken from. */
  addPeerReflexive(address: PeerAddress, priority: number): Pair | undefined {
    return this.find(address) ?? this.#add(address, { type: "prflx", priority });
  }

  #add(address: PeerAddress, remote: Pair["remote"]): Pair | undefined {
    const known = this.find(address);
    if (known !== undefined || !this.#makeRoom()) return known;
    const pair: Pair = {
      address,
      remote,
      state: "waiting",
      isNominated: false,
      checks: 0,
      outcome: "not tried",
    };
    this.#pairs = [...this.#pairs, pair].sort(byPriority);
    return pair;
  }

  /** Peers that move about leave pairs behind, the worst of which is let go of for a new one. */
  #makeRoom(): boolean {
    if (this.#pairs.length < MAX_PAIRS) return true;
    const left = this.#pairs.findLast(({ state }) => state === "failed" || state === "succeeded");
    this.#pairs = this.#pairs.filter((pair) => pair !== left);
    return left !== undefined;
  }

  find(wanted: PeerAddress): Pair | undefined {
    const key = addressKey(wanted);
    return this.#pairs.find(({ address }) => addressKey(address) === key);
  }

  /** The best one in a state. */
  first(state: Pair["state"]): Pair | undefined {
    return this.#pairs.find((pair) => pair.state === state);
  }

  /** What was tried and what came of it. */
  report(): string {
    const tried = this.#pairs.map(({ address, remote, outcome }) =>
      `${addressKey(address)} (${remote.type}): ${outcome}`
    );
    const lines = [...tried, ...this.#passedOver];
    if (lines.length === 0) return "the peer told no candidate and did not come by itself";
    const rest = lines.length - MAX_REPORTED;
    return lines.slice(0, MAX_REPORTED).join("; ") + (rest > 0 ? `; and ${rest} more` : "");
  }
}

/** What goes through our relay comes behind all else: our half has the lowest priority that there is. */
function byPriority(a: Pair, b: Pair): number {
  return Number(a.address.via === "relay") - Number(b.address.via === "relay") ||
    b.remote.priority - a.remote.priority;
}

/** As datagrams tell where they come from. */
function canonical(host: string): string {
  const ip = parseIp(plainHost(host));
  return ip === undefined ? host : formatIp(ip);
}
