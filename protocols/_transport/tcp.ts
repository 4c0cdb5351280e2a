import { ConnectError, ConnectionClosedError, ListenError } from "./errors.ts";
import { reasonOf, toAddress } from "./net.ts";
import {
  type Address,
  type Connection,
  type ConnectOptions,
  formatAddress,
  type Listener,
  type ListenOptions,
} from "./transport.ts";

/** A peer that does not answer within this time is not there. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Pause after accept() failed, as it does when descriptors run out: they come back one by one. */
const ACCEPT_RETRY_MS = 100;

class TcpConnection implements Connection {
  readonly remote: Address;
  readonly local: Address;
  readonly #conn: Deno.TcpConn | Deno.TlsConn;
  #closed = false;

  constructor(conn: Deno.TcpConn | Deno.TlsConn) {
    this.#conn = conn;
    this.remote = toAddress(conn.remoteAddr);
    this.local = toAddress(conn.localAddr);
  }

  async read(buffer: Uint8Array): Promise<number | undefined> {
    if (this.#closed) return undefined;
    try {
      return await this.#conn.read(buffer) ?? undefined;
    } catch {
      // Reset, aborted, closed here: for a session all of them are the end.
      return undefined;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    try {
      while (rest.byteLength > 0) {
        rest = rest.subarray(await this.#conn.write(rest));
      }
    } catch {
      throw new ConnectionClosedError(formatAddress(this.remote));
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }
}

class TcpListener implements Listener {
  readonly address: Address;
  readonly #listener: Deno.TcpListener | Deno.TlsListener;
  #closed = false;

  constructor(listener: Deno.TcpListener | Deno.TlsListener) {
    this.#listener = listener;
    this.address = toAddress(listener.addr);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Connection> {
    while (!this.#closed) {
      try {
        const conn = await this.#listener.accept();
        setOptions(conn);
        yield new TcpConnection(conn);
      } catch (error) {
        if (this.#closed || error instanceof Deno.errors.BadResource) return;
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MS));
      }
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
  }
}

/** Listens for TCP or TLS. @throws {ListenError} */
export function listenTcp({ host, port, tls }: ListenOptions): Listener {
  try {
    const listener = tls === undefined
      ? Deno.listen({ hostname: host, port })
      : Deno.listenTls({ hostname: host, port, ...tls });
    return new TcpListener(listener);
  } catch (error) {
    throw new ListenError(host, port, reasonOf(error));
  }
}

/** Connects over TCP or TLS. @throws {ConnectError} */
export async function connectTcp(options: ConnectOptions): Promise<Connection> {
  const { host, port, tls = false, timeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const stop = AbortSignal.any(signal === undefined ? [timeout.signal] : [timeout.signal, signal]);
  let conn: Deno.TcpConn | Deno.TlsConn | undefined;
  try {
    conn = await Deno.connect({ hostname: host, port, signal: stop });
    setOptions(conn);
    if (tls) conn = await startTls(conn, host, stop);
    return new TcpConnection(conn);
  } catch (error) {
    const reason = timeout.signal.aborted ? "it did not answer" : reasonOf(error);
    throw new ConnectError(host, port, reason);
  } finally {
    clearTimeout(timer);
  }
}

async function startTls(
  conn: Deno.TcpConn,
  hostname: string,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  let secure: Deno.TcpConn | Deno.TlsConn = conn;
  const abort = () => secure.close();
  signal.addEventListener("abort", abort, { once: true });
  try {
    secure = await Deno.startTls(conn, { hostname });
    await secure.handshake();
    return secure;
  } catch (error) {
    if (!signal.aborted) secure.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function setOptions(conn: Deno.TcpConn | Deno.TlsConn): void {
  if (!("setNoDelay" in conn)) return;
  // A write is a whole message or several: waiting for company only adds latency.
  conn.setNoDelay(true);
  conn.setKeepAlive(true);
}
