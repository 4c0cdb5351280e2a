import { randomBytes } from "node:crypto";
import type { Cancel, Clock } from "../../../registry/clock.ts";
import { type Address, formatAddress } from "../../_transport/transport.ts";
import { longTermKey, type TurnFields, type TurnMessage, writeTurn } from "./turn_message.ts";

/** Waited for an answer at first, and twice as long each time after that (RFC 8489 section 6.2.1). */
const FIRST_RTO_MS = 500;
/** So that nothing is waited for longer than 15 s. */
const MAX_TRIES = 5;

/** A server may have a new nonce for every answer; one that has nothing else is not asked for ever. */
const MAX_CHALLENGES = 3;

const UNAUTHENTICATED = 401;
const STALE_NONCE = 438;

/** What people are told of the codes that servers send most (RFC 8656 section 19). */
const REASONS: Readonly<Record<number, string>> = {
  400: "bad request",
  401: "user or password is wrong",
  403: "forbidden",
  437: "allocation mismatch",
  438: "stale nonce",
  441: "wrong credentials",
  442: "no relaying over UDP",
  486: "allocation quota reached",
  508: "insufficient capacity",
};

/** A TURN server, and who we are to it. */
export interface TurnServer extends Address {
  readonly username: string;
  readonly credential: string;
}

export interface TurnTransactionsOptions {
  readonly server: TurnServer;
  readonly clock: Clock;
  readonly send: (datagrams: readonly Uint8Array[], to: Address) => Promise<number>;
}

/** What is asked, without what says who asks. */
export type TurnRequest = Pick<TurnFields, "method" | "lifetime" | "peer" | "channel">;

/** What came of a request: the answer, or why there is none, with the server's code if that is why. */
export type TurnOutcome =
  | { readonly answer: TurnMessage }
  | { readonly answer?: undefined; readonly code?: number; readonly reason: string };

interface Authentication {
  readonly realm: Uint8Array;
  readonly nonce: Uint8Array;
  readonly key: Uint8Array;
}

interface Transaction {
  readonly request: TurnRequest;
  readonly bytes: Uint8Array;
  readonly authentication: Authentication | undefined;
  readonly challenges: number;
  readonly onDone: (outcome: TurnOutcome) => void;
  cancel: Cancel;
}

/** Requests to a TURN server, which are repeated until answered, with long-term credentials (RFC 8489 section 9.2). */
export class TurnTransactions {
  readonly #options: TurnTransactionsOptions;
  readonly #pending = new Map<string, Transaction>();
  #authentication: Authentication | undefined;
  /** Where the server answers from. A name is resolved until then only: it may have several addresses. */
  #answering: Address | undefined;

  constructor(options: TurnTransactionsOptions) {
    this.#options = options;
  }

  get server(): Address {
    const { host, port } = this.#answering ?? this.#options.server;
    return { host, port };
  }

  /** Whether that is where the server has answered from. */
  isServer({ host, port }: Address): boolean {
    return host === this.#answering?.host && port === this.#answering.port;
  }

  request(request: TurnRequest, onDone: (outcome: TurnOutcome) => void): void {
    this.#ask(request, 0, onDone);
  }

  /** Asks once, and does not wait for the answer. */
  tell(request: TurnRequest): Promise<number> {
    return this.#options.send([this.#sign(request, newId())], this.server);
  }

  /** @returns whether it is the answer to a request. */
  receive(message: TurnMessage, from: Address): boolean {
    const id = idOf(message.transactionId);
    const transaction = this.#pending.get(id);
    if (transaction === undefined || message.class === "request") return false;
    const { authentication } = transaction;
    // Errors may be unsigned: a server that does not know us cannot sign.
    const isSigned = authentication !== undefined && message.isSignedWith(authentication.key);
    if (message.class === "response" && !isSigned) return false;
    transaction.cancel();
    this.#pending.delete(id);
    this.#answering = { host: from.host, port: from.port };
    if (message.class === "error") this.#refused(transaction, message);
    else transaction.onDone({ answer: message });
    return true;
  }

  /** Forgets what is asked, and whom: the next request goes to the server by its name again. */
  reset(): void {
    for (const { cancel } of this.#pending.values()) cancel();
    this.#pending.clear();
    this.#answering = undefined;
    this.#authentication = undefined;
  }

  #ask(request: TurnRequest, challenges: number, onDone: Transaction["onDone"]): void {
    const transactionId = newId();
    const bytes = this.#sign(request, transactionId);
    const authentication = this.#authentication;
    const cancel = () => {};
    const transaction = { request, bytes, authentication, challenges, onDone, cancel };
    this.#pending.set(idOf(transactionId), transaction);
    this.#transmit(transactionId, transaction, 1);
  }

  #transmit(transactionId: Uint8Array, transaction: Transaction, tries: number): void {
    const { clock, send } = this.#options;
    void send([transaction.bytes], this.server);
    transaction.cancel = clock.schedule(FIRST_RTO_MS * 2 ** (tries - 1), () => {
      if (tries < MAX_TRIES) return this.#transmit(transactionId, transaction, tries + 1);
      this.#pending.delete(idOf(transactionId));
      transaction.onDone({ reason: `no answer from ${formatAddress(this.server)}` });
    });
  }

  #sign(request: TurnRequest, transactionId: Uint8Array): Uint8Array {
    const fields = { ...request, class: "request", transactionId } as const;
    if (this.#authentication === undefined) return writeTurn(fields);
    const { realm, nonce, key } = this.#authentication;
    const { username } = this.#options.server;
    return writeTurn({ ...fields, username, realm, nonce }, key);
  }

  #refused(transaction: Transaction, { errorCode: code = 0, realm, nonce }: TurnMessage): void {
    const { request, authentication, challenges, onDone } = transaction;
    const isChallenge = code === STALE_NONCE ||
      code === UNAUTHENTICATED && authentication === undefined;
    if (isChallenge && nonce !== undefined && challenges < MAX_CHALLENGES) {
      const known = realm ?? authentication?.realm;
      if (known !== undefined) {
        this.#authenticate(known, nonce);
        return this.#ask(request, challenges + 1, onDone);
      }
    }
    const reason = REASONS[code] ?? "an error";
    onDone({ code, reason: `${formatAddress(this.server)} answers ${code}, ${reason}` });
  }

  #authenticate(realm: Uint8Array, nonce: Uint8Array): void {
    const { username, credential } = this.#options.server;
    const key = longTermKey(username, realm, credential);
    // What was received is a view of what is much larger.
    this.#authentication = { realm: realm.slice(), nonce: nonce.slice(), key };
  }
}

function newId(): Uint8Array {
  return new Uint8Array(randomBytes(12));
}

function idOf(transactionId: Uint8Array): string {
  return String.fromCharCode(...transactionId);
}
