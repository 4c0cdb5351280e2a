import type { Clock } from "./clock.ts";
import { type CursorOptions, Fanout, type QueueLimits } from "./fanout.ts";
import type { LogItem } from "./gop_cache.ts";
import type { BatchCursor, BatchSource, MediaBatch, ReadBatch } from "./reader.ts";

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

/**
 * A way to package streams that depends on what went before: segments, RTP sequence numbers. One
 * object stands for one way; readers that name the same object share the work.
 */
export interface Packaging<Item extends LogItem> {
  /** Begins with a stream: called when the first reader comes. */
  open(): Packager<Item>;
}

/** The packaging of one stream. Sees every batch once, in order, from a key unit on. */
export interface Packager<Item extends LogItem> {
  package(batch: MediaBatch): readonly Item[];
  /** What waited for more when the publication ended. */
  finish?(): readonly Item[];
}

/** One packaging of one stream, for all its readers: done once, and only while there are any. */
export class SharedPackager<Item extends LogItem> implements BatchSource<ReadBatch<Item>> {
  readonly #packager: Packager<Item>;
  readonly #fanout: Fanout<Item, ReadBatch<Item>>;
  #readers = 0;

  constructor(
    packaging: Packaging<Item>,
    { clock, limits }: { readonly clock: Clock; readonly limits: QueueLimits },
  ) {
    this.#packager = packaging.open();
    this.#fanout = new Fanout({ clock, limits, makeBatch: toBatch, joins: () => true });
  }

  /** Whether nobody reads what it makes. */
  get isUnused(): boolean {
    return this.#readers === 0;
  }

  /** Packages what was published. Throws what the packager throws: it is of no use any more then. */
  feed(batch: MediaBatch): void {
    this.#append(this.#packager.package(batch));
  }

  #append(items: readonly Item[]): void {
    if (items.length > 0) this.#fanout.append(items);
  }

  /** Tells readers of the end of a publication, after what they have yet to read. */
  end(): void {
    this.#append(this.#packager.finish?.() ?? []);
    this.#fanout.end();
  }

  open(options: CursorOptions): BatchCursor<ReadBatch<Item>> {
    this.#readers++;
    return this.#fanout.open(options);
  }

  /** Forgets one reader, whose cursor is closed. */
  release(): void {
    this.#readers--;
  }

  wake(): void {
    this.#fanout.wake();
  }

  close(): void {
    this.#fanout.close();
  }
}

function toBatch<Item extends LogItem>(units: readonly Item[]): ReadBatch<Item> {
  return { type: "media", units, bytes: units.reduce((sum, { bytes }) => sum + bytes, 0) };
}
