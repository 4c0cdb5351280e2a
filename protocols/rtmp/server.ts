import type { Cancel } from "../../registry/clock.ts";
import { loadTlsIdentity } from "../_config/tls.ts";
import { Admissions, DEFAULT_ADMISSION_LIMITS } from "../_transport/admission.ts";
import { listenOnFirst } from "../_transport/listen.ts";
import {
  type Connection,
  formatAddress,
  type Listener,
  type TlsIdentity,
} from "../_transport/transport.ts";
import type { Context, Endpoint, Server } from "../protocol.ts";
import { RtmpLink } from "./link.ts";
import type { RtmpOptions } from "./options.ts";
import { reasonOf } from "./refusals.ts";
import { RtmpSession } from "./session.ts";

/** Time for the whole handshake. */
const HANDSHAKE_MS = 10_000;

/** How often sessions are asked whether anybody uses them. */
const CHECK_MS = 1_000;

/** Connections over the limit that are told so in RTMP; more than these are closed at once. */
const MAX_REFUSALS = 16;

/** Listens for RTMP and RTMPS. @throws {ListenError} @throws {ConfigError} */
export async function serveRtmp(context: Context, options: RtmpOptions): Promise<Server> {
  const server = new RtmpServer(context, options);
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class RtmpServer implements Server {
  readonly #context: Context;
  readonly #options: RtmpOptions;
  readonly #admissions = new Admissions(DEFAULT_ADMISSION_LIMITS);
  readonly #listeners = new Map<Listener, Endpoint>();
  readonly #accepting: Promise<void>[] = [];
  readonly #connections = new Set<Promise<void>>();
  /** Connections in their handshake: nobody is there yet to say goodbye to. */
  readonly #handshakes = new Set<Connection>();
  readonly #sessions = new Set<RtmpSession>();
  #refusals = 0;
  #isClosing = false;
  #cancelCheck: Cancel;

  constructor(context: Context, options: RtmpOptions) {
    this.#context = context;
    this.#options = options;
    this.#cancelCheck = this.#scheduleCheck();
  }

  get endpoints(): readonly Endpoint[] {
    return [...this.#listeners.values()];
  }

  get hints(): readonly string[] {
    const [endpoint] = this.endpoints;
    if (endpoint === undefined) return [];
    const { scheme, address } = endpoint;
    const url = `${scheme}://localhost${address.port === 1935 ? "" : `:${address.port}`}/live/cam1`;
    return [`ffmpeg -re -i clip.mp4 -c copy -f flv ${url}`, `ffplay ${url}`];
  }

  async listen(): Promise<void> {
    const { port, tls } = this.#options;
    if (port !== false) await this.#listen("rtmp", port);
    if (tls !== undefined && tls.port !== false) {
      await this.#listen("rtmps", tls.port, await loadTlsIdentity("rtmp", tls));
    }
  }

  async #listen(scheme: string, ports: readonly number[], tls?: TlsIdentity): Promise<void> {
    const { transport, host: anyHost } = this.#context;
    const host = this.#options.host ?? anyHost;
    const listener = await listenOnFirst(
      ports,
      (port) => transport.listen({ host, port, ...(tls && { tls }) }),
    );
    this.#listeners.set(listener, { scheme, address: listener.address });
    this.#accepting.push(this.#accept(listener));
  }

  async #accept(listener: Listener): Promise<void> {
    for await (const connection of listener) {
      if (this.#isClosing) return connection.close();
      const done = this.#serve(connection).finally(() => this.#connections.delete(done));
      this.#connections.add(done);
    }
  }

  async #serve(connection: Connection): Promise<void> {
    const admission = this.#admissions.admit(connection.remote.host);
    if (admission.refusal !== undefined && this.#refusals >= MAX_REFUSALS) {
      connection.close();
      return;
    }
    if (admission.refusal !== undefined) this.#refusals++;
    try {
      await this.#serveAdmitted(connection, admission.refusal);
    } finally {
      if (admission.refusal !== undefined) this.#refusals--;
      admission.release();
      connection.close();
    }
  }

  async #serveAdmitted(connection: Connection, refusal: string | undefined): Promise<void> {
    const link = await this.#shakeHands(connection);
    if (link === undefined || this.#isClosing) return;
    const session = new RtmpSession({
      context: this.#context,
      options: this.#options,
      link,
      ...(refusal !== undefined && { refusal }),
    });
    this.#sessions.add(session);
    await session.run();
    this.#sessions.delete(session);
  }

  async #shakeHands(connection: Connection): Promise<RtmpLink | undefined> {
    const { registry: { clock }, log } = this.#context;
    const remote = formatAddress(connection.remote);
    const cancel = clock.schedule(HANDSHAKE_MS, () => {
      log.info("closed", { remote, reason: `no handshake within ${HANDSHAKE_MS / 1000} s` });
      connection.close();
    });
    this.#handshakes.add(connection);
    try {
      return await RtmpLink.accept(connection, clock);
    } catch (error) {
      log.info("closed", { remote, reason: reasonOf(error) });
      return undefined;
    } finally {
      cancel();
      this.#handshakes.delete(connection);
    }
  }

  #scheduleCheck(): Cancel {
    return this.#context.registry.clock.schedule(CHECK_MS, () => {
      for (const session of this.#sessions) session.checkDeadlines();
      this.#cancelCheck = this.#scheduleCheck();
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelCheck();
    for (const listener of this.#listeners.keys()) listener.close();
    for (const connection of this.#handshakes) connection.close();
    for (const session of this.#sessions) session.goodbye();
    // A port is free again when its loop has ended, not yet when its listener is closed.
    await Promise.all([...this.#accepting, ...this.#connections]);
  }
}
