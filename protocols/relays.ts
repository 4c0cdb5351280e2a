import type { Registry } from "../registry/registry.ts";
import type { Source } from "../registry/source.ts";
import { withoutSecrets } from "./_http/url.ts";
import { type GatewaySettings, namedStreams, sourceOf } from "./config.ts";
import type { Logger } from "./logger.ts";
import { ConfigError, type Context, type Protocol, type PullEnd } from "./protocol.ts";
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
  /** What the module made of its section. */
  readonly optionsFor: (protocol: Protocol) => unknown;
}

type Way = "pull" | "push";
type Attempt = (signal: AbortSignal) => Promise<PullEnd>;

/** What is tried again and again. */
interface Job {
  readonly label: string;
  readonly attempt: Attempt;
  /** Told why an attempt failed. */
  readonly onFailure?: (reason: string) => void;
}

/** Streams between this gateway and other servers: from the configuration, and from code. */
export class Relays {
  readonly #options: RelaysOptions;
  /** Those that the configuration asks for, by what it says of them. */
  readonly #configured = new Map<string, Relay>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: RelaysOptions) {
    this.#options = options;
  }

  /** Fetches `url` as the stream `name`, until it is stopped. @throws {ConfigError} */
  pull(url: URL, name: string): Relay {
    return this.#start(this.#pullJob(`pull ${name} from ${withoutSecrets(url)}`, url, name));
  }

  /** Sends the stream `name` to `url` whenever it is published. @throws {ConfigError} */
  push(name: string, url: URL): Relay {
    const label = `push ${name} to ${withoutSecrets(url)}`;
    return this.#start({ label, attempt: this.#pushAttempt(name, url) });
  }

  /** A source that fetches `url` as `name` for as long as somebody reads. @throws {ConfigError} */
  onDemand(url: URL, name: string): Source {
    const job = this.#pullJob(withoutSecrets(url), url, name);
    return { label: job.label, run: (signal) => this.#supervise(job, signal) };
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
    for (const [name, section] of namedStreams(settings)) {
      const source = sourceOf(section);
      if (source !== undefined && !section.onDemand) {
        wanted.set(`pull ${source} ${name}`, () => this.pull(source, name));
      }
      for (const url of section.push) {
        wanted.set(`push ${name} ${url}`, () => this.push(name, new URL(url)));
      }
    }
    return wanted;
  }

  /** Resolves when every relay has ended, which they do after the signal was aborted. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  #start(job: Job): Relay {
    const abort = new AbortController();
    this.#supervise(job, abort.signal);
    return { label: job.label, stop: () => abort.abort() };
  }

  #supervise({ label, attempt, onFailure }: Job, stopped: AbortSignal): Promise<void> {
    const { registry, log } = this.#options;
    const signal = AbortSignal.any([stopped, this.#options.signal]);
    const running = supervise(() => attempt(signal), {
      clock: registry.clock,
      signal,
      onRetry: ({ isFailure, reason }, pauseMs) => {
        if (isFailure) onFailure?.(reason);
        const level = isFailure ? "warn" : "info";
        log[level]("relay ended, trying again", { relay: label, reason, pauseMs });
      },
    }).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  #pullJob(label: string, url: URL, name: string): Job {
    const { registry, contextFor, optionsFor } = this.#options;
    const [protocol, pull] = this.#protocolFor(url, "pull");
    return {
      label,
      attempt: (signal) =>
        pull.call(protocol, contextFor(protocol, signal), url, name, optionsFor(protocol)),
      onFailure: (reason) => registry.get(name)?.noteFailure(reason),
    };
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
