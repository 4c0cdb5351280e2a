import type { Clock } from "./clock.ts";
import type { QueueLimits } from "./fanout.ts";
import type { LogItem } from "./gop_cache.ts";
import { type Packaging, SharedPackager } from "./packaging.ts";
import type { MediaBatch } from "./reader.ts";

export interface PackagersOptions {
  readonly clock: Clock;
  readonly limits: QueueLimits;
  /** What a new reader of the stream is given at once: a packager begins with it. */
  readonly kept: () => readonly MediaBatch[];
  /** A packager threw: its readers have to go. */
  readonly onFailed: (packager: object, error: unknown) => void;
}

/** A packager of whatever items. */
type AnyPackager = Pick<
  SharedPackager<LogItem>,
  "feed" | "end" | "release" | "isUnused" | "close"
>;

/** The packagers of one stream, each there for as long as it has readers. */
export class Packagers {
  readonly #options: PackagersOptions;
  readonly #packagers = new Map<Packaging<LogItem>, AnyPackager>();

  constructor(options: PackagersOptions) {
    this.#options = options;
  }

  /**
   * The packager of `packaging`, which begins with what is kept when it is new. Throws what that throws
   * over it.
   */
  of<Item extends LogItem>(packaging: Packaging<Item>): SharedPackager<Item> {
    const known = this.#packagers.get(packaging);
    // The key is the object that made the packager, and so knows the type of its items.
    if (known !== undefined) return known as SharedPackager<Item>;
    const packager = new SharedPackager<Item>(packaging, this.#options);
    for (const batch of this.#options.kept()) packager.feed(batch);
    this.#packagers.set(packaging, packager);
    return packager;
  }

  /** Packages what was published, for whoever reads it. */
  feed(batch: MediaBatch): void {
    for (const packager of [...this.#packagers.values()]) this.#feed(packager, batch);
  }

  #feed(packager: AnyPackager, batch: MediaBatch): void {
    try {
      packager.feed(batch);
    } catch (error) {
      this.#forget(packager);
      this.#options.onFailed(packager, error);
    }
  }

  get isEmpty(): boolean {
    return this.#packagers.size === 0;
  }

  /** The publication has ended. */
  end(): void {
    for (const packager of this.#packagers.values()) packager.end();
  }

  /** A reader of `source` has left. */
  release(source: object): void {
    for (const packager of this.#packagers.values()) {
      if (packager !== source) continue;
      packager.release();
      if (packager.isUnused) this.#forget(packager);
    }
  }

  #forget(packager: AnyPackager): void {
    for (const [packaging, known] of this.#packagers) {
      if (known === packager) this.#packagers.delete(packaging);
    }
    packager.close();
  }

  close(): void {
    for (const packager of [...this.#packagers.values()]) this.#forget(packager);
  }
}
