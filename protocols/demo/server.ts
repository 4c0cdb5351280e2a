import type { Cancel } from "../../registry/clock.ts";
import { RegistryError, type RegistryErrorCode } from "../../registry/errors.ts";
import type { Publisher } from "../../registry/publisher.ts";
import type { Context, Endpoint, Server } from "../protocol.ts";
import { Loop } from "./loop.ts";
import type { DemoOptions } from "./options.ts";
import { pace } from "../_ingest/pacer.ts";
import { readSample, type Sample } from "./sample.ts";

/** Pause after a refusal that may not last. */
export const RETRY_MS = 10_000;

/** Refusals that end when others leave. All the others stay as they are until somebody acts. */
const PASSING: ReadonlySet<RegistryErrorCode> = new Set(["name-taken", "too-many-streams"]);

/** Publishes the sample for as long as the gateway runs, or nothing where it is not enabled. */
export async function serveDemo(context: Context, options: DemoOptions): Promise<Server> {
  const server = new DemoServer(context, options);
  if (options.enabled) await server.publish(readSample());
  return server;
}

class DemoServer implements Server {
  readonly endpoints: readonly Endpoint[] = [];
  readonly hints: readonly string[];
  readonly #context: Context;
  readonly #name: string;
  #publisher: Publisher | undefined;
  #cancel: Cancel = () => {};
  #closed = false;

  constructor(context: Context, { enabled, name }: DemoOptions) {
    this.#context = context;
    this.#name = name;
    this.hints = enabled ? [`${name} is live: play it by that name`] : [];
    context.signal.addEventListener("abort", () => this.#end(), { once: true });
  }

  async publish(sample: Sample): Promise<void> {
    const { registry } = this.#context;
    try {
      const request = { name: this.#name, protocol: "demo", remote: "demo" };
      this.#play(await registry.publish(request), sample);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      if (!this.#closed) this.#refused(error, sample);
    }
  }

  #play(publisher: Publisher, sample: Sample): void {
    if (this.#closed) return publisher.close();
    this.#publisher = publisher;
    publisher.signal.addEventListener("abort", () => this.#cut(publisher.signal.reason));
    publisher.describe(sample.description);
    const loop = new Loop(sample);
    this.#cancel = pace(this.#context.registry.clock, (ms) => publisher.write(loop.take(ms)));
  }

  #refused(error: RegistryError, sample: Sample): void {
    const { registry, log } = this.#context;
    const fields = { stream: this.#name, reason: error.message };
    if (!PASSING.has(error.code)) return log.error("the demo is not published", fields);
    log.warn("the demo waits for its name", { ...fields, pauseMs: RETRY_MS });
    this.#cancel = registry.clock.schedule(RETRY_MS, () => void this.publish(sample));
  }

  /** Somebody ended the publication, or took the name over: to try again would be to fight. */
  #cut(error: RegistryError): void {
    if (!this.#closed) {
      const fields = { stream: this.#name, reason: error.message };
      this.#context.log.warn("the demo has ended", fields);
    }
    this.#end();
  }

  #end(): void {
    this.#closed = true;
    this.#cancel();
    this.#publisher?.close();
  }

  close(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }
}
