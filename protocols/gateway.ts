import { Hono } from "hono";
import type { AccessPolicy } from "../registry/access.ts";
import type { Clock } from "../registry/clock.ts";
import { Registry } from "../registry/registry.ts";
import type { Source } from "../registry/source.ts";
import { denoTransport } from "./_transport/deno_transport.ts";
import type { Transport } from "./_transport/transport.ts";
import { type Config, parseConfig, sourceOf, streamSettings } from "./config.ts";
import { logEvent } from "./event_log.ts";
import { type Logger, silentLogger, withFields } from "./logger.ts";
import type { Context, Endpoint, HttpEnv, Protocol, Server } from "./protocol.ts";
import { type Relay, Relays } from "./relays.ts";

/** What a gateway is made of. Everything but `protocols` has a default. */
export interface GatewayOptions {
  /** The modules to run, in starting order. */
  readonly protocols: readonly Protocol[];
  /** What a config file would hold, as plain data. Default: every default. */
  readonly config?: unknown;
  readonly log?: Logger;
  readonly access?: AccessPolicy;
  readonly transport?: Transport;
  readonly clock?: Clock;
}

/** One gateway: a registry, a transport and the modules between them. Several may run in one process. */
export class Gateway {
  readonly registry: Registry;
  readonly #protocols: readonly Protocol[];
  readonly #log: Logger;
  readonly #transport: Transport;
  readonly #http = new Hono<HttpEnv>();
  readonly #abort = new AbortController();
  readonly #relays: Relays;
  readonly #servers: Server[] = [];
  #stopped: Promise<void> | undefined;
  #config: Config;

  /** @throws {ConfigError} */
  constructor(options: GatewayOptions) {
    this.#protocols = options.protocols;
    this.#config = parseConfig(options.config ?? {}, options.protocols);
    this.#log = options.log ?? silentLogger;
    this.#transport = options.transport ?? denoTransport;
    this.registry = new Registry({
      ...(options.clock && { clock: options.clock }),
      ...(options.access && { access: options.access }),
      settings: (name) => streamSettings(this.#config.settings, name),
      onInternalError: (error) => this.#logFailure("a listener or access policy failed", error),
    });
    this.#relays = new Relays({
      protocols: options.protocols,
      registry: this.registry,
      log: this.#log,
      signal: this.#abort.signal,
      contextFor: (protocol, signal) => this.#context(protocol, signal),
      optionsFor: (protocol) => this.#config.options.get(protocol),
    });
    this.#relays.check(this.#config.settings);
    this.registry.subscribe((event) => logEvent(this.#log, event));
    this.registry.addSources((name) => this.#configuredSource(name));
  }

  /** What the gateway listens on. */
  get endpoints(): readonly Endpoint[] {
    return this.#servers.flatMap((server) => server.endpoints);
  }

  /** Commands that a newcomer would type first. */
  get hints(): readonly string[] {
    return this.#servers.flatMap((server) => server.hints ?? []);
  }

  /** Starts every module. On failure, what had started is stopped again. @throws {ListenError} */
  async start(): Promise<void> {
    try {
      for (const protocol of this.#protocols) await this.#serve(protocol);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#relays.apply(this.#config.settings);
  }

  async #serve(protocol: Protocol): Promise<void> {
    const { signal } = this.#abort;
    const options = this.#config.options.get(protocol);
    const server = await protocol.serve?.(this.#context(protocol, signal), options);
    if (server === undefined) return;
    if (signal.aborted) await server.close();
    signal.throwIfAborted();
    this.#servers.push(server);
  }

  /** Says goodbye to every peer and resolves when all have gone. May be called again. */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    this.#abort.abort();
    this.registry.close();
    const servers = this.#servers.splice(0);
    await Promise.all([this.#relays.ended(), ...servers.map((server) => server.close())]);
  }

  /**
   * Takes over the `streams:` of a new configuration: pulls and pushes that are gone stop, new ones
   * start, the others are not touched. What the modules listen on needs a new start.
   *
   * @throws {ConfigError} and then nothing has changed.
   */
  reload(raw: unknown): void {
    const { settings } = parseConfig(raw, this.#protocols);
    this.#relays.check(settings);
    this.#config = { settings, options: this.#config.options };
    this.#relays.apply(settings);
  }

  /** Fetches `url` as the stream `name`, trying again for ever, until stopped. @throws {ConfigError} */
  pull(url: string | URL, name: string): Relay {
    return this.#relays.pull(new URL(url), name);
  }

  /** Sends the stream `name` to `url` whenever it is published, until stopped. @throws {ConfigError} */
  push(name: string, url: string | URL): Relay {
    return this.#relays.push(name, new URL(url));
  }

  #configuredSource(name: string): Source | undefined {
    const section = this.#config.settings.streams[name];
    const source = section?.onDemand ? sourceOf(section) : undefined;
    return source && this.#relays.onDemand(source, name);
  }

  #context(protocol: Protocol, signal: AbortSignal): Context {
    return {
      registry: this.registry,
      transport: this.#transport,
      http: this.#http,
      log: withFields(this.#log, { module: protocol.name }),
      host: this.#config.settings.host,
      endpoints: () => this.endpoints,
      onDemand: (url, name) => this.#relays.onDemand(url, name),
      signal,
    };
  }

  #logFailure(message: string, error: unknown): void {
    const reason = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#log.error(message, { reason });
  }
}
