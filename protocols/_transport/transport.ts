import type { AdmissionLimits } from "./admission.ts";

/** Where something listens or speaks from. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `192.0.2.7:1935`, `[2001:db8::1]:1935`. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An ordered, reliable stream of bytes in both directions: TCP, or TLS over it. */
export interface Connection {
  readonly remote: Address;
  readonly local: Address;
  /**
   * Reads what is there, at most a buffer full, into `buffer`; waits when nothing is. Gives the
   * number of bytes, or `undefined` at the end, which a reset counts as too.
   */
  read(buffer: Uint8Array): Promise<number | undefined>;
  /**
   * Writes all of `bytes`, which must not change until the promise settles. One at a time: use a
   * `WriteQueue` where several parts of a session write.
   *
   * @throws {ConnectionClosedError}
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends both directions at once; pending reads and writes end too. May be called again. */
  close(): void;
}

/** Certificate chain and private key, PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** Where to accept connections, and whether over TLS. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly tls?: TlsIdentity;
}

/** Accepts connections until it is closed. */
export interface Listener extends AsyncIterable<Connection> {
  readonly address: Address;
  close(): void;
}

/** Where to connect to, and how long to try. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What an HTTP handler is told about the request beside the request itself. */
export interface HttpPeer {
  readonly remote: Address;
  /** Present when the client asks for a WebSocket: accepts it. The response must be returned. */
  readonly upgrade?: () => { readonly socket: WebSocket; readonly response: Response };
}

/** Answers a request. */
export type HttpHandler = (request: Request, peer: HttpPeer) => Response | Promise<Response>;

/** A running HTTP server. */
export interface HttpServer {
  readonly address: Address;
  /** Stops accepting, lets running responses end for `graceMs`, then closes what is left. */
  close(graceMs: number): Promise<void>;
}

/** Where to serve HTTP, and who answers. */
export interface ServeHttpOptions extends ListenOptions {
  /** How many connections there may be; `DEFAULT_ADMISSION_LIMITS` where it does not say. */
  readonly limits?: AdmissionLimits;
  readonly handler: HttpHandler;
  /** Called with what a handler threw; the peer gets a 500. */
  readonly onError: (error: unknown) => void;
}

/** One datagram that arrived. */
export interface Datagram {
  /** A buffer that nothing else writes to: views into it may be kept. */
  readonly bytes: Uint8Array;
  readonly from: Address;
}

/** Where to send datagrams from and receive them. */
export interface ListenDatagramOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /**
   * A multicast group to receive from, on the interface that has the address `host`; the port may
   * then be shared with others on this machine.
   */
  readonly group?: string;
  /** Hops that what is sent to multicast groups may take; 16 on a socket that receives from one. */
  readonly multicastTtl?: number;
}

/** A UDP socket. */
export interface DatagramSocket {
  readonly address: Address;
  /** Waits for the next datagram; `undefined` after `close()`. */
  receive(): Promise<Datagram | undefined>;
  /**
   * Sends each of `datagrams`, none of which may change until the promise settles. What the system
   * has no room for, or cannot send, is lost, as it may be on the way: gives how many went out.
   */
  send(datagrams: readonly Uint8Array[], to: Address): Promise<number>;
  close(): void;
}

/** Everything that touches the network. The tests have one in memory. */
export interface Transport {
  /**
   * IP addresses of the interfaces of this machine; empty where the process may not ask for them
   * (`--allow-sys=networkInterfaces`).
   */
  localHosts(): readonly string[];
  /** @throws {ListenError} */
  listen(options: ListenOptions): Promise<Listener>;
  /** @throws {ListenError} */
  listenDatagram(options: ListenDatagramOptions): Promise<DatagramSocket>;
  /** @throws {ConnectError} */
  connect(options: ConnectOptions): Promise<Connection>;
  /** @throws {ListenError} */
  serveHttp(options: ServeHttpOptions): Promise<HttpServer>;
  /**
   * Sends a request to an HTTP server. Resolves with the head of the answer; whoever wants limits of
   * time aborts the signal of the request, and reads or cancels the body.
   *
   * @throws {ConnectError} and the reason of the signal.
   */
  fetch(request: Request): Promise<Response>;
}
