import { randomBytes } from "node:crypto";
import type { Cancel, Clock } from "../../../registry/clock.ts";
import type { Address } from "../../_transport/transport.ts";
import { type StunMessage, writeStun } from "./stun.ts";

/** Asked again so often until there is an answer. */
const RETRY_MS = 500;
/** Keeps the entry of a NAT alive, and notices when it has changed. */
const REFRESH_MS = 25_000;
/** After that many questions without an answer, the next ones wait for the refresh. */
const MAX_TRIES = 4;

export interface ReflexiveAddressOptions {
  readonly server: Address;
  readonly clock: Clock;
  /** First four bytes of our transaction ids. */
  readonly transactionPrefix: number;
  readonly send: (bytes: Uint8Array, to: Address) => void;
}

/** Our address as a STUN server sees it, which is the same for all peers: they share one port. */
export class ReflexiveAddress {
  readonly #options: ReflexiveAddressOptions;
  #transactionId = new Uint8Array(12);
  #address: Address | undefined;
  #cancel: Cancel = () => {};

  constructor(options: ReflexiveAddressOptions) {
    this.#options = options;
    this.#ask(1);
  }

  /** `undefined` until the server has answered. */
  get address(): Address | undefined {
    return this.#address;
  }

  receive({ class: kind, transactionId, mappedAddress }: StunMessage): void {
    if (kind !== "response" || mappedAddress === undefined) return;
    if (!this.#transactionId.every((byte, at) => byte === transactionId[at])) return;
    this.#address = mappedAddress;
    this.#schedule(REFRESH_MS, 1);
  }

  close(): void {
    this.#cancel();
  }

  #ask(tries: number): void {
    const { send, server, transactionPrefix } = this.#options;
    this.#transactionId = new Uint8Array(randomBytes(12));
    new DataView(this.#transactionId.buffer).setUint32(0, transactionPrefix);
    send(writeStun({ class: "request", transactionId: this.#transactionId }), server);
    if (tries < MAX_TRIES) this.#schedule(RETRY_MS, tries + 1);
    else this.#schedule(REFRESH_MS, 1);
  }

  #schedule(delayMs: number, tries: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.schedule(delayMs, () => this.#ask(tries));
  }
}
