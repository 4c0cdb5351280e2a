import type { Registry } from "../registry/registry.ts";
import type { Source } from "../registry/source.ts";
import { type GatewaySettings, namedStreams } from "./config.ts";
import type { Logger } from "./logger.ts";
import { ConfigError, type Context, type Protocol } from "./protocol.ts";
import { supervise } from "./supervisor.ts";

/** A pull or a push that goes on until it is stopped. */
export interface Relay {
  /** For people: what it does, without secrets. */
  readonly label: string;
  stop(): void;
}

export interface RelaysOptions {
  readonly protocols: readonly Protocol[];
  readonly registry: Registry;
  readonly log: Logger;
  /** Ends every relay. */
  readonly signal: AbortSignal;
  readonly contextFor: (protocol: Protocol, signal: AbortSignal) => Context;
}

type Way = "pull" | "push";
type Attempt = (signal: AbortSignal) => Promise<void>;

/** Streams between this gateway and other servers: from the configuration, and from code. */
export class Relays {
  readonly #options: RelaysOptions;
  /** Those that the configuration asks for, by what it says of them. */
  readonly #configured = new Map<string, Relay>();

  constructor(options: RelaysOptions) {
    this.#options = options;
  }

  /** Fetches `url` as the stream `name`, until it is stopped. @throws {ConfigError} */
  pull(url: URL, name: string): Relay {
    return this.#start(
      `pull ${name} from ${withoutSecrets(url)}`,
      name,
      this.#pullAttempt(url, name),
    );
  }

  /** Sends the stream `name` to `url` whenever it is published. @throws {ConfigError} */
  push(name: string, url: URL): Relay {
    return this.#start(
      `push ${name} to ${withoutSecrets(url)}`,
      name,
      this.#pushAttempt(name, url),
    );
  }

  /** A source that fetches `url` as `name` for as long as somebody reads. @throws {ConfigError} */
  onDemand(url: URL, name: string): Source {
    const attempt = this.#pullAttempt(url, name);
    const label = withoutSecrets(url);
    return { label, run: (signal) => this.#supervise(label, name, attempt, signal) };
  }

  /** Starts what the settings ask for and stops what they no longer do; the rest goes on. */
  apply(settings: GatewaySettings): void {
    const wanted = this.#wanted(settings);
    for (const [key, relay] of this.#configured) {
      if (wanted.has(key)) continue;
      relay.stop();
      this.#configured.delete(key);
    }
    for (const [key, start] of wanted) {
      if (!this.#configured.has(key)) this.#configured.set(key, start());
    }
  }

  /** Checks that there is a module for every URL. @throws {ConfigError} naming the field. */
  check(settings: GatewaySettings): void {
    for (const [name, { source, push }] of namedStreams(settings)) {
      if (source !== undefined) this.#checkUrl(source, "pull", ["streams", name, "source"]);
      for (const url of push) this.#checkUrl(url, "push", ["streams", name, "push"]);
    }
  }

  #checkUrl(url: string, way: Way, path: readonly string[]): void {
    try {
      this.#protocolFor(new URL(url), way);
    } catch (error) {
      throw error instanceof ConfigError ? new ConfigError(path, error.reason) : error;
    }
  }

  #wanted(settings: GatewaySettings): ReadonlyMap<string, () => Relay> {
    const wanted = new Map<string, () => Relay>();
    for (const [name, { source, onDemand, push }] of namedStreams(settings)) {
      if (source !== undefined && !onDemand) {
        wanted.set(`pull ${source} ${name}`, () => this.pull(new URL(source), name));
      }
      for (const url of push) {
        wanted.set(`push ${name} ${url}`, () => this.push(name, new URL(url)));
      }
    }
    return wanted;
  }

  #start(label: string, name: string, attempt: Attempt): Relay {
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#options.signal]);
    this.#supervise(label, name, attempt, signal);
    return { label, stop: () => abort.abort() };
  }

  #supervise(label: string, name: string, attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { registry, log } = this.#options;
    return supervise(() => attempt(signal), {
      clock: registry.clock,
      signal: AbortSignal.any([signal, this.#options.signal]),
      onRetry: (reason, pauseMs) => {
        registry.get(name)?.noteFailure(reason);
        log.warn("relay ended, trying again", { relay: label, reason, pauseMs });
      },
    });
  }

  #pullAttempt(url: URL, name: string): Attempt {
    const [protocol, pull] = this.#protocolFor(url, "pull");
    return (signal) => pull.call(protocol, this.#options.contextFor(protocol, signal), url, name);
  }

  #pushAttempt(name: string, url: URL): Attempt {
    const [protocol, push] = this.#protocolFor(url, "push");
    return async (signal) => {
      await this.#options.registry.whenPublished(name, signal);
      if (signal.aborted) return;
      await push.call(protocol, this.#options.contextFor(protocol, signal), name, url);
    };
  }

  #protocolFor<W extends Way>(url: URL, way: W): readonly [Protocol, NonNullable<Protocol[W]>] {
    const scheme = url.protocol.slice(0, -1);
    const protocol = this.#options.protocols.find(({ schemes }) => schemes.includes(scheme));
    const method = protocol?.[way];
    if (protocol === undefined || method === undefined) {
      throw new ConfigError([], `no module can ${way} ${scheme}:// URLs`);
    }
    return [protocol, method];
  }
}

/** A URL for people: without user, password and query. */
function withoutSecrets({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
