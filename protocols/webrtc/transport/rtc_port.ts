import type { Clock } from "../../../registry/clock.ts";
import { ListenError } from "../../_transport/errors.ts";
import { listenOnFirst } from "../../_transport/listen.ts";
import { type Address, type DatagramSocket, type Transport } from "../../_transport/transport.ts";
import { type Logger, ThrottledLog } from "../../protocol.ts";
import { RtcError } from "../errors.ts";
import type { RtcReceiver } from "../rtc_transport.ts";
import type { DtlsIdentity } from "./dtls/identity.ts";
import type { IceRole } from "./ice_agent.ts";
import { isIpv6, plainHost } from "./ip.ts";
import { localCandidates } from "./local_candidates.ts";
import { packetKind } from "./packet_kind.ts";
import { addressKey, type PeerAddress } from "./peer_address.ts";
import { ReflexiveAddress } from "./reflexive_address.ts";
import { RtcPeer } from "./rtc_peer.ts";
import type { MakeDatagrams } from "./secured_packets.ts";
import { parseStun, type StunMessage } from "./stun.ts";
import { TcpPort } from "./tcp_port.ts";
import { TurnRelay } from "./turn_relay.ts";
import type { TurnServer } from "./turn_transactions.ts";

/** Peers that are not connected yet: a crowd that comes at once, but not a flood of offers. */
const MAX_PENDING_PEERS = 512;

/** A peer moves between a few addresses; the ones that it used longest ago are forgotten. */
const MAX_ADDRESSES_PER_PEER = 16;

/** Enough to tell an address from a name, which a server may have. */
const IPV4 = /^[\d.]+$/;

/** Transaction ids of the port itself, as opposed to those of a peer. */
const PORT_PREFIX = 0;

export interface RtcPortOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Logger;
  readonly host: string;
  /** The first that is free is taken; 0 takes any. */
  readonly ports: readonly number[];
  readonly identity: DtlsIdentity;
  /** Addresses, or names that peers resolve, under which the port is reached from outside. */
  readonly publicHosts?: readonly string[];
  /** Tells us the address that others see. */
  readonly stunServer?: Address;
  /** Lends us an address by which peers reach us that cannot do so otherwise. */
  readonly turnServer?: TurnServer;
  /** Whether peers may come over TCP too, to the same port number. */
  readonly tcp?: boolean;
  readonly maxPeers: number;
  /** Milliseconds of silence after which a peer is gone. */
  readonly silentMs: number;
}

export interface RtcPeerOptions {
  /** Whoever answers is controlled. */
  readonly role: IceRole;
  readonly receiver: RtcReceiver;
  /** Host by which the peer has reached us, without port. */
  readonly reachedAt?: string | undefined;
}

/**
 * One UDP port for all peers. A peer that dials out should have one of its own, since the other side
 * may be a port of this kind too: several sessions between two ports could not be told apart.
 */
export class RtcPort {
  readonly #options: RtcPortOptions;
  readonly #socket: DatagramSocket;
  readonly #family: "any" | "ipv4" | "ipv6";
  readonly #dropped: ThrottledLog;
  readonly #peers = new Map<number, RtcPeer>();
  readonly #byUfrag = new Map<string, RtcPeer>();
  readonly #byAddress = new Map<string, RtcPeer>();
  readonly #addresses = new Map<RtcPeer, Set<string>>();
  readonly #reflexive: ReflexiveAddress | undefined;
  readonly #relay: TurnRelay | undefined;
  readonly #receiving: Promise<void>;
  #tcp: TcpPort | undefined;
  /** Resolves when the last of those that have asked to send has done so. */
  #lastTurn: Promise<unknown> = Promise.resolve();
  #lastPrefix = PORT_PREFIX;
  #droppedCount = 0;

  private constructor(socket: DatagramSocket, options: RtcPortOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#family = !isIpv6(options.host) ? "ipv4" : options.host === "::" ? "any" : "ipv6";
    const { clock, log, stunServer: server, turnServer } = options;
    this.#dropped = new ThrottledLog(() => clock.now(), (line, fields) => log.debug(line, fields));
    const send = (bytes: Uint8Array, to: Address) => void this.#send([bytes], to);
    this.#reflexive = server &&
      new ReflexiveAddress({ server, clock, transactionPrefix: PORT_PREFIX, send });
    this.#relay = turnServer && new TurnRelay({
      server: turnServer,
      clock,
      log,
      send: (datagrams, to) => this.#send(datagrams, to),
      onDatagram: (bytes, from) => this.#route(bytes, from),
    });
    this.#receiving = this.#receive();
  }

  /** @throws {ListenError} */
  static async open(options: RtcPortOptions): Promise<RtcPort> {
    const { transport, host, ports } = options;
    const socket = await listenOnFirst(ports, (port) => transport.listenDatagram({ host, port }));
    const port = new RtcPort(socket, options);
    if (options.tcp) await port.#openTcp();
    return port;
  }

  /** TCP is for those who cannot do better: UDP is served without it too. */
  async #openTcp(): Promise<void> {
    const { transport, clock, log } = this.#options;
    const onDatagram = (bytes: Uint8Array, from: PeerAddress) => this.#route(bytes, from);
    try {
      this.#tcp = await TcpPort.open({ transport, clock, address: this.address, onDatagram });
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      log.warn("WebRTC is not served over TCP", { reason: error.message });
    }
  }

  get address(): Address {
    return this.#socket.address;
  }

  /** Datagrams that were nobody's, or not what peers send. */
  get dropped(): number {
    return this.#droppedCount;
  }

  /** How many peers there are, connected or not. */
  get size(): number {
    return this.#peers.size;
  }

  /** @throws {RtcError} there are as many as there may be. */
  createPeer({ role, receiver, reachedAt }: RtcPeerOptions): RtcPeer {
    this.#admit();
    const { transport, clock, identity, publicHosts = [], silentMs } = this.#options;
    const transactionPrefix = this.#freePrefix();
    const peer = new RtcPeer({
      role,
      receiver,
      clock,
      identity,
      silentMs,
      family: this.#family,
      transactionPrefix,
      candidates: localCandidates({
        listening: this.address,
        family: this.#family,
        interfaces: transport.localHosts(),
        publicHosts,
        reachedAt,
        reflexive: this.#reflexive?.address,
        relay: this.#relay?.addresses,
        hasTcp: this.#tcp !== undefined,
      }),
      send: (datagrams, to) => this.#send(datagrams, to),
      sendInTurn: (makeDatagrams, to) => this.#sendInTurn(makeDatagrams, to),
      onSeen: (address) => this.#claim(peer, addressKey(address)),
      onUfrags: (before, now) => this.#rename(peer, before, now),
      onEnd: () => this.#forget(peer, transactionPrefix),
    });
    this.#peers.set(transactionPrefix, peer);
    this.#addresses.set(peer, new Set());
    this.#rename(peer, [], peer.ufrags);
    return peer;
  }

  #admit(): void {
    const { maxPeers } = this.#options;
    const refuse = (what: string) => {
      throw new RtcError("too-many-sessions", `Cannot take another peer: ${what}`);
    };
    if (this.#peers.size >= maxPeers) refuse(`the limit of ${maxPeers} is reached`);
    const pending = [...this.#peers.values()].filter((peer) => !peer.isConnected).length;
    if (pending >= MAX_PENDING_PEERS) refuse(`${pending} are connecting already`);
  }

  #freePrefix(): number {
    do this.#lastPrefix = (this.#lastPrefix + 1) >>> 0; while (
      this.#lastPrefix === PORT_PREFIX || this.#peers.has(this.#lastPrefix)
    );
    return this.#lastPrefix;
  }

  /** Ends all peers, and resolves when the port is free again. */
  async close(): Promise<void> {
    this.#reflexive?.close();
    const reason = new RtcError("stopping", "The gateway is stopping");
    for (const peer of [...this.#peers.values()]) peer.close(reason);
    // Whoever has no relay is closed at once.
    if (this.#relay !== undefined) await this.#relay.close();
    this.#socket.close();
    await Promise.all([this.#receiving, this.#tcp?.close()]);
  }

  async #receive(): Promise<void> {
    for (;;) {
      const datagram = await this.#socket.receive();
      if (datagram === undefined) return;
      const { bytes, from } = datagram;
      this.#route(bytes, { ...from, host: plainHost(from.host) });
    }
  }

  #route(bytes: Uint8Array, from: PeerAddress): void {
    const kind = packetKind(bytes);
    if (kind === undefined) return this.#drop("what no WebRTC peer sends", from);
    if (kind === "stun") return this.#routeStun(bytes, from);
    if (kind === "channel") return this.#unwrap(bytes, from, "what no WebRTC peer sends");
    const peer = this.#byAddress.get(addressKey(from));
    if (peer === undefined) return this.#drop("a packet of nobody's", from);
    peer.receive(kind, bytes);
  }

  /** Told by what is in it: several peers may have had an address one after the other. */
  #routeStun(bytes: Uint8Array, from: PeerAddress): void {
    const message = parseStun(bytes);
    if (message === undefined) {
      return this.#unwrap(bytes, from, "a STUN message that cannot be read");
    }
    const peer = this.#peerOf(message);
    if (peer?.receiveStun(message, from)) return;
    const prefix = prefixOf(message);
    if (prefix === PORT_PREFIX && this.#reflexive !== undefined) this.#reflexive.receive(message);
    else this.#drop("a STUN message of nobody's", from);
  }

  /** Takes what a TURN server sends, and what is in it. @param otherwise what it is if it is not that. */
  #unwrap(bytes: Uint8Array, from: PeerAddress, otherwise: string): void {
    if (from.via !== undefined || !this.#relay?.receive(bytes, from)) this.#drop(otherwise, from);
  }

  #peerOf(message: StunMessage): RtcPeer | undefined {
    if (message.class !== "request") return this.#peers.get(prefixOf(message));
    const ufrag = message.username?.split(":")[0];
    return ufrag === undefined ? undefined : this.#byUfrag.get(ufrag);
  }

  #drop(what: string, from: PeerAddress): void {
    this.#droppedCount++;
    this.#dropped.log(what, `Dropped ${what}`, { from: addressKey(from) });
  }

  #send(datagrams: readonly Uint8Array[], to: PeerAddress): Promise<number> {
    if (to.via !== undefined) {
      const way = to.via === "tcp" ? this.#tcp : this.#relay;
      return way?.send(datagrams, to) ?? Promise.resolve(0);
    }
    // A socket of both families knows IPv4 in its wrapped form only.
    const isWrapped = this.#family === "any" && IPV4.test(to.host);
    return this.#socket.send(datagrams, isWrapped ? { ...to, host: `::ffff:${to.host}` } : to);
  }

  /** One after the other: the system takes what is sent at the same time in any order. */
  #sendInTurn(makeDatagrams: MakeDatagrams, to: PeerAddress): Promise<number> {
    // A connection has an order of its own, and may be slow.
    if (to.via === "tcp") return Promise.try(() => this.#send(makeDatagrams(), to));
    const turn = this.#lastTurn.then(() => this.#send(makeDatagrams(), to));
    // What cannot be made is of no concern to whoever comes next.
    this.#lastTurn = turn.catch(() => {});
    return turn;
  }

  /** From now on, what comes from `address` is this peer's: it has shown that it is there. */
  #claim(peer: RtcPeer, address: string): void {
    const owner = this.#byAddress.get(address);
    if (owner === peer) return;
    this.#tcp?.keep(address);
    if (owner !== undefined) this.#addresses.get(owner)?.delete(address);
    this.#byAddress.set(address, peer);
    const own = this.#addresses.get(peer);
    if (own === undefined) return;
    own.add(address);
    const used = peer.path && addressKey(peer.path);
    const oldest = [...own].find((known) => known !== used);
    if (own.size <= MAX_ADDRESSES_PER_PEER || oldest === undefined) return;
    own.delete(oldest);
    this.#release(oldest);
  }

  #release(address: string): void {
    this.#byAddress.delete(address);
    this.#tcp?.end(address);
  }

  #rename(peer: RtcPeer, before: readonly string[], now: readonly string[]): void {
    for (const ufrag of before) this.#byUfrag.delete(ufrag);
    for (const ufrag of now) this.#byUfrag.set(ufrag, peer);
  }

  #forget(peer: RtcPeer, transactionPrefix: number): void {
    this.#peers.delete(transactionPrefix);
    this.#rename(peer, peer.ufrags, []);
    for (const address of this.#addresses.get(peer) ?? []) this.#release(address);
    this.#addresses.delete(peer);
  }
}

function prefixOf({ transactionId }: StunMessage): number {
  return new DataView(transactionId.buffer, transactionId.byteOffset).getUint32(0);
}
