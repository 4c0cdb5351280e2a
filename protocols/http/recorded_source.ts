import type { Cancel, Clock } from "../../registry/clock.ts";
import { ReaderTooSlowError, type RegistryError } from "../../registry/errors.ts";
import type { Peer } from "../../registry/events.ts";
import type { LogItem } from "../../registry/gop_cache.ts";
import type { Packager, Packaging } from "../../registry/packaging.ts";
import { Playback } from "../../registry/playback.ts";
import type { EndBatch, MediaBatch, ReadBatch } from "../../registry/reader.ts";
import type { RecordedReader } from "../../registry/recording.ts";

/** What viewers read from, be it live or recorded: what they need of a registry reader. */
export interface ViewerSource<Media extends ReadBatch<unknown>> {
  readonly name: string;
  readonly peer: Peer;
  /** Aborted with a `RegistryError` when the registry ends it. */
  readonly signal: AbortSignal;
  /** The next batch; `undefined` when there are no more. @throws {RegistryError} */
  read(): Promise<Media | EndBatch | undefined>;
  /** Notes what the viewer was sent that was not read from here. */
  count(units: number, bytes: number): void;
  cut(error: RegistryError): void;
  close(): void;
}

/**
 * A viewer that takes nothing for so long is cut: what it plays stays open for it. As long as servers
 * commonly wait for a client that downloads.
 */
const STALL_MS = 60_000;

/** How a viewer takes a recording. */
export interface RecordedOptions {
  readonly clock: Clock;
  /** Position to begin at, in milliseconds. */
  readonly fromMs: number;
  /** Milliseconds by which media may run ahead of its time; infinite for as fast as it is taken. */
  readonly leadMs: number;
}

/** What a viewer is to get of the batches of a recording. */
export interface Form<Media> {
  take(batch: MediaBatch): Media;
  /** What is left when there are no more. */
  finish(): Media | undefined;
}

/** A recording that one viewer reads. */
export class RecordedSource<Media extends ReadBatch<unknown>> implements ViewerSource<Media> {
  readonly #reader: RecordedReader;
  readonly #form: Form<Media>;
  readonly #playback: Playback;
  readonly #clock: Clock;
  #cancelStall: Cancel = () => {};
  #isClosed = false;

  constructor(
    reader: RecordedReader,
    form: Form<Media>,
    { clock, fromMs, leadMs }: RecordedOptions,
  ) {
    const pace = leadMs === Infinity ? { speed: Infinity } : { leadMs };
    this.#reader = reader;
    this.#form = form;
    this.#clock = clock;
    this.#playback = new Playback(reader, { clock, fromMs, ...pace });
  }

  get name(): string {
    return this.#reader.name;
  }

  get peer(): Peer {
    return this.#reader.peer;
  }

  get signal(): AbortSignal {
    return this.#reader.signal;
  }

  async read(): Promise<Media | EndBatch | undefined> {
    this.#cancelStall();
    try {
      return await this.#next();
    } finally {
      if (!this.#isClosed) this.#watchStall();
    }
  }

  async #next(): Promise<Media | EndBatch | undefined> {
    for (;;) {
      const batch = await this.#playback.read();
      if (batch?.type !== "media") return batch && (this.#form.finish() ?? batch);
      const media = this.#form.take(batch);
      // Some forms need more than one unit before there is anything to give.
      if (media.units.length > 0) return media;
    }
  }

  count(units: number, bytes: number): void {
    this.#reader.count(units, bytes);
  }

  #watchStall(): void {
    this.#cancelStall = this.#clock.schedule(
      STALL_MS,
      () => this.cut(new ReaderTooSlowError(this.name, STALL_MS)),
    );
  }

  cut(error: RegistryError): void {
    this.#reader.cut(error);
    this.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelStall();
    this.#playback.close();
    this.#reader.close();
  }
}

/** The units as they are. */
export const UNITS: Form<MediaBatch> = { take: (batch) => batch, finish: () => undefined };

/** What a packaging makes of them for one viewer, who shares it with nobody. */
export function packagedBy<Item extends LogItem>(
  packaging: Packaging<Item>,
): Form<ReadBatch<Item>> {
  let packager: Packager<Item> | undefined;
  const toBatch = (units: readonly Item[]): ReadBatch<Item> => (
    { type: "media", units, bytes: units.reduce((sum, { bytes }) => sum + bytes, 0) }
  );
  return {
    take(batch) {
      packager ??= packaging.open();
      return toBatch(packager.package(batch));
    },
    finish: () => packager?.finish && toBatch(packager.finish()),
  };
}
