import { ConnectError, ConnectionClosedError, ListenError } from "./errors.ts";
import {
  type Address,
  type Connection,
  type ConnectOptions,
  type Datagram,
  type DatagramSocket,
  formatAddress,
  type HttpServer,
  type ListenDatagramOptions,
  type Listener,
  type ListenOptions,
  type ServeHttpOptions,
  type Transport,
} from "./transport.ts";

/** What a peer that does not read holds before a write to it waits, as a socket buffer does. */
const PIPE_BYTES = 256 * 1024;

/** First port given out for port 0. */
const FIRST_FREE_PORT = 49_152;

/** One direction of a connection. */
class Pipe {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Takes a copy: the writer may use its buffer again. `false` when the pipe has ended. */
  async write(bytes: Uint8Array): Promise<boolean> {
    while (!this.#ended && this.#bytes >= PIPE_BYTES) await this.#changed.promise;
    if (this.#ended) return false;
    this.#chunks.push(bytes.slice());
    this.#bytes += bytes.byteLength;
    this.#notify();
    return true;
  }

  async read(buffer: Uint8Array): Promise<number | undefined> {
    while (!this.#ended && this.#chunks.length === 0) await this.#changed.promise;
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    const taken = chunk.subarray(0, buffer.byteLength);
    buffer.set(taken);
    if (taken.byteLength < chunk.byteLength) {
      this.#chunks.unshift(chunk.subarray(taken.byteLength));
    }
    this.#bytes -= taken.byteLength;
    this.#notify();
    return taken.byteLength;
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }
}

class MemoryConnection implements Connection {
  readonly local: Address;
  readonly remote: Address;
  readonly #incoming: Pipe;
  readonly #outgoing: Pipe;
  #closed = false;

  constructor(local: Address, remote: Address, incoming: Pipe, outgoing: Pipe) {
    this.local = local;
    this.remote = remote;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  async read(buffer: Uint8Array): Promise<number | undefined> {
    return this.#closed ? undefined : await this.#incoming.read(buffer);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (await this.#outgoing.write(bytes)) return;
    throw new ConnectionClosedError(formatAddress(this.remote));
  }

  close(): void {
    this.#closed = true;
    this.#incoming.end();
    this.#outgoing.end();
  }
}

class MemoryListener implements Listener {
  readonly address: Address;
  readonly #onClose: () => void;
  #backlog: Connection[] = [];
  #closed = false;
  #changed = Promise.withResolvers<void>();

  constructor(address: Address, onClose: () => void) {
    this.address = address;
    this.#onClose = onClose;
  }

  offer(connection: Connection): void {
    this.#backlog.push(connection);
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Connection> {
    while (!this.#closed) {
      const connection = this.#backlog.shift();
      if (connection !== undefined) yield connection;
      else await this.#changed.promise;
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#backlog) connection.close();
    this.#backlog = [];
    this.#onClose();
    this.#notify();
  }
}

class MemoryDatagramSocket implements DatagramSocket {
  readonly address: Address;
  readonly #network: MemoryTransport;
  #queue: Datagram[] = [];
  #closed = false;
  #changed = Promise.withResolvers<void>();

  constructor(address: Address, network: MemoryTransport) {
    this.address = address;
    this.#network = network;
  }

  deliver(datagram: Datagram): void {
    this.#queue.push(datagram);
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  async receive(): Promise<Datagram | undefined> {
    while (!this.#closed && this.#queue.length === 0) await this.#changed.promise;
    return this.#closed ? undefined : this.#queue.shift();
  }

  send(datagrams: readonly Uint8Array[], to: Address): Promise<number> {
    for (const bytes of datagrams) this.#network.route(bytes.slice(), this.address, to);
    return Promise.resolve(datagrams.length);
  }

  close(): void {
    this.#closed = true;
    this.#network.forget(this);
    this.#notify();
  }
}

/** A network inside one process: what tests listen on and connect to without a socket. */
export class MemoryTransport implements Transport {
  readonly #listeners = new Map<number, MemoryListener>();
  readonly #httpServers = new Map<number, ServeHttpOptions>();
  readonly #datagramSockets = new Set<MemoryDatagramSocket>();
  #nextPort = FIRST_FREE_PORT;

  localHosts(): readonly string[] {
    return ["127.0.0.1"];
  }

  listen({ host, port }: ListenOptions): Promise<Listener> {
    const address = this.#claim(host, port);
    const listener = new MemoryListener(address, () => this.#listeners.delete(address.port));
    this.#listeners.set(address.port, listener);
    return Promise.resolve(listener);
  }

  listenDatagram({ host, port, group }: ListenDatagramOptions): Promise<DatagramSocket> {
    const wanted = port === 0 ? this.#nextPort++ : port;
    const taken = [...this.#datagramSockets].some(({ address }) => address.port === wanted);
    if (taken && group === undefined) {
      return Promise.reject(new ListenError(host, wanted, "the port is in use"));
    }
    const socket = new MemoryDatagramSocket({ host, port: wanted }, this);
    this.#datagramSockets.add(socket);
    return Promise.resolve(socket);
  }

  /** Hands a datagram to whatever listens on its port: addresses are all one host here. */
  route(bytes: Uint8Array, from: Address, to: Address): void {
    for (const socket of this.#datagramSockets) {
      if (socket.address.port === to.port) socket.deliver({ bytes, from });
    }
  }

  forget(socket: MemoryDatagramSocket): void {
    this.#datagramSockets.delete(socket);
  }

  connect({ host, port }: ConnectOptions): Promise<Connection> {
    const listener = this.#listeners.get(port);
    if (listener === undefined) {
      return Promise.reject(new ConnectError(host, port, "connection refused"));
    }
    const client: Address = { host: "127.0.0.1", port: this.#nextPort++ };
    const [there, back] = [new Pipe(), new Pipe()];
    listener.offer(new MemoryConnection(listener.address, client, there, back));
    return Promise.resolve(new MemoryConnection(client, listener.address, back, there));
  }

  serveHttp(options: ServeHttpOptions): Promise<HttpServer> {
    const address = this.#claim(options.host, options.port);
    this.#httpServers.set(address.port, options);
    const close = () => {
      this.#httpServers.delete(address.port);
      return Promise.resolve();
    };
    return Promise.resolve({ address, close });
  }

  /** Sends a request to the HTTP server on the port of its URL. */
  async fetch(request: Request): Promise<Response> {
    const port = Number(new URL(request.url).port);
    const server = this.#httpServers.get(port);
    if (server === undefined) throw new ConnectError("127.0.0.1", port, "connection refused");
    return await server.handler(request, { remote: { host: "127.0.0.1", port: this.#nextPort++ } });
  }

  #claim(host: string, port: number): Address {
    const wanted = port === 0 ? this.#nextPort++ : port;
    if (this.#listeners.has(wanted) || this.#httpServers.has(wanted)) {
      throw new ListenError(host, wanted, "the port is in use");
    }
    return { host, port: wanted };
  }
}
