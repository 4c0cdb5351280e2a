import type { Clock } from "./clock.ts";
import { type Cursor, Fanout, type QueueLimits } from "./fanout.ts";
import type { LogItem } from "./gop_cache.ts";
import type { MediaBatch } from "./reader.ts";

/**
 * Makes `make(source)` once per source object, for all who ask, for as long as the source lives.
 * For forms that follow from the source alone, as the FLV tags of a batch do.
 */
export function memo<Source extends object, Form>(
  make: (source: Source) => Form,
): (source: Source) => Form {
  const forms = new WeakMap<Source, { readonly form: Form }>();
  return (source) => {
    const known = forms.get(source);
    if (known !== undefined) return known.form;
    const form = make(source);
    forms.set(source, { form });
    return form;
  };
}

/** As `memo`, for forms that follow from two objects: a batch, and how a group of readers takes it. */
export function memoPair<First extends object, Second extends object, Form>(
  make: (first: First, second: Second) => Form,
): (first: First, second: Second) => Form {
  const byFirst = memo((first: First) => memo((second: Second) => make(first, second)));
  return (first, second) => byFirst(first)(second);
}

/** What a `SharedPackager` reads: a registry reader, or anything that behaves as one. */
export interface BatchSource {
  read(): Promise<MediaBatch | { readonly type: "end" } | undefined>;
  close(): void;
}

/** What a `SharedPackager` packages, and how. */
export interface SharedPackagerOptions<Item extends LogItem> {
  readonly clock: Clock;
  readonly limits: QueueLimits;
  /** Opens the one reader; called when the first viewer comes. */
  readonly open: () => Promise<BatchSource>;
  /** Turns what was read into items; may keep state, since it sees every batch once and in order. */
  readonly packageBatch: (batch: MediaBatch) => readonly Item[];
}

/** From the first viewer to the last. */
interface Run<Item extends LogItem> {
  readonly fanout: Fanout<Item, readonly Item[]>;
  /** Absent while it is being opened. */
  source?: BatchSource;
  stopped: boolean;
}

/**
 * Packaging that depends on what went before (segments, RTP sequence numbers), done once per stream:
 * one registry reader, started by the first viewer and closed after the last, feeds a list that
 * all viewers read at their own pace.
 */
export class SharedPackager<Item extends LogItem> {
  readonly #options: SharedPackagerOptions<Item>;
  readonly #viewers = new Set<PackageViewer<Item>>();
  #run: Run<Item> | undefined;

  constructor(options: SharedPackagerOptions<Item>) {
    this.#options = options;
  }

  /** Adds a viewer. `mergeMs` as in `ReadOptions`. */
  view(mergeMs = 0): PackageViewer<Item> {
    const run = this.#run ??= this.#start();
    const viewer = new PackageViewer<Item>(run.fanout, mergeMs, (gone) => this.#leave(gone));
    this.#viewers.add(viewer);
    return viewer;
  }

  #start(): Run<Item> {
    const { clock, limits } = this.#options;
    const fanout = new Fanout<Item, readonly Item[]>({
      clock,
      limits,
      makeBatch: (items) => items,
      joins: () => true,
    });
    const run: Run<Item> = { fanout, stopped: false };
    this.#feed(run).then(() => this.#end(run), (error) => this.#end(run, error));
    return run;
  }

  async #feed(run: Run<Item>): Promise<void> {
    const source = await this.#options.open();
    run.source = source;
    try {
      while (!run.stopped) {
        const batch = await source.read();
        if (batch?.type !== "media") break;
        const items = this.#options.packageBatch(batch);
        if (items.length > 0) run.fanout.append(items);
      }
    } finally {
      source.close();
    }
  }

  #end(run: Run<Item>, error?: unknown): void {
    if (this.#run === run) this.#run = undefined;
    for (const viewer of [...this.#viewers]) {
      if (!viewer.isOf(run.fanout)) continue;
      // It no longer counts: the next run ends with the last viewer of its own.
      this.#viewers.delete(viewer);
      viewer.end(error);
    }
    run.fanout.close();
  }

  #leave(viewer: PackageViewer<Item>): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0 || this.#run === undefined) return;
    this.#run.stopped = true;
    this.#run.source?.close();
    this.#run = undefined;
  }
}

/** One viewer of a `SharedPackager`. */
export class PackageViewer<Item extends LogItem> {
  readonly #fanout: Fanout<Item, readonly Item[]>;
  readonly #cursor: Cursor<Item, readonly Item[]>;
  readonly #onClose: (viewer: PackageViewer<Item>) => void;
  #ended: { readonly error?: unknown } | undefined;
  #isClosed = false;

  constructor(
    fanout: Fanout<Item, readonly Item[]>,
    mergeMs: number,
    onClose: (viewer: PackageViewer<Item>) => void,
  ) {
    this.#fanout = fanout;
    this.#onClose = onClose;
    this.#cursor = fanout.open({
      mergeMs,
      onDropped: () => {},
      onStalled: () => this.close(),
    });
  }

  isOf(fanout: Fanout<Item, readonly Item[]>): boolean {
    return this.#fanout === fanout;
  }

  /**
   * All that was packaged since the last call, or `undefined` after the stream ended or `close()`.
   * Viewers that keep up share the array.
   *
   * @throws whatever the reader or the packaging failed with.
   */
  async read(): Promise<readonly Item[] | undefined> {
    for (;;) {
      if (this.#isClosed) return undefined;
      const items = this.#cursor.take();
      if (items !== undefined) return items;
      if (this.#ended?.error !== undefined) throw this.#ended.error;
      if (this.#ended !== undefined) return undefined;
      await this.#cursor.wait();
    }
  }

  end(error?: unknown): void {
    this.#ended ??= error === undefined ? {} : { error };
    this.#fanout.wake();
  }

  close(): void {
    this.#isClosed = true;
    this.end();
    this.#cursor.close();
    this.#onClose(this);
  }
}
