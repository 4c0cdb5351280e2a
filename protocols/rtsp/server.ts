import type { Cancel } from "../../registry/clock.ts";
import { loadTlsIdentity } from "../_config/tls.ts";
import { Admissions, DEFAULT_ADMISSION_LIMITS } from "../_transport/admission.ts";
import { type ByteStream, ConnectionStream } from "../_transport/byte_stream.ts";
import { listenOnFirst } from "../_transport/listen.ts";
import {
  type Connection,
  formatAddress,
  type Listener,
  type TlsIdentity,
} from "../_transport/transport.ts";
import { type Context, type Endpoint, type Server, ThrottledLog } from "../protocol.ts";
import { AuthGate } from "./auth/gate.ts";
import { FIRST_REQUEST_MS, RtspConnection } from "./connection.ts";
import { mountTunnels } from "./tunnel/http_routes.ts";
import type { HttpRequestHead } from "./message/http_message.ts";
import { writeResponse } from "./message.ts";
import { RtspMessageReader } from "./message/message_reader.ts";
import { MulticastGroups } from "./play/multicast.ts";
import type { RtspOptions } from "./options.ts";
import { Orphans } from "./session/orphans.ts";
import { RtpPackaging } from "./play/packaging.ts";
import { Registrations } from "./registrations.ts";
import { refusalOf } from "./refusals.ts";
import { serveHttpConnection, serveTunnel } from "./tunnel/server.ts";
import { Tunnels, TunnelStream } from "./tunnel/tunnels.ts";
import { UdpPorts } from "./transport/udp_ports.ts";

/** How often connections are asked whether anybody uses them. */
const CHECK_MS = 1_000;

/** Connections over the limit that are told so in RTSP; more than these are closed at once. */
const MAX_REFUSALS = 16;

const DEFAULT_PORT = 554;

/** Listens for RTSP and RTSPS. @throws {ListenError} @throws {ConfigError} */
export async function serveRtsp(context: Context, options: RtspOptions): Promise<Server> {
  const host = options.host ?? context.host;
  const server = new RtspServer(context, options);
  try {
    await server.listen(host);
    if (server.endpoints.length > 0) server.mount();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class RtspServer implements Server {
  readonly #options: RtspOptions;
  readonly #context: Context;
  readonly #gate: AuthGate;
  readonly #packaging: RtpPackaging;
  readonly #tunnels = new Tunnels();
  readonly #admissions = new Admissions(DEFAULT_ADMISSION_LIMITS);
  readonly #listeners = new Map<Listener, Endpoint>();
  readonly #connections = new Set<RtspConnection>();
  readonly #serving = new Set<Promise<void>>();
  readonly #orphans = new Orphans();
  readonly #trouble: ThrottledLog;
  readonly #registrations: Registrations | undefined;
  /** Connections over the limit that are told so. */
  readonly #refused = new Set<ByteStream>();
  readonly #accepting: Promise<void>[] = [];
  #udp: UdpPorts | undefined;
  #multicast: MulticastGroups | undefined;
  #isClosing = false;
  #cancelCheck: Cancel;

  constructor(context: Context, options: RtspOptions) {
    this.#context = context;
    this.#options = options;
    this.#gate = new AuthGate(options);
    const { log, registry: { clock } } = context;
    this.#trouble = new ThrottledLog(() => clock.now(), (...line) => log.info(...line));
    this.#packaging = new RtpPackaging(context.registry.clock);
    this.#registrations = options.register ? new Registrations(context) : undefined;
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
    if (port !== false) {
      await this.#openUdp(host);
      await this.#listen("rtsp", host, port);
    }
    if (tls !== undefined && tls.port !== false) {
      await this.#listen("rtsps", host, tls.port, await loadTlsIdentity("rtsp", tls));
    }
  }

  /** Takes tunnels that come to the HTTP port. */
  mount(): void {
    const { http, registry: { clock } } = this.#context;
    mountTunnels(http, {
      tunnels: this.#tunnels,
      clock,
      open: (cookie, down, isSecure) => this.#openTunnel(cookie, down, isSecure),
    });
  }

  async #openUdp(host: string): Promise<void> {
    const context = this.#context;
    const { rtpPort, multicast } = this.#options;
    const trouble = new ThrottledLog(
      () => context.registry.clock.now(),
      (message, fields) => context.log.warn(message, fields),
    );
    if (rtpPort !== false) {
      this.#udp = await UdpPorts.open(context.transport, host, rtpPort, {
        onStranger: (from, count) =>
          trouble.log("stranger", "datagrams are dropped that no session has asked for", {
            from: formatAddress(from),
            count,
          }),
      });
    }
    if (multicast.enabled) {
      const parts = { context, options: this.#options, packaging: this.#packaging };
      this.#multicast = await MulticastGroups.open(host, parts);
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
    this.#accepting.push(this.#accept(listener, tls !== undefined));
  }

  async #accept(listener: Listener, isSecure: boolean): Promise<void> {
    for await (const connection of listener) {
      if (this.#isClosing) return connection.close();
      const done = this.#admit(connection, isSecure).finally(() => this.#serving.delete(done));
      this.#serving.add(done);
    }
  }

  async #admit(connection: Connection, isSecure: boolean): Promise<void> {
    const stream = new ConnectionStream(connection, this.#context.registry.clock);
    const admission = this.#admissions.admit(connection.remote.host);
    try {
      if (admission.refusal === undefined) await this.#serve(stream, isSecure);
      else await this.#refuse(stream);
    } catch (error) {
      this.#context.log.error("a connection failed", { reason: refusalOf(error).reason });
    } finally {
      admission.release();
      stream.close();
    }
  }

  async #refuse(stream: ByteStream): Promise<void> {
    if (this.#refused.size >= MAX_REFUSALS) return;
    const { clock } = this.#context.registry;
    const cancel = clock.schedule(FIRST_REQUEST_MS, () => stream.close());
    this.#refused.add(stream);
    await refuseConnection(stream);
    this.#refused.delete(stream);
    cancel();
  }

  async #serve(stream: ByteStream, isSecure: boolean): Promise<void> {
    const run = (stream: ByteStream) => this.#run(stream, isSecure);
    const head = await run(stream);
    if (head !== undefined) await serveHttpConnection(head, stream, this.#tunnels, run);
  }

  async #run(stream: ByteStream, isSecure: boolean): Promise<HttpRequestHead | undefined> {
    const connection = new RtspConnection({
      context: this.#context,
      options: this.#options,
      // What was asked for in secret must not be sent in the open.
      udp: isSecure ? undefined : this.#udp,
      multicast: isSecure ? undefined : this.#multicast,
      packaging: this.#packaging,
      gate: this.#gate,
      orphans: this.#orphans,
      registrations: this.#registrations,
      trouble: this.#trouble,
      isTunnel: stream instanceof TunnelStream,
      stream,
    });
    this.#connections.add(connection);
    const head = await connection.run();
    this.#connections.delete(connection);
    return head;
  }

  /** Serves a tunnel whose halves have come to the HTTP port. */
  #openTunnel(cookie: string, down: ByteStream, isSecure: boolean): boolean {
    const admission = this.#admissions.admit(down.remote.host);
    const tunnel = admission.refusal === undefined && !this.#isClosing
      ? this.#tunnels.open(cookie, down)
      : undefined;
    if (tunnel === undefined) {
      admission.release();
      return false;
    }
    const done = serveTunnel(tunnel, (stream) => this.#run(stream, isSecure)).finally(() => {
      admission.release();
      this.#serving.delete(done);
    });
    this.#serving.add(done);
    return true;
  }

  #scheduleCheck(): Cancel {
    return this.#context.registry.clock.schedule(CHECK_MS, () => {
      for (const connection of this.#connections) connection.checkDeadlines();
      this.#orphans.checkDeadlines();
      this.#cancelCheck = this.#scheduleCheck();
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelCheck();
    this.#registrations?.close();
    for (const listener of this.#listeners.keys()) listener.close();
    for (const stream of this.#refused) stream.close();
    await Promise.all([...this.#connections].map((connection) => connection.goodbye()));
    await this.#orphans.close();
    // A port is free again when its loop has ended, not yet when its listener is closed.
    await Promise.all([...this.#accepting, ...this.#serving]);
    await Promise.all([this.#udp?.close(), this.#multicast?.close()]);
  }
}

/** Answers the first request with 503, so that the client knows why nothing comes. */
async function refuseConnection(stream: ByteStream): Promise<void> {
  const reader = new RtspMessageReader();
  for (let bytes; (bytes = await stream.read()) !== undefined;) {
    const [input] = reader.feed(bytes);
    if (input === undefined) continue;
    const cseq = input.type === "request" ? input.headers.get("CSeq") : undefined;
    stream.post(writeResponse({ status: 503, headers: [["CSeq", cseq ?? "0"]] }));
    return await stream.closeWhenSent();
  }
}
