import type { Cancel, Clock } from "../../../registry/clock.ts";
import { RtcError } from "../errors.ts";
import type { OutgoingRtp, RtcReceiver, RtcTransport } from "../rtc_transport.ts";
import type { Candidate } from "../sdp/candidate.ts";
import type { Fingerprint, IceCredentials, Setup } from "../sdp/description.ts";
import { DtlsSession, type SrtpAgreement } from "./dtls/dtls_session.ts";
import type { DtlsIdentity } from "./dtls/identity.ts";
import type { DtlsRole } from "./dtls/key_schedule.ts";
import { IceAgent, type IceRole } from "./ice_agent.ts";
import type { SecuredKind } from "./packet_kind.ts";
import { type MakeDatagrams, SecuredPackets } from "./secured_packets.ts";
import { addressKey, type PeerAddress } from "./peer_address.ts";
import type { StunMessage } from "./stun.ts";

/** From a path to keys; whoever loses more than a handful of flights will not play media either. */
const HANDSHAKE_LIMIT_MS = 10_000;

/** Datagrams of a handshake that wait for a path: more than a flight has. */
const MAX_WAITING = 8;

/** What a peer is given by its port. */
export interface RtcPeerWiring {
  readonly role: IceRole;
  readonly receiver: RtcReceiver;
  readonly clock: Clock;
  readonly identity: DtlsIdentity;
  readonly silentMs: number;
  readonly family: "any" | "ipv4" | "ipv6";
  readonly transactionPrefix: number;
  readonly candidates: readonly Candidate[];
  readonly send: (datagrams: readonly Uint8Array[], to: PeerAddress) => Promise<number>;
  /** Sends when all is sent that was to be sent so before. */
  readonly sendInTurn: (makeDatagrams: MakeDatagrams, to: PeerAddress) => Promise<number>;
  readonly onSeen: (address: PeerAddress) => void;
  readonly onUfrags: (before: readonly string[], now: readonly string[]) => void;
  readonly onEnd: () => void;
}

/** What the description of a peer says about the way to it. */
export interface RemoteIce {
  readonly ice: IceCredentials;
  readonly iceLite: boolean;
  readonly candidates: readonly Candidate[];
}

/** What the description of a peer says about who it is. */
export interface RemoteDtls {
  readonly fingerprints: readonly Fingerprint[];
  readonly setup: Setup;
}

/**
 * Our role in DTLS. Where the peer leaves it to us, it speaks first: the server can send media half a
 * round trip sooner.
 */
export function dtlsRole(setup: Setup): DtlsRole {
  return setup === "passive" ? "client" : "server";
}

/** One peer of a port: ICE, DTLS and SRTP. Ends once, for one reason. */
export class RtcPeer {
  /** Where the peer may find us. */
  readonly candidates: readonly Candidate[];
  /** Of our certificate. */
  readonly fingerprint: Fingerprint;
  readonly #wiring: RtcPeerWiring;
  readonly #ice: IceAgent;
  readonly #ending = new AbortController();
  readonly #connected = Promise.withResolvers<RtcTransport>();
  #dtls: DtlsSession | undefined;
  #dtlsRole: DtlsRole = "server";
  #packets: SecuredPackets | undefined;
  /** Of the handshake, from before there is a path. */
  #waiting: readonly Uint8Array[] = [];
  #hasStarted = false;
  #cancelLimit: Cancel = () => {};

  constructor(wiring: RtcPeerWiring) {
    this.#wiring = wiring;
    this.candidates = wiring.candidates;
    this.fingerprint = wiring.identity.fingerprint;
    // Whether it is waited for or not, the reason of the end is in the signal too.
    this.#connected.promise.catch(() => {});
    this.#ice = new IceAgent({
      role: wiring.role,
      clock: wiring.clock,
      family: wiring.family,
      hasRelay: wiring.candidates.some(({ type }) => type === "relay"),
      transactionPrefix: wiring.transactionPrefix,
      silentMs: wiring.silentMs,
      send: (bytes, to) => void wiring.send([bytes], to),
      onSeen: wiring.onSeen,
      onPath: () => this.#usePath(),
      onFailed: (reason) =>
        this.close(new RtcError("ice-failed", `Cannot reach the peer: ${reason}`)),
    });
  }

  /** Our own, for SDP; others after `restart`. */
  get ice(): IceCredentials {
    return this.#ice.local;
  }

  get ufrags(): readonly string[] {
    return this.#ice.ufrags;
  }

  /** Where the peer is, as soon as that is known. */
  get path(): PeerAddress | undefined {
    return this.#ice.path;
  }

  get isConnected(): boolean {
    return this.#packets !== undefined;
  }

  /** Aborted when the peer has ended, with an RtcError. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Starts to look for a way to the peer; once for each pair of credentials. */
  addRemote({ ice, iceLite, candidates }: RemoteIce): void {
    this.addCandidates(candidates);
    this.#ice.start(ice, iceLite);
  }

  /** Those that were trickled. */
  addCandidates(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) this.#ice.addCandidate(candidate);
  }

  /** Makes new credentials, for which `addRemote` is due; media goes on meanwhile (RFC 8445 section 9). */
  restart(): void {
    const before = this.ufrags;
    this.#ice.restart();
    this.#wiring.onUfrags(before, this.ufrags);
  }

  /**
   * Shakes hands as soon as there is a path. Once.
   *
   * @throws {RtcError} `ice-failed` with what was tried, `dtls-failed`, or why the peer was closed; the
   * reason of the signal where that was aborted.
   */
  async connect({ fingerprints, setup }: RemoteDtls, signal?: AbortSignal): Promise<RtcTransport> {
    this.#dtlsRole = dtlsRole(setup);
    if (!this.signal.aborted) {
      this.#dtls = new DtlsSession({
        role: this.#dtlsRole,
        identity: this.#wiring.identity,
        fingerprints,
        clock: this.#wiring.clock,
        send: (datagrams) => this.#sendHandshake(datagrams),
        onConnected: (agreement) => this.#secure(agreement),
        onEnd: (error) => this.#dtlsEnded(error.message),
      });
      if (this.path !== undefined) this.#startHandshake(this.#dtls);
    }
    const abort = () => this.close(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    try {
      return await this.#connected.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Ends at once, with a goodbye to a peer that is connected. May be called again. */
  close(reason: unknown = new RtcError("ended", "The session was ended")): void {
    if (this.signal.aborted) return;
    this.#cancelLimit();
    this.#dtls?.close();
    this.#ice.close();
    this.#packets?.close();
    this.#wiring.onEnd();
    this.#connected.reject(reason);
    this.#ending.abort(reason);
  }

  /** Takes what has come from an address of the peer. */
  receive(kind: SecuredKind, bytes: Uint8Array): void {
    if (kind === "dtls") this.#dtls?.receive(bytes);
    else this.#packets?.receive(kind, bytes);
  }

  /** @returns whether it is from the peer. */
  receiveStun(message: StunMessage, from: PeerAddress): boolean {
    return this.#ice.receive(message, from);
  }

  #usePath(): void {
    if (this.#packets !== undefined || this.#dtls === undefined) return;
    this.#startHandshake(this.#dtls);
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) this.#sendHandshake(waiting);
  }

  #startHandshake(dtls: DtlsSession): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#cancelLimit = this.#wiring.clock.schedule(HANDSHAKE_LIMIT_MS, () => {
      this.#dtlsEnded(`the handshake took more than ${HANDSHAKE_LIMIT_MS / 1_000} s`);
    });
    if (this.#dtlsRole === "client") dtls.start();
  }

  #sendHandshake(datagrams: readonly Uint8Array[]): void {
    const { path } = this;
    if (path !== undefined) void this.#wiring.send(datagrams, path);
    else this.#waiting = datagrams.slice(0, MAX_WAITING);
  }

  #dtlsEnded(reason: string): void {
    const where = this.path === undefined ? "the peer" : addressKey(this.path);
    this.close(
      this.isConnected
        ? new RtcError("ended", `The session with ${where} is over: ${reason}`)
        : new RtcError("dtls-failed", `Cannot agree on keys with ${where}: ${reason}`),
    );
  }

  #secure(agreement: SrtpAgreement): void {
    this.#cancelLimit();
    const packets = new SecuredPackets({
      agreement,
      isClient: this.#dtlsRole === "client",
      receiver: this.#wiring.receiver,
      send: (makeDatagrams) => this.#sendSecured(makeDatagrams),
    });
    this.#packets = packets;
    this.#connected.resolve(this.#transport(packets));
  }

  async #sendSecured(makeDatagrams: MakeDatagrams): Promise<void> {
    const { path } = this;
    if (path !== undefined && !this.signal.aborted) {
      await this.#wiring.sendInTurn(makeDatagrams, path);
    }
  }

  #transport(packets: SecuredPackets): RtcTransport {
    const remote = () => this.path ?? { host: "", port: 0 };
    return {
      signal: this.signal,
      get remote() {
        return remote();
      },
      sendRtp: (batch: readonly OutgoingRtp[]) => packets.sendRtp(batch),
      sendRtcp: (packet: Uint8Array) => packets.sendRtcp(packet),
    };
  }
}
