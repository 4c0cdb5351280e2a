import { randomBytes, randomInt } from "node:crypto";
import type { Cancel, Clock } from "../../../registry/clock.ts";
import type { Candidate } from "../sdp/candidate.ts";
import type { IceCredentials } from "../sdp/description.ts";
import { CheckList, type Pair } from "./check_list.ts";
import { addressKey, type PeerAddress } from "./peer_address.ts";
import { type StunFields, type StunMessage, writeStun } from "./stun.ts";

/** Between first checks of pairs (Ta of RFC 8445 section 14.2, which allows 5 and more). */
const PACE_MS = 20;
/** Waited for an answer at first, and at most (RFC 8489 section 6.2.1, but more eager on later tries). */
const FIRST_RTO_MS = 250;
const LAST_RTO_MS = 1_000;
const MAX_CHECKS = 8;
/** A peer whose request shows that the way is open is asked again, but not more often than this. */
const TRIGGER_MS = 40;

/** From the remote parameters to a nominated pair; peers that trickle take their time. */
const CONNECT_LIMIT_MS = 15_000;

/** Consent is asked for this often at most and at least (RFC 7675 section 5.1). */
const MAX_CONSENT_MS = 5_000;
const MIN_CONSENT_MS = 500;
/** So that a lost check or two end nothing. */
const CONSENT_CHECKS = 6;

/** Requests that came before the description of the peer. */
const MAX_EARLY = 16;

const ROLE_CONFLICT = 487;

/** Type preference 110: what a peer sees of us is of no better kind (RFC 8445 section 5.1.2.1). */
const PEER_REFLEXIVE_PRIORITY = ((110 << 24) | (65_535 << 8) | 255) >>> 0;

export type IceRole = "controlled" | "controlling";

export interface IceAgentOptions {
  readonly role: IceRole;
  readonly clock: Clock;
  readonly family: "any" | "ipv4" | "ipv6";
  /** Whether the peer may be reached by a relay of ours too. */
  readonly hasRelay?: boolean;
  /** First four bytes of our transaction ids: by them answers find their way here. */
  readonly transactionPrefix: number;
  /** Without consent for so long, the path is over. */
  readonly silentMs: number;
  readonly send: (bytes: Uint8Array, to: PeerAddress) => void;
  /** The peer has shown that it is at `address`. */
  readonly onSeen: (address: PeerAddress) => void;
  /** There is a path, or another one than before. */
  readonly onPath: (address: PeerAddress) => void;
  /** Called once at most. */
  readonly onFailed: (reason: string) => void;
}

interface Check {
  readonly pair: Pair;
  readonly bytes: Uint8Array;
  readonly useCandidate: boolean;
  sentAt: number;
  cancel: Cancel;
}

interface Early {
  readonly from: PeerAddress;
  readonly priority: number;
  readonly useCandidate: boolean;
}

/** A full ICE agent for one component (RFC 8445), with consent (RFC 7675). Sends nothing but checks. */
export class IceAgent {
  readonly #options: IceAgentOptions;
  readonly #tieBreaker = randomBytes(8).readBigUInt64BE();
  #role: IceRole;
  #local: IceCredentials = createCredentials();
  /** Of the generation before: its checks are still answered. */
  #previous: IceCredentials | undefined;
  #remote: IceCredentials | undefined;
  #pairs: CheckList;
  #early: Early[] = [];
  readonly #checks = new Map<string, Check>();
  #consentIds = new Set<string>();
  #consentAt = 0;
  #path: Pair | undefined;
  #isNominating = false;
  #isSettled = false;
  #isOver = false;
  #cancelPace: Cancel | undefined;
  #cancelLimit: Cancel = () => {};
  #cancelConsent: Cancel = () => {};

  constructor(options: IceAgentOptions) {
    this.#options = options;
    this.#role = options.role;
    this.#pairs = new CheckList(options.family, options.hasRelay);
  }

  get local(): IceCredentials {
    return this.#local;
  }

  /** Fragments by which requests to us are told, the present one first. */
  get ufrags(): readonly string[] {
    return [this.#local, this.#previous].flatMap((known) => known?.ufrag ?? []);
  }

  /** Where to send to: the nominated pair, or before that any that works. */
  get path(): PeerAddress | undefined {
    return this.#path?.address;
  }

  /**
   * Begins to check. Candidates may come before and after.
   *
   * @param isLite whether the peer only answers, so that we have to control (RFC 8445 section 6.1.1).
   */
  start(remote: IceCredentials, isLite: boolean): void {
    if (this.#isOver) return;
    this.#remote = remote;
    if (isLite) this.#role = "controlling";
    this.#cancelLimit();
    this.#cancelLimit = this.#options.clock.schedule(CONNECT_LIMIT_MS, () => {
      this.#fail(`no candidate pair works: ${this.#pairs.report()}`);
    });
    const early = this.#early;
    this.#early = [];
    for (const request of early) this.#trigger(request);
    this.#pace();
  }

  addCandidate(candidate: Candidate): void {
    if (this.#isOver) return;
    this.#pairs.addCandidate(candidate);
    this.#pace();
  }

  /** Starts over under new credentials; what goes on goes over the old path until there is a new one. */
  restart(): void {
    this.#dropChecks();
    this.#cancelConsent();
    this.#previous = this.#local;
    this.#local = createCredentials();
    this.#remote = undefined;
    this.#pairs = new CheckList(this.#options.family, this.#options.hasRelay);
    this.#early = [];
    this.#isNominating = false;
    this.#isSettled = false;
  }

  close(): void {
    this.#isOver = true;
    this.#dropChecks();
    this.#cancelLimit();
    this.#cancelConsent();
  }

  #fail(reason: string): void {
    this.close();
    this.#options.onFailed(reason);
  }

  #dropChecks(): void {
    for (const check of this.#checks.values()) check.cancel();
    this.#checks.clear();
    this.#consentIds.clear();
    this.#cancelPace?.();
    this.#cancelPace = undefined;
  }

  /** @returns whether the message is from the peer: whether it knows a password. */
  receive(message: StunMessage, from: PeerAddress): boolean {
    if (this.#isOver) return false;
    if (message.class === "request") return this.#receiveRequest(message, from);
    return message.class !== "indication" && this.#receiveAnswer(message, from);
  }

  #receiveRequest(message: StunMessage, from: PeerAddress): boolean {
    const ufrag = message.username?.split(":")[0];
    const local = [this.#local, this.#previous].find((known) => known?.ufrag === ufrag);
    if (local === undefined || !message.isSignedWith(local.pwd)) return false;
    const { transactionId } = message;
    if (this.#isConflicting(message)) {
      this.#send({ class: "error", transactionId, errorCode: ROLE_CONFLICT }, local.pwd, from);
      return true;
    }
    this.#send({ class: "response", transactionId, mappedAddress: from }, local.pwd, from);
    this.#options.onSeen(from);
    if (local === this.#local) {
      const { priority = 0, useCandidate = false } = message;
      this.#trigger({ from, priority, useCandidate });
    }
    return true;
  }

  /**
   * Whether both sides have the same role and this one keeps it: the larger tie-breaker controls
   * (RFC 8445 section 7.3.1.1).
   */
  #isConflicting({ controlling, controlled }: StunMessage): boolean {
    if (this.#role === "controlling" && controlling !== undefined) {
      if (this.#tieBreaker >= controlling) return true;
      this.#role = "controlled";
    } else if (this.#role === "controlled" && controlled !== undefined) {
      if (this.#tieBreaker < controlled) return true;
      this.#role = "controlling";
    }
    return false;
  }

  /** What a request of the peer brings about (RFC 8445 section 7.3.1.4). */
  #trigger(request: Early): void {
    if (this.#remote === undefined) {
      if (this.#early.length < MAX_EARLY) this.#early.push(request);
      return;
    }
    const pair = this.#pairs.addPeerReflexive(request.from, request.priority);
    if (pair === undefined) return;
    if (request.useCandidate && this.#role === "controlled") pair.isNominated = true;
    if (pair.state !== "succeeded") this.#checkAgain(pair);
    else if (request.useCandidate && this.#role === "controlled") this.#settle(pair);
  }

  /** The peer's request has just opened the way: one more try now is worth more than one later. */
  #checkAgain(pair: Pair): void {
    const pending = [...this.#checks.values()].find((check) => check.pair === pair);
    if (pending === undefined) this.#check(pair, false);
    else if (this.#options.clock.now() - pending.sentAt >= TRIGGER_MS) this.#transmit(pending);
  }

  /** First checks, one at a time, best pair first. */
  #pace(): void {
    if (this.#cancelPace !== undefined || this.#remote === undefined || this.#isSettled) return;
    const pair = this.#pairs.first("waiting");
    if (pair === undefined) return;
    this.#check(pair, false);
    this.#cancelPace = this.#options.clock.schedule(PACE_MS, () => {
      this.#cancelPace = undefined;
      this.#pace();
    });
  }

  #check(pair: Pair, useCandidate: boolean): void {
    const request = this.#request(useCandidate);
    if (request === undefined) return;
    if (pair.state !== "succeeded") pair.state = "in-progress";
    const check: Check = { pair, useCandidate, sentAt: 0, cancel: () => {}, bytes: request.bytes };
    this.#checks.set(request.id, check);
    this.#transmit(check);
    this.#repeat(request.id, check, 1, FIRST_RTO_MS);
  }

  #transmit(check: Check): void {
    check.sentAt = this.#options.clock.now();
    check.pair.checks++;
    check.pair.outcome = `no answer to ${check.pair.checks} checks`;
    this.#options.send(check.bytes, check.pair.address);
  }

  #repeat(id: string, check: Check, count: number, rtoMs: number): void {
    check.cancel = this.#options.clock.schedule(rtoMs, () => {
      if (count < MAX_CHECKS) {
        this.#transmit(check);
        return this.#repeat(id, check, count + 1, Math.min(rtoMs * 2, LAST_RTO_MS));
      }
      this.#checks.delete(id);
      this.#giveUp(check);
    });
  }

  #giveUp({ pair, useCandidate }: Check): void {
    pair.state = "failed";
    if (useCandidate) this.#isNominating = false;
  }

  #request(useCandidate: boolean): { readonly id: string; readonly bytes: Uint8Array } | undefined {
    if (this.#remote === undefined) return undefined;
    const transactionId = new Uint8Array(randomBytes(12));
    new DataView(transactionId.buffer).setUint32(0, this.#options.transactionPrefix);
    const bytes = writeStun({
      class: "request",
      transactionId,
      username: `${this.#remote.ufrag}:${this.#local.ufrag}`,
      priority: PEER_REFLEXIVE_PRIORITY,
      [this.#role]: this.#tieBreaker,
      useCandidate: useCandidate && this.#role === "controlling",
    }, this.#remote.pwd);
    return { id: idOf(transactionId), bytes };
  }

  #receiveAnswer(message: StunMessage, from: PeerAddress): boolean {
    const id = idOf(message.transactionId);
    const check = this.#checks.get(id);
    if (check === undefined && !this.#consentIds.has(id)) return false;
    if (this.#remote === undefined || !message.isSignedWith(this.#remote.pwd)) return false;
    if (check === undefined) {
      if (message.class === "response") this.#renewConsent();
      return true;
    }
    check.cancel();
    this.#checks.delete(id);
    if (addressKey(from) !== addressKey(check.pair.address)) {
      // A NAT that is not symmetric to us: the pair cannot be used (RFC 8445 section 7.2.5.2.1).
      check.pair.outcome = `answered from ${addressKey(from)}`;
      this.#giveUp(check);
    } else if (message.class === "error") this.#receiveError(check, message.errorCode ?? 0);
    else this.#succeed(check);
    return true;
  }

  #receiveError(check: Check, code: number): void {
    if (code !== ROLE_CONFLICT) {
      check.pair.outcome = `refused with ${code}`;
      return this.#giveUp(check);
    }
    this.#role = this.#role === "controlling" ? "controlled" : "controlling";
    this.#isNominating = false;
    this.#check(check.pair, false);
  }

  #succeed({ pair, useCandidate }: Check): void {
    pair.state = "succeeded";
    pair.outcome = "works";
    this.#options.onSeen(pair.address);
    if (this.#path === undefined) this.#take(pair);
    if (this.#role === "controlled") {
      if (pair.isNominated) this.#settle(pair);
    } else if (useCandidate) this.#settle(pair);
    else if (!this.#isNominating && !this.#isSettled) {
      // The first one that works is the one with the shortest way.
      this.#isNominating = true;
      this.#check(pair, true);
    }
  }

  #take(pair: Pair): void {
    this.#path = pair;
    this.#options.onPath(pair.address);
  }

  /** The pair is nominated: what is left is to keep it alive. */
  #settle(pair: Pair): void {
    if (this.#path !== pair) this.#take(pair);
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#cancelLimit();
    this.#renewConsent();
    this.#scheduleConsent();
  }

  #renewConsent(): void {
    this.#consentAt = this.#options.clock.now();
    this.#consentIds.clear();
  }

  #scheduleConsent(): void {
    const { silentMs, clock } = this.#options;
    const everyMs = Math.max(MIN_CONSENT_MS, Math.min(MAX_CONSENT_MS, silentMs / CONSENT_CHECKS));
    // At random, so that the peers of a gateway do not all ask at once.
    const delayMs = everyMs * randomInt(800, 1_200) / 1_000;
    this.#cancelConsent();
    this.#cancelConsent = clock.schedule(delayMs, () => this.#askConsent());
  }

  #askConsent(): void {
    const { silentMs, clock, send } = this.#options;
    if (this.#path === undefined) return;
    if (clock.now() - this.#consentAt >= silentMs) {
      const seconds = Math.round((clock.now() - this.#consentAt) / 1_000);
      return this.#fail(`${addressKey(this.#path.address)} has been silent for ${seconds} s`);
    }
    const request = this.#request(false);
    if (request !== undefined) {
      this.#consentIds.add(request.id);
      send(request.bytes, this.#path.address);
    }
    this.#scheduleConsent();
  }

  #send(fields: StunFields, password: string, to: PeerAddress): void {
    this.#options.send(writeStun(fields, password), to);
  }
}

function idOf(transactionId: Uint8Array): string {
  return String.fromCharCode(...transactionId);
}

const ICE_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const UFRAG_CHARS = 8;
const PWD_CHARS = 24;

/** More than the 24 and 128 random bits that RFC 8839 section 5.4 asks for. */
function createCredentials(): IceCredentials {
  return { ufrag: randomText(UFRAG_CHARS), pwd: randomText(PWD_CHARS) };
}

function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => ICE_CHARS[byte % ICE_CHARS.length]).join("");
}
