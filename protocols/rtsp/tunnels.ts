import type { ByteStream } from "../_transport/byte_stream.ts";
import type { Address } from "../_transport/transport.ts";
import { TunnelDecoder } from "./tunnel.ts";

/** Tunnels at a time: each is a viewer. */
const MAX_TUNNELS = 5_000;

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
  #up: PromiseWithResolvers<Upstream | undefined> = Promise.withResolvers();
  #present: Upstream | undefined;

  constructor(down: ByteStream) {
    this.#down = down;
  }

  get remote(): Address {
    return this.#down.remote;
  }

  get local(): Address {
    return this.#down.local;
  }

  /** Takes a POST: QuickTime opens a new one when it has said enough through the last. */
  attach(up: Upstream): void {
    this.#present?.close();
    this.#up.resolve(up);
    this.#present = up;
  }

  /**
   * What comes up. Between two POSTs it waits: the end is that of the GET.
   *
   * @throws {RtspTunnelError}
   */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const up = await this.#up.promise;
      if (up === undefined) return undefined;
      const text = await up.read();
      if (text !== undefined) return this.#decoder.decode(text);
      if (this.#present === up) this.#up = Promise.withResolvers();
      else this.#up.resolve(this.#present);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#down.write(bytes);
  }

  post(bytes: Uint8Array): void {
    this.#down.post(bytes);
  }

  close(): void {
    this.#up.resolve(undefined);
    this.#present?.close();
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

  /** Hands a POST to the tunnel that it belongs to; `false` when there is none. */
  attach(cookie: string, up: Upstream): boolean {
    const tunnel = this.#tunnels.get(cookie);
    tunnel?.attach(up);
    return tunnel !== undefined;
  }

  /** Ends a tunnel. */
  close(cookie: string): void {
    this.#tunnels.get(cookie)?.close();
    this.#tunnels.delete(cookie);
  }
}
