import type { Cancel } from "../../registry/clock.ts";
import { loadTlsIdentity } from "../_config/tls.ts";
import { Admissions, DEFAULT_ADMISSION_LIMITS } from "../_transport/admission.ts";
import { type ByteStream, ConnectionStream } from "../_transport/byte_stream.ts";
import { listenOnFirst } from "../_transport/listen.ts";
import type { Connection, Listener, TlsIdentity } from "../_transport/transport.ts";
import type { Context, Endpoint, Server } from "../protocol.ts";
import { AuthGate } from "./auth_gate.ts";
import { type ConnectionParts, RtspConnection } from "./connection.ts";
import { type HttpRequestHead, writeHttpHead } from "./http_message.ts";
import { writeResponse } from "./message.ts";
import type { RtspOptions } from "./options.ts";
import { RtpPackaging } from "./packaging.ts";
import { tunnelHalf, writeTunnelResponse } from "./tunnel.ts";
import { Tunnels } from "./tunnels.ts";
import { UdpPorts } from "./udp_ports.ts";

/** How often connections are asked whether anybody uses them. */
const CHECK_MS = 1_000;

const DEFAULT_PORT = 554;

/** Listens for RTSP and RTSPS. @throws {ListenError} @throws {ConfigError} */
export async function serveRtsp(context: Context, options: RtspOptions): Promise<Server> {
  const host = options.host ?? context.host;
  const udp = options.rtpPort === false || options.port === false
    ? undefined
    : await UdpPorts.open(context.transport, host, options.rtpPort);
  const server = new RtspServer(context, options, udp);
  try {
    await server.listen(host);
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class RtspServer implements Server {
  readonly #options: RtspOptions;
  readonly #context: Context;
  readonly #udp: UdpPorts | undefined;
  readonly #gate: AuthGate;
  readonly #packaging: RtpPackaging;
  readonly #tunnels = new Tunnels();
  readonly #admissions = new Admissions(DEFAULT_ADMISSION_LIMITS);
  readonly #listeners = new Map<Listener, Endpoint>();
  readonly #connections = new Set<RtspConnection>();
  readonly #serving = new Set<Promise<void>>();
  readonly #accepting: Promise<void>[] = [];
  #cancelCheck: Cancel;

  constructor(context: Context, options: RtspOptions, udp: UdpPorts | undefined) {
    this.#context = context;
    this.#options = options;
    this.#udp = udp;
    this.#gate = new AuthGate(options);
    this.#packaging = new RtpPackaging(context.registry.clock);
    this.#cancelCheck = this.#scheduleCheck();
  }

  get endpoints(): readonly Endpoint[] {
    return [...this.#listeners.values(), ...this.#udp?.endpoints ?? []];
  }

  get hints(): readonly string[] {
    const [endpoint] = this.endpoints;
    if (endpoint === undefined) return [];
    const { scheme, address: { port } } = endpoint;
    const url = `${scheme}://localhost${port === DEFAULT_PORT ? "" : `:${port}`}/live/cam1`;
    return [`ffplay -rtsp_transport tcp ${url}`];
  }

  async listen(host: string): Promise<void> {
    const { port, tls } = this.#options;
    if (port !== false) await this.#listen("rtsp", host, port);
    if (tls !== undefined && tls.port !== false) {
      await this.#listen("rtsps", host, tls.port, await loadTlsIdentity("rtsp", tls));
    }
  }

  async #listen(
    scheme: string,
    host: string,
    ports: readonly number[],
    tls?: TlsIdentity,
  ): Promise<void> {
    const listener = await listenOnFirst(
      ports,
      (port) => this.#context.transport.listen({ host, port, ...(tls && { tls }) }),
    );
    this.#listeners.set(listener, { scheme, address: listener.address });
    this.#accepting.push(this.#accept(listener));
  }

  async #accept(listener: Listener): Promise<void> {
    for await (const connection of listener) {
      const done = this.#admit(connection).finally(() => this.#serving.delete(done));
      this.#serving.add(done);
    }
  }

  async #admit(connection: Connection): Promise<void> {
    const stream = new ConnectionStream(connection, this.#context.registry.clock);
    const admission = this.#admissions.admit(connection.remote.host);
    try {
      if (admission.refusal === undefined) await this.#serve(stream);
      else await refuse(stream);
    } finally {
      admission.release();
      stream.close();
    }
  }

  async #serve(stream: ByteStream): Promise<void> {
    const head = await this.#run(stream);
    if (head !== undefined) await this.#serveTunnel(head, stream);
  }

  async #run(stream: ByteStream): Promise<HttpRequestHead | undefined> {
    const connection = new RtspConnection({ ...this.#parts, stream });
    this.#connections.add(connection);
    const head = await connection.run();
    this.#connections.delete(connection);
    return head;
  }

  get #parts(): Omit<ConnectionParts, "stream"> {
    return {
      context: this.#context,
      options: this.#options,
      udp: this.#udp,
      packaging: this.#packaging,
      gate: this.#gate,
    };
  }

  /** A connection that begins with HTTP is one half of a tunnel, or nothing that is served here. */
  async #serveTunnel(head: HttpRequestHead, stream: ByteStream): Promise<void> {
    const half = tunnelHalf(head);
    if (half?.direction === "down") {
      const tunnel = this.#tunnels.open(half.cookie, stream);
      if (tunnel === undefined) return;
      stream.post(writeTunnelResponse());
      // Nothing comes down here but the end.
      const ended = untilEnd(stream).then(() => tunnel.close());
      await this.#run(tunnel);
      tunnel.close();
      await ended;
      this.#tunnels.close(half.cookie);
    } else if (half !== undefined) {
      await this.#attach(half.cookie, head.rest, stream);
    } else {
      stream.post(writeHttpHead("HTTP/1.1 404 Not Found", [["Connection", "close"]]));
      await stream.closeWhenSent();
    }
  }

  /** Keeps a POST open for as long as the tunnel reads from it. */
  async #attach(cookie: string, rest: Uint8Array, stream: ByteStream): Promise<void> {
    const ended = Promise.withResolvers<void>();
    let first: Uint8Array | undefined = rest;
    const isKnown = this.#tunnels.attach(cookie, {
      async read() {
        const text = first ?? await stream.read();
        first = undefined;
        if (text === undefined) ended.resolve();
        return text;
      },
      close: () => {
        stream.close();
        ended.resolve();
      },
    });
    if (isKnown) await ended.promise;
  }

  #scheduleCheck(): Cancel {
    return this.#context.registry.clock.schedule(CHECK_MS, () => {
      for (const connection of this.#connections) connection.checkDeadlines();
      this.#cancelCheck = this.#scheduleCheck();
    });
  }

  async close(): Promise<void> {
    this.#cancelCheck();
    for (const listener of this.#listeners.keys()) listener.close();
    await Promise.all([...this.#connections].map((connection) => connection.goodbye()));
    // A port is free again when its loop has ended, not yet when its listener is closed.
    await Promise.all([...this.#accepting, ...this.#serving]);
    await this.#udp?.close();
  }
}

async function untilEnd(stream: ByteStream): Promise<void> {
  while (await stream.read() !== undefined);
}

async function refuse(stream: ByteStream): Promise<void> {
  stream.post(writeResponse({ status: 503, headers: [["CSeq", "0"]] }));
  await stream.closeWhenSent();
}
