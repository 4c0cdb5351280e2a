import { Hono } from "hono";
import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import { http } from "../../../../protocols/http/mod.ts";
import { silentLogger } from "../../../../protocols/logger.ts";
import type { Context, HttpEnv, Server } from "../../../../protocols/protocol.ts";
import { parseOptions } from "../../../../protocols/webrtc/options.ts";
import { serveWebRtc } from "../../../../protocols/webrtc/server.ts";
import { Registry } from "../../../../registry/registry.ts";
import { must, unused } from "../../../must.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

const HOST = "127.0.0.1";
const HTTP_PORT = 8080;

/** A gateway in memory with streams of its own, and what a relay of another one beside it is given. */
export class RelayBench implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly abort = new AbortController();
  /** Of the side that pulls and pushes. */
  readonly registry: Registry;
  /** Of the side that is pulled from and pushed to. */
  readonly remote: Registry;
  readonly #transport: MemoryTransport;
  readonly #servers: readonly Server[];

  private constructor(context: Context, clock: VirtualClock, servers: readonly Server[]) {
    this.clock = clock;
    this.registry = new Registry({ clock });
    this.remote = context.registry;
    this.#transport = context.transport as MemoryTransport;
    this.#servers = servers;
  }

  static async start(): Promise<RelayBench> {
    const clock = new VirtualClock();
    const registry = new Registry({ clock });
    const signal = new AbortController().signal;
    const context = contextOf(registry, new MemoryTransport(), signal);
    const webrtc = await serveWebRtc(context, parseOptions({ signaling: { enabled: false } }));
    const options = http.parseOptions({ port: HTTP_PORT });
    const web = await must(http.serve)(context, options);
    return new RelayBench(context, clock, [webrtc, web]);
  }

  /** Whom the server sends `live/cam1` to. */
  get viewers(): number {
    return this.remote.get("live/cam1")?.readers.size ?? 0;
  }

  url(scheme: string, path: string): URL {
    return new URL(`${scheme}://${HOST}:${HTTP_PORT}${path}`);
  }

  get context(): Context {
    return contextOf(this.registry, this.#transport, this.abort.signal);
  }

  /** Ends all sessions from the server's side. */
  async hangUp(): Promise<void> {
    await this.#servers[0]?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort();
    await this.clock.run(100);
    this.registry.close();
    this.remote.close();
    for (const server of this.#servers) await server.close();
  }
}

function contextOf(registry: Registry, transport: MemoryTransport, signal: AbortSignal): Context {
  return {
    registry,
    transport,
    signal,
    http: new Hono<HttpEnv>(),
    log: silentLogger,
    host: HOST,
    endpoints: () => [],
    onDemand: unused,
  };
}
