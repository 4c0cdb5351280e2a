import type { Publisher, PublisherEnd } from "../../../registry/publisher.ts";
import { decodingMs } from "../../../registry/media/unit.ts";
import type { Demuxer, DemuxEvent } from "../../_formats/demux/events.ts";
import { PublisherFeed } from "../../_ingest/publisher_feed.ts";
import { type Context, ThrottledLog } from "../../protocol.ts";
import type { Pacer } from "./pacer.ts";

/** What is published, and as what. */
export interface PullSinkOptions {
  readonly context: Context;
  /** Host that the stream comes from. */
  readonly remote: string;
  /** Name that it is published as. */
  readonly target: string;
  /** Where the events come from. */
  readonly source: Pick<Demuxer, "isHolding" | "flush">;
  readonly pacer: Pacer;
}

/**
 * Where a pull publishes, at the pace of the media. The publisher comes with the first track: a source
 * that has none holds no name.
 */
export class PullSink {
  readonly #options: PullSinkOptions;
  readonly #stopped = new AbortController();
  readonly #stop = () => this.#stopped.abort();
  #publishing: Promise<Publishing> | undefined;
  #open: Publishing | undefined;

  constructor(options: PullSinkOptions) {
    this.#options = options;
    const { signal } = options.context;
    signal.addEventListener("abort", this.#stop, { once: true });
    if (signal.aborted) this.#stop();
  }

  /** Aborted when nothing is to be fetched any more. */
  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Publishes when it is due. @throws {RegistryError} it cannot be published. */
  async take(events: readonly DemuxEvent[]): Promise<void> {
    if (events.length === 0 && !this.#options.source.isHolding) return;
    this.#open ??= await (this.#publishing ??= this.#publish());
    const { feed } = this.#open;
    let from = 0;
    for (const [index, event] of events.entries()) {
      const wait = event.type === "unit" ? this.#options.pacer.delay(decodingMs(event.unit)) : 0;
      if (wait === 0) continue;
      feed.take(events.slice(from, index));
      from = index;
      await this.pause(wait);
      if (this.signal.aborted) return;
    }
    feed.take(events.slice(from));
  }

  async #publish(): Promise<Publishing> {
    const { context: { registry, log }, target, remote, source } = this.#options;
    const publisher = await registry.publish({ name: target, protocol: "http", remote });
    publisher.signal.addEventListener("abort", this.#stop, { once: true });
    const trouble = new ThrottledLog(
      () => registry.clock.now(),
      (message, fields) => log.warn(message, { stream: target, ...fields }),
    );
    const feed = new PublisherFeed({ publisher, clock: registry.clock, trouble, source });
    return { publisher, feed };
  }

  /** Waits, but no longer than until the pull is stopped. */
  pause(ms: number): Promise<void> {
    const { clock } = this.#options.context.registry;
    if (this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        this.signal.removeEventListener("abort", finish);
        resolve();
      };
      const cancel = clock.schedule(ms, finish);
      this.signal.addEventListener("abort", finish, { once: true });
    });
  }

  /** Publishes what is held back, and ends the publisher. */
  close(end: PublisherEnd): void {
    this.#options.context.signal.removeEventListener("abort", this.#stop);
    this.#stop();
    this.#open?.feed.close();
    this.#open?.publisher.close(end);
  }

  /** @throws {RegistryError} why the registry ended the publisher, if it has. */
  throwIfCut(): void {
    this.#open?.publisher.signal.throwIfAborted();
  }
}

interface Publishing {
  readonly publisher: Publisher;
  readonly feed: PublisherFeed;
}
