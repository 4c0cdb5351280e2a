import type { ByteStream } from "../../_transport/byte_stream.ts";
import type { Address } from "../../_transport/transport.ts";
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
  /** The half that bytes go down through. */
  readonly down: ByteStream;
  readonly #onClosed: () => void;
  readonly #decoder = new TunnelDecoder();
  /** The POST that is read, and those after it. */
  readonly #ups: Upstream[] = [];
  #changed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(down: ByteStream, onClosed: () => void) {
    this.down = down;
    this.#onClosed = onClosed;
  }

  get remote(): Address {
    return this.down.remote;
  }

  get local(): Address {
    return this.down.local;
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
    return this.down.write(bytes);
  }

  post(bytes: Uint8Array): void {
    this.down.post(bytes);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const up of this.#ups.splice(0)) up.close();
    this.#notify();
    this.down.close();
    this.#onClosed();
  }

  async closeWhenSent(): Promise<void> {
    await this.down.closeWhenSent();
    this.close();
  }
}

/** The tunnels of one server, whose halves find each other by their cookie. */
export class Tunnels {
  readonly #tunnels = new Map<string, TunnelStream>();

  /** Opens a tunnel by its GET; `undefined` when the cookie is taken or there are too many. */
  open(cookie: string, down: ByteStream): TunnelStream | undefined {
    if (this.#tunnels.has(cookie) || this.#tunnels.size >= MAX_TUNNELS) return undefined;
    const tunnel = new TunnelStream(down, () => void this.#tunnels.delete(cookie));
    this.#tunnels.set(cookie, tunnel);
    return tunnel;
  }

  /**
   * Hands a POST to the tunnel that it belongs to, and waits for the end of it or of the tunnel;
   * `false` at once when there is no tunnel that takes it.
   */
  async serve(cookie: string, up: Upstream): Promise<boolean> {
    const ended = Promise.withResolvers<void>();
    const isTaken = this.#tunnels.get(cookie)?.attach({
      async read() {
        const text = await up.read();
        if (text === undefined) ended.resolve();
        return text;
      },
      close() {
        up.close();
        ended.resolve();
      },
    });
    if (isTaken) await ended.promise;
    return isTaken ?? false;
  }
}
