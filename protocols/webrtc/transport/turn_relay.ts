import { randomBytes } from "node:crypto";
import type { Cancel, Clock } from "../../../registry/clock.ts";
import { type Address, formatAddress } from "../../_transport/transport.ts";
import type { Logger } from "../../protocol.ts";
import { packetKind } from "./packet_kind.ts";
import type { PeerAddress } from "./peer_address.ts";
import { RelayedPeers } from "./relayed_peers.ts";
import { parseChannelData, parseTurn, writeChannelData, writeTurn } from "./turn_message.ts";
import { type TurnOutcome, type TurnServer, TurnTransactions } from "./turn_transactions.ts";

/** Of an allocation, where the server does not say (RFC 8656 section 3.2). */
const DEFAULT_LIFETIME_S = 600;
/** Renewed so long before its end, or at half of what is left to a short one. */
const REFRESH_MARGIN_MS = 60_000;
/** No server's word makes us ask more often. */
const MIN_REFRESH_MS = 10_000;

/** Until an allocation is asked for again: at first, and at most. */
export const FIRST_RETRY_MS = 2_000;
export const LAST_RETRY_MS = 300_000;

/** Reasons that are told once each, of which a server may make up many. */
const MAX_TOLD = 64;

const MISMATCH = 437;

export interface TurnRelayOptions {
  readonly server: TurnServer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly send: (datagrams: readonly Uint8Array[], to: Address) => Promise<number>;
  /** Takes what a peer has sent by way of the relay. */
  readonly onDatagram: (bytes: Uint8Array, from: PeerAddress) => void;
}

interface Allocation {
  /** Where peers reach us. */
  readonly relayed: Address;
  /** Where the server sees us. */
  readonly mapped: Address;
  readonly peers: RelayedPeers;
}

/** Our address on a TURN server (RFC 8656), which is the same for all peers: they share one port. */
export class TurnRelay {
  readonly #options: TurnRelayOptions;
  readonly #transactions: TurnTransactions;
  /** Why there was no allocation, and what one was not good for: told once each. */
  readonly #failures = new Set<string>();
  readonly #refusals = new Set<string>();
  #allocation: Allocation | undefined;
  #retryMs = FIRST_RETRY_MS;
  #cancel: Cancel = () => {};

  constructor(options: TurnRelayOptions) {
    const { server, clock, send } = options;
    this.#options = options;
    this.#transactions = new TurnTransactions({ server, clock, send });
    this.#allocate();
  }

  /** `undefined` while the server gives us none. */
  get addresses(): Pick<Allocation, "relayed" | "mapped"> | undefined {
    return this.#allocation;
  }

  /** Takes what the server sends. @returns whether it is that. */
  receive(bytes: Uint8Array, from: Address): boolean {
    const isServer = this.#transactions.isServer(from);
    if (packetKind(bytes) === "channel") return isServer && this.#receiveChannel(bytes);
    const message = parseTurn(bytes);
    if (message === undefined) return false;
    if (message.class !== "indication") return this.#transactions.receive(message, from);
    const { method, peer, data } = message;
    if (!isServer || method !== "data" || peer === undefined || data === undefined) return false;
    this.#deliver(data, peer);
    return true;
  }

  #receiveChannel(bytes: Uint8Array): boolean {
    const packet = parseChannelData(bytes);
    const peer = packet && this.#allocation?.peers.peerOf(packet.channel);
    if (packet === undefined || peer === undefined) return false;
    this.#deliver(packet.data, peer);
    return true;
  }

  #deliver(data: Uint8Array, { host, port }: Address): void {
    this.#options.onDatagram(data, { host, port, via: "relay" });
  }

  /** Gives how many went out: none without an allocation, or to whom the server lets nothing through. */
  send(datagrams: readonly Uint8Array[], to: Address): Promise<number> {
    const peers = this.#allocation?.peers;
    if (!peers?.permits(to.host)) return Promise.resolve(0);
    const channel = peers.channelFor(to, datagrams[0]);
    const wrapped = datagrams.map((data) =>
      channel === undefined ? sendIndication(to, data) : writeChannelData({ channel, data })
    );
    return this.#options.send(wrapped, this.#transactions.server);
  }

  /** Gives the address back. Resolves when the server has been told. */
  async close(): Promise<void> {
    const released = this.#allocation && this.#transactions.tell(RELEASE);
    this.#clear();
    await released;
  }

  #clear(): void {
    this.#cancel();
    this.#transactions.reset();
    this.#allocation?.peers.close();
    this.#allocation = undefined;
  }

  #allocate(isAgain = false): void {
    this.#transactions.request({ method: "allocate" }, (outcome) => {
      const { relayed, mapped, lifetime } = outcome.answer ?? {};
      if (relayed !== undefined && mapped !== undefined) {
        return this.#use({ relayed, mapped, peers: this.#peers() }, lifetime);
      }
      if (outcome.answer !== undefined || outcome.code !== MISMATCH || isAgain) {
        return this.#failed(reasonOf(outcome));
      }
      // Whoever had our port before us has given nothing back, as a gateway that was killed.
      this.#transactions.request(RELEASE, () => this.#allocate(true));
    });
  }

  #use(allocation: Allocation, lifetime: number | undefined): void {
    this.#allocation = allocation;
    const { log } = this.#options;
    log.info("WebRTC is relayed", { address: formatAddress(allocation.relayed) });
    this.#scheduleRefresh(lifetime);
  }

  #peers(): RelayedPeers {
    return new RelayedPeers({
      clock: this.#options.clock,
      request: (request, onDone) => this.#transactions.request(request, onDone),
      onRefused: (what, reason) =>
        this.#tell(this.#refusals, `The relay does not let us ${what}`, reason),
      onMismatch: () => this.#failed("the server has ended the allocation"),
    });
  }

  #scheduleRefresh(lifetime = DEFAULT_LIFETIME_S): void {
    const lifetimeMs = lifetime * 1_000;
    const delayMs = Math.max(lifetimeMs - REFRESH_MARGIN_MS, lifetimeMs / 2, MIN_REFRESH_MS);
    this.#cancel();
    this.#cancel = this.#options.clock.schedule(delayMs, () => {
      this.#transactions.request({ method: "refresh" }, (outcome) => {
        if (outcome.answer === undefined) return this.#failed(reasonOf(outcome));
        // It has lasted: what goes wrong from now on is something new.
        this.#retryMs = FIRST_RETRY_MS;
        this.#failures.clear();
        this.#scheduleRefresh(outcome.answer.lifetime);
      });
    });
  }

  /** Everything works without a relay but what needs it: it is asked for again. */
  #failed(reason: string): void {
    this.#clear();
    this.#tell(this.#failures, "WebRTC is not relayed", reason);
    this.#cancel = this.#options.clock.schedule(this.#retryMs, () => this.#allocate());
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #tell(told: Set<string>, what: string, reason: string): void {
    if (told.has(reason) || told.size >= MAX_TOLD) return;
    told.add(reason);
    this.#options.log.warn(what, { reason });
  }
}

const RELEASE = { method: "refresh", lifetime: 0 } as const;

function reasonOf(outcome: TurnOutcome): string {
  return outcome.answer === undefined ? outcome.reason : "the answer names no address of IPv4";
}

function sendIndication(peer: Address, data: Uint8Array): Uint8Array {
  const transactionId = new Uint8Array(randomBytes(12));
  return writeTurn({ method: "send", class: "indication", transactionId, peer, data });
}
