import type { ByteStream } from "../_transport/byte_stream.ts";
import type { Address } from "../_transport/transport.ts";
import { TunnelDecoder } from "./tunnel.ts";

/** Tunnels at a time: each is a viewer. */
const MAX_TUNNELS = 5_000;

/** POSTs that wait for the one before them to end; QuickTime opens the next when one is full. */
const MAX_WAITING = 4;

/** The half of a tunnel that bytes come up through. */
export interface Upstream {
  /** Waits for base64; `undefined` at the end. */
  read(): Promise<Uint8Array | undefined>;
  close(): void;
}

/** A tunnel through HTTP, as one stream: down through a GET, up through one POST after the other. */
export class TunnelStream implements ByteStream {
  readonly #down: ByteStream;
  readonly #decoder = new TunnelDecoder();
  /** The POST that is read, and those after it. */
  readonly #ups: Upstream[] = [];
  #changed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(down: ByteStream) {
    this.#down = down;
  }

  get remote(): Address {
    return this.#down.remote;
  }

  get local(): Address {
    return this.#down.local;
  }

  /** Takes a POST; `false` when too many wait already, or the tunnel has ended. */
  attach(up: Upstream): boolean {
    if (this.#isClosed || this.#ups.length > MAX_WAITING) return false;
    this.#ups.push(up);
    this.#notify();
    return true;
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /**
   * What comes up. Between two POSTs it waits: the end is that of the GET.
   *
   * @throws {RtspTunnelError}
   */
  async read(): Promise<Uint8Array | undefined> {
    while (!this.#isClosed) {
      const [up] = this.#ups;
      if (up === undefined) await this.#changed.promise;
      else {
        const text = await up.read();
        if (text !== undefined) return this.#decoder.decode(text);
        this.#ups.shift();
      }
    }
    return undefined;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#down.write(bytes);
  }

  post(bytes: Uint8Array): void {
    this.#down.post(bytes);
  }

  close(): void {
    this.#isClosed = true;
    for (const up of this.#ups.splice(0)) up.close();
    this.#notify();
    this.#down.close();
  }

  async closeWhenSent(): Promise<void> {
    await this.#down.closeWhenSent();
    this.close();
  }
}

/** The tunnels of one server, whose halves find each other by their cookie. */
export class Tunnels {
  readonly #tunnels = new Map<string, TunnelStream>();

  /** Opens a tunnel by its GET; `undefined` when the cookie is taken or there are too many. */
  open(cookie: string, down: ByteStream): TunnelStream | undefined {
    if (this.#tunnels.has(cookie) || this.#tunnels.size >= MAX_TUNNELS) return undefined;
    const tunnel = new TunnelStream(down);
    this.#tunnels.set(cookie, tunnel);
    return tunnel;
  }

  /** Hands a POST to the tunnel that it belongs to; `false` when there is none that takes it. */
  attach(cookie: string, up: Upstream): boolean {
    return this.#tunnels.get(cookie)?.attach(up) ?? false;
  }

  /** Ends a tunnel. */
  close(cookie: string): void {
    this.#tunnels.get(cookie)?.close();
    this.#tunnels.delete(cookie);
  }
}
