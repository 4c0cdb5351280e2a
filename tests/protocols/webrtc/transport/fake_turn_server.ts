import type {
  Address,
  DatagramSocket,
  Transport,
} from "../../../../protocols/_transport/transport.ts";
import {
  longTermKey,
  parseChannelData,
  parseTurn,
  type TurnFields,
  type TurnMessage,
  writeChannelData,
  writeTurn,
} from "../../../../protocols/webrtc/transport/turn_message.ts";
import type { Clock } from "../../../../registry/clock.ts";

const encode = (text: string) => new TextEncoder().encode(text);

export const CREDENTIALS = { username: "user", credential: "a password" };
const REALM = encode("example.org");

const LIFETIME_S = 600;
const PERMISSION_MS = 300_000;
const CHANNEL_MS = 600_000;

interface Allocation {
  readonly client: Address;
  readonly socket: DatagramSocket;
  endsAt: number;
  /** Ends, by host and by number. */
  readonly permissions: Map<string, number>;
  readonly channels: Map<number, { readonly peer: Address; endsAt: number }>;
}

/** A TURN server that forgets what is not renewed, and does what a test says. */
export class FakeTurnServer {
  /** What was asked, with what was answered: "allocate", "allocate 401". */
  readonly log: string[] = [];
  nonce = "a nonce";
  /** Refuses what it names. */
  refusals: Partial<Record<TurnFields["method"], number>> = {};
  isSilent = false;
  indications = 0;
  channelPackets = 0;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #socket: DatagramSocket;
  readonly #allocations = new Map<string, Allocation>();
  readonly #key = longTermKey(CREDENTIALS.username, REALM, CREDENTIALS.credential);

  private constructor(transport: Transport, clock: Clock, socket: DatagramSocket) {
    this.#transport = transport;
    this.#clock = clock;
    this.#socket = socket;
    this.#read(socket, (bytes, from) => this.#receive(bytes, from));
  }

  static async open(transport: Transport, clock: Clock): Promise<FakeTurnServer> {
    const socket = await transport.listenDatagram({ host: "127.0.0.1", port: 3478 });
    return new FakeTurnServer(transport, clock, socket);
  }

  /** Where peers reach whoever has an allocation. */
  get relayed(): readonly Address[] {
    return [...this.#allocations.values()].map(({ socket }) => socket.address);
  }

  /** As after a restart. */
  forget(): void {
    for (const { socket } of this.#allocations.values()) socket.close();
    this.#allocations.clear();
  }

  close(): void {
    this.forget();
    this.#socket.close();
  }

  async #read(socket: DatagramSocket, take: (bytes: Uint8Array, from: Address) => void) {
    for (;;) {
      const datagram = await socket.receive();
      if (datagram === undefined) return;
      take(datagram.bytes, datagram.from);
    }
  }

  #receive(bytes: Uint8Array, from: Address): void {
    if (this.isSilent) return;
    const allocation = this.#allocationOf(from);
    const message = parseTurn(bytes);
    if (message === undefined) return this.#relayChannel(bytes, allocation);
    if (message.class === "request") return this.#answer(message, from);
    const { peer, data } = message;
    if (peer === undefined || data === undefined || !isAllowed(allocation, peer, this.#clock)) {
      return;
    }
    this.indications++;
    void allocation?.socket.send([data], peer);
  }

  #relayChannel(bytes: Uint8Array, allocation: Allocation | undefined): void {
    const packet = parseChannelData(bytes);
    const channel = packet && allocation?.channels.get(packet.channel);
    if (packet === undefined || channel === undefined) return;
    if (channel.endsAt <= this.#clock.now() || !isAllowed(allocation, channel.peer, this.#clock)) {
      return;
    }
    this.channelPackets++;
    void allocation?.socket.send([packet.data], channel.peer);
  }

  #allocationOf({ port }: Address): Allocation | undefined {
    const allocation = this.#allocations.get(`${port}`);
    if (allocation === undefined || allocation.endsAt > this.#clock.now()) return allocation;
    allocation.socket.close();
    this.#allocations.delete(`${port}`);
    return undefined;
  }

  #answer(message: TurnMessage, from: Address): void {
    const { method, transactionId } = message;
    const refused = this.#refusal(message, from);
    if (refused === undefined) return void this.#serve(message, from);
    this.log.push(`${method} ${refused}`);
    const challenge = { realm: REALM, nonce: encode(this.nonce) };
    const error = { method, class: "error", transactionId, errorCode: refused } as const;
    const isChallenge = refused === 401 || refused === 438;
    void this.#socket.send([writeTurn({ ...error, ...(isChallenge && challenge) })], from);
  }

  #refusal(message: TurnMessage, from: Address): number | undefined {
    const { method } = message;
    const isKnown = this.#allocationOf(from) !== undefined;
    // As coturn does: before it asks who is there.
    if (method === "allocate" && isKnown) return 437;
    if (message.nonce === undefined || !message.isSignedWith(this.#key)) return 401;
    if (new TextDecoder().decode(message.nonce) !== this.nonce) return 438;
    if (method !== "allocate" && !isKnown) return 437;
    return this.refusals[method];
  }

  async #serve({ method, transactionId, lifetime, peer, channel }: TurnMessage, from: Address) {
    this.log.push(lifetime === undefined ? method : `${method} for ${lifetime}`);
    const answer = { method, class: "response", transactionId } as const;
    const send = (fields: Partial<TurnFields> = {}) =>
      this.#socket.send([writeTurn({ ...answer, ...fields }, this.#key)], from);
    if (method === "allocate") {
      const allocation = await this.#allocate(from);
      const { address: relayed } = allocation.socket;
      return await send({ relayed, mapped: from, lifetime: LIFETIME_S });
    }
    const allocation = this.#allocationOf(from);
    if (allocation === undefined) return;
    const now = this.#clock.now();
    if (method === "refresh") {
      allocation.endsAt = now + (lifetime ?? LIFETIME_S) * 1000;
      if (lifetime === 0) this.#allocationOf(from);
      return await send({ lifetime: lifetime ?? LIFETIME_S });
    }
    if (peer !== undefined) allocation.permissions.set(peer.host, now + PERMISSION_MS);
    if (peer !== undefined && channel !== undefined) {
      allocation.channels.set(channel, { peer, endsAt: now + CHANNEL_MS });
    }
    return await send();
  }

  async #allocate(client: Address): Promise<Allocation> {
    const socket = await this.#transport.listenDatagram({ host: "127.0.0.1", port: 0 });
    const endsAt = this.#clock.now() + LIFETIME_S * 1000;
    const allocation = { client, socket, endsAt, permissions: new Map(), channels: new Map() };
    this.#allocations.set(`${client.port}`, allocation);
    this.#read(socket, (data, peer) => this.#forward(allocation, data, peer));
    return allocation;
  }

  #forward(allocation: Allocation, data: Uint8Array, peer: Address): void {
    if (this.#allocationOf(allocation.client) !== allocation) return;
    if (!isAllowed(allocation, peer, this.#clock)) return;
    const now = this.#clock.now();
    const [channel] =
      [...allocation.channels].find(([, bound]) =>
        bound.peer.port === peer.port && bound.endsAt > now
      ) ?? [];
    const transactionId = crypto.getRandomValues(new Uint8Array(12));
    const bytes = channel === undefined
      ? writeTurn({ method: "data", class: "indication", transactionId, peer, data })
      : writeChannelData({ channel, data });
    void this.#socket.send([bytes], allocation.client);
  }
}

function isAllowed(allocation: Allocation | undefined, { host }: Address, clock: Clock): boolean {
  return (allocation?.permissions.get(host) ?? 0) > clock.now();
}
