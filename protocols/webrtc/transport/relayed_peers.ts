import type { Cancel, Clock } from "../../../registry/clock.ts";
import { type Address, formatAddress } from "../../_transport/transport.ts";
import { isIpv6 } from "./ip.ts";
import { packetKind } from "./packet_kind.ts";
import { FIRST_CHANNEL, LAST_CHANNEL } from "./turn_message.ts";
import type { TurnOutcome, TurnRequest } from "./turn_transactions.ts";

/** Hosts that may be checked or sent to at a time: servers have limits of their own. */
export const MAX_PERMISSIONS = 1024;

/** Addresses that media goes to in channels; what goes to others costs 32 bytes more for each packet. */
const MAX_CHANNELS = 2048;

/** A permission lasts for five minutes, a channel for ten (RFC 8656 sections 9 and 12). */
const REFRESH_MS = 240_000;

/** Whoever has not been sent to for so long makes room: a peer that is there is asked for consent more often. */
const IDLE_MS = 30_000;

export interface RelayedPeersOptions {
  readonly clock: Clock;
  readonly request: (request: TurnRequest, onDone: (outcome: TurnOutcome) => void) => void;
  /** Called for what the server does not let us do. */
  readonly onRefused: (what: string, reason: string) => void;
  /** The server knows nothing of our allocation any more. */
  readonly onMismatch: () => void;
}

interface Permission {
  usedAt: number;
  isRefused: boolean;
}

interface Channel {
  readonly number: number;
  readonly peer: Address;
  usedAt: number;
  isBound: boolean;
}

const MISMATCH = 437;

/** Whom an allocation may send to, and by which channels. Renews what is in use, and forgets the rest. */
export class RelayedPeers {
  readonly #options: RelayedPeersOptions;
  /** By host: a permission is for all of its ports. */
  readonly #permissions = new Map<string, Permission>();
  readonly #channels = new Map<string, Channel>();
  readonly #byNumber = new Map<number, Channel>();
  #lastNumber = LAST_CHANNEL;
  #cancelRefresh: Cancel;

  constructor(options: RelayedPeersOptions) {
    this.#options = options;
    this.#cancelRefresh = this.#scheduleRefresh();
  }

  /**
   * Whether `host` may be sent to, as far as is known: what comes behind the request for a permission
   * finds it granted, unless that is refused.
   */
  permits(host: string): boolean {
    const now = this.#options.clock.now();
    const known = this.#permissions.get(host);
    if (known !== undefined) {
      known.usedAt = now;
      return !known.isRefused;
    }
    if (isIpv6(host) || !this.#makeRoom(now)) return false;
    this.#permissions.set(host, { usedAt: now, isRefused: false });
    this.#permit(host);
    return true;
  }

  /** The channel to send in, once there is one. Checks go without: most are of ways that are not taken. */
  channelFor(peer: Address, datagram: Uint8Array | undefined): number | undefined {
    const known = this.#channels.get(formatAddress(peer));
    if (known !== undefined) known.usedAt = this.#options.clock.now();
    else if (datagram !== undefined && packetKind(datagram) !== "stun") this.#open(peer);
    return known?.isBound ? known.number : undefined;
  }

  /** Whom a channel leads to. */
  peerOf(channel: number): Address | undefined {
    return this.#byNumber.get(channel)?.peer;
  }

  close(): void {
    this.#cancelRefresh();
    this.#permissions.clear();
    this.#channels.clear();
    this.#byNumber.clear();
  }

  #makeRoom(now: number): boolean {
    if (this.#permissions.size < MAX_PERMISSIONS) return true;
    const [idle] = [...this.#permissions].find(([, { usedAt }]) => now - usedAt >= IDLE_MS) ?? [];
    if (idle !== undefined) return this.#permissions.delete(idle);
    this.#options.onRefused("reach more hosts", `the limit of ${MAX_PERMISSIONS} is reached`);
    return false;
  }

  #permit(host: string): void {
    // Only the address counts (RFC 8656 section 10.1).
    const request = { method: "createPermission", peer: { host, port: 0 } } as const;
    this.#options.request(request, (outcome) => {
      const permission = this.#permissions.get(host);
      if (outcome.answer !== undefined) return;
      if (outcome.code === MISMATCH) return this.#options.onMismatch();
      // Where there was no answer, there may have been a permission: the next check will show.
      if (permission !== undefined) permission.isRefused = outcome.code !== undefined;
      this.#options.onRefused(`reach ${host}`, outcome.reason);
    });
  }

  #open(peer: Address): void {
    if (this.#channels.size >= MAX_CHANNELS) return;
    const { host, port } = peer;
    const usedAt = this.#options.clock.now();
    const channel = { number: this.#freeNumber(), peer: { host, port }, usedAt, isBound: false };
    this.#channels.set(formatAddress(peer), channel);
    this.#byNumber.set(channel.number, channel);
    this.#bind(channel);
  }

  /** The ones after the last: a number is free for others fifteen minutes after its last use. */
  #freeNumber(): number {
    do this.#lastNumber = this.#lastNumber === LAST_CHANNEL
      ? FIRST_CHANNEL
      : this.#lastNumber + 1; while (this.#byNumber.has(this.#lastNumber));
    return this.#lastNumber;
  }

  #bind(channel: Channel): void {
    const { number, peer } = channel;
    this.#options.request({ method: "channelBind", channel: number, peer }, (outcome) => {
      channel.isBound = outcome.answer !== undefined;
      if (outcome.answer === undefined && outcome.code === MISMATCH) this.#options.onMismatch();
    });
  }

  #scheduleRefresh(): Cancel {
    return this.#options.clock.schedule(REFRESH_MS, () => {
      this.#cancelRefresh = this.#scheduleRefresh();
      this.#refresh();
    });
  }

  #refresh(): void {
    const since = this.#options.clock.now() - REFRESH_MS;
    for (const [host, { usedAt, isRefused }] of this.#permissions) {
      if (usedAt < since || isRefused) this.#permissions.delete(host);
      else this.#permit(host);
    }
    for (const [key, channel] of this.#channels) {
      if (channel.usedAt >= since) this.#bind(channel);
      else {
        this.#channels.delete(key);
        this.#byNumber.delete(channel.number);
      }
    }
  }
}
