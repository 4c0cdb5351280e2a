import { RegistryError } from "../../../registry/errors.ts";
import type { Logger } from "../../protocol.ts";
import { RtcError } from "../errors.ts";
import type { RtcAction, RtcAnswerer, RtcSession } from "../rtc_session.ts";
import type { IceCredentials, RemoteDescription } from "../sdp/description.ts";
import { parseRemote } from "../sdp/parse.ts";
import type { Origin, Peer } from "./room.ts";
import {
  BYE,
  fragmentOf,
  isSendOnly,
  type Offer,
  parseSignal,
  type TrickledCandidate,
  writeAnswer,
} from "./signals.ts";

/** Calls that one peer may have at a time: enough for a wall of cameras. */
export const MAX_CALLS_PER_PEER = 64;

/** Candidates of one call: a host with many networks has a few dozen. */
export const MAX_CANDIDATES = 128;

/** What a peer that stands for a stream was sent. */
export interface CallMessage {
  readonly caller: Peer;
  /** The peer that was called, in whose name it is answered. */
  readonly callee: Peer;
  /** Name of the stream. */
  readonly stream: string;
  /** `read` may become `publish` with an offer that only sends. */
  readonly action: RtcAction;
  readonly body: string;
  readonly origin: Origin;
}

/** Answers the offers that peers send to streams, one call at a time for each pair. */
export class Calls {
  readonly #answerer: RtcAnswerer;
  readonly #log: Logger;
  /** All that have begun and not ended, those that were replaced and wait for their answer included. */
  readonly #calls = new Map<Peer, Set<Call>>();

  constructor({ answerer, log }: { readonly answerer: RtcAnswerer; readonly log: Logger }) {
    this.#answerer = answerer;
    this.#log = log;
  }

  /** Takes what a caller says. What is neither offer nor candidate nor goodbye is passed over. */
  receive(message: CallMessage): void {
    const signal = parseSignal(message.body);
    const call = this.#current(message);
    if (signal?.type === "bye") call?.end();
    if (signal?.type === "candidate") call?.trickle(signal);
    if (signal?.type !== "offer") return;
    call?.end();
    this.#begin(message, signal);
  }

  #current({ caller, callee }: CallMessage): Call | undefined {
    const calls = this.#calls.get(caller) ?? [];
    return [...calls].find((call) => call.callee === callee && !call.isOver);
  }

  #begin(message: CallMessage, offer: Offer): void {
    const { caller, callee } = message;
    const calls = this.#calls.get(caller) ?? new Set();
    if (calls.size >= MAX_CALLS_PER_PEER) {
      return void caller.receive({ from: callee, body: BYE, reason: "too many calls" });
    }
    const call = new Call(message, offer, this.#log);
    this.#calls.set(caller, calls.add(call));
    call.run(this.#answerer).finally(() => {
      calls.delete(call);
      if (calls.size === 0) this.#calls.delete(caller);
    });
  }

  /** How many are under way. */
  get size(): number {
    return [...this.#calls.values()].reduce((sum, calls) => sum + calls.size, 0);
  }
}

/** A session, and the credentials that the caller has for it. */
interface Answered {
  readonly session: RtcSession;
  readonly ice: IceCredentials;
}

class Call {
  readonly callee: Peer;
  readonly #message: CallMessage;
  readonly #offer: Offer;
  readonly #log: Logger;
  readonly #over = new AbortController();
  readonly #answered = Promise.withResolvers<Answered>();
  #candidates = 0;

  constructor(message: CallMessage, offer: Offer, log: Logger) {
    this.callee = message.callee;
    this.#message = message;
    this.#offer = offer;
    this.#log = log;
    // Nobody may have asked yet when it fails.
    this.#answered.promise.catch(() => {});
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** The caller has hung up. */
  end(): void {
    this.#over.abort();
  }

  /** Resolves when the call is over, and nothing of it is left. */
  async run(answerer: RtcAnswerer): Promise<void> {
    const { caller } = this.#message;
    const end = () => this.end();
    caller.signal.addEventListener("abort", end);
    try {
      const remote = parseRemote(this.#offer.sdp);
      const session = await this.#answer(answerer, remote);
      this.#answered.resolve({ session, ice: remote.ice });
      await this.#last(session);
    } catch (error) {
      this.#answered.reject(error);
      this.#hangUp(error);
    } finally {
      this.end();
      caller.signal.removeEventListener("abort", end);
    }
  }

  async #answer(answerer: RtcAnswerer, offered: RemoteDescription): Promise<RtcSession> {
    const { stream: name, origin: { remote, query, reachedAt } } = this.#message;
    return await answerer.answer({
      action: isSendOnly(offered) ? "publish" : this.#message.action,
      request: { name, protocol: "webrtc", remote, query },
      sdp: this.#offer.sdp,
      reachedAt,
    });
  }

  /** Resolves when the caller has ended the session; rejects when it ended otherwise. */
  async #last(session: RtcSession): Promise<void> {
    const { caller, callee } = this.#message;
    const ended = Promise.withResolvers<void>();
    const fail = () => ended.reject(session.signal.reason);
    session.signal.addEventListener("abort", fail);
    this.#over.signal.addEventListener("abort", () => ended.resolve());
    try {
      if (this.isOver) return;
      if (session.signal.aborted) fail();
      else if (!caller.receive({ from: callee, body: writeAnswer(session.answer) })) this.end();
      await ended.promise;
    } finally {
      session.signal.removeEventListener("abort", fail);
      session.close();
    }
  }

  #hangUp(error: unknown): void {
    if (this.isOver) return;
    const { caller, callee, stream, origin: { remote } } = this.#message;
    const isKnown = error instanceof RtcError || error instanceof RegistryError;
    const reason = isKnown ? error.message : "the gateway failed";
    if (isKnown) this.#log.info("a call has ended", { stream, remote, reason });
    else this.#log.error("a call failed", { stream, remote, reason: `${error}` });
    // The client has no other word for a refusal: an error status would sign it out.
    caller.receive({ from: callee, body: BYE, reason });
  }

  trickle(candidate: TrickledCandidate): void {
    if (this.#candidates++ >= MAX_CANDIDATES) return;
    const trickled = this.#answered.promise.then(({ session, ice }) =>
      session.trickle(fragmentOf(candidate, ice))
    );
    trickled.catch((error) => {
      const { stream, origin: { remote } } = this.#message;
      this.#log.debug("a candidate was not taken", { stream, remote, reason: `${error}` });
    });
  }
}
