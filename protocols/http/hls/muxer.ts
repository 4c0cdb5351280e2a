import type { Clock } from "../../../registry/clock.ts";
import type { LogItem } from "../../../registry/gop_cache.ts";
import { type Description, EMPTY_DESCRIPTION } from "../../../registry/media/track.ts";
import type { Packager, Packaging } from "../../../registry/packaging.ts";
import type { MediaBatch } from "../../../registry/reader.ts";
import type { SegmentFormat } from "./format.ts";
import { wholeMedia } from "./live_media.ts";
import { type Presentation, Segmenter } from "./segmenter.ts";
import type { SegmentStore } from "./segment_store.ts";
import type { HlsSettings } from "./settings.ts";

export interface MuxerOptions {
  readonly format: SegmentFormat;
  readonly settings: HlsSettings;
  readonly clock: Clock;
  /** Where segments are kept; absent for in memory. */
  readonly store?: SegmentStore | undefined;
}

/** How long to wait for something, and what ends that early. */
export interface Patience {
  readonly ms: number;
  readonly signals: readonly AbortSignal[];
}

/**
 * Cuts one stream into segments of one format, for as long as anybody reads the stream through it: the
 * registry reader of each viewer shares the one packager. Readers are given no items. They look at what
 * there is to play, which is a value, and wait for the next one.
 */
export class Muxer implements Packaging<LogItem> {
  readonly #options: MuxerOptions;
  readonly #watchers = new Set<() => void>();
  #description = EMPTY_DESCRIPTION;
  #presentation: Presentation | undefined;
  /** Of the publisher before: its last segments are still being fetched. */
  #previous: Presentation | undefined;

  constructor(options: MuxerOptions) {
    this.#options = options;
  }

  /** What there is to play: the same object for as long as nothing changes. */
  get presentation(): Presentation | undefined {
    return this.#presentation;
  }

  /** All that segments may be fetched of, the newest first. */
  get presentations(): readonly Presentation[] {
    return [this.#presentation, this.#previous].filter((one) => one !== undefined);
  }

  /** What the stream is said to have. */
  get description(): Description {
    return this.#description;
  }

  /** Whether the format carries none of the tracks that the stream is known to have. */
  get isUnfit(): boolean {
    const { tracks } = this.#description;
    return tracks.length > 0 && this.#options.format.renditions(tracks).length === 0;
  }

  open(): Packager<LogItem> {
    let segmenter: Segmenter | undefined;
    return {
      package: (batch) => {
        segmenter ??= this.#begin();
        this.#push(segmenter, batch);
        return [];
      },
      finish: () => {
        segmenter?.end();
        this.#show(segmenter?.presentation);
        // A publisher that comes now has nothing to do with the one before.
        segmenter = undefined;
        return [];
      },
    };
  }

  /** Nobody reads through it any more. May be called again. */
  close(): void {
    this.#options.store?.close();
  }

  #begin(): Segmenter {
    const { format, settings, clock } = this.#options;
    this.#previous = this.#presentation;
    this.#presentation = undefined;
    // Seconds grow faster than segments: no number comes twice, however often this begins.
    return new Segmenter(format, settings, Math.floor(clock.utc() / 1000));
  }

  #push(segmenter: Segmenter, batch: MediaBatch): void {
    this.#description = batch.description;
    segmenter.push(batch, this.#options.clock.utc());
    this.#show(segmenter.presentation);
  }

  #show(presentation: Presentation | undefined): void {
    const known = this.#presentation;
    // Before there is anything, what is known of the stream may be what somebody waits for.
    if (presentation !== undefined && isSame(known, presentation)) return;
    this.#presentation = presentation;
    this.#options.store?.keep(wholeMedia(this.presentations));
    for (const look of [...this.#watchers]) look();
  }

  /**
   * What `find` gives, as soon as it gives anything; undefined when the patience is over. Rejects with
   * what `find` throws.
   */
  async until<Found>(
    find: () => Found | undefined,
    { ms, signals }: Patience,
  ): Promise<Found | undefined> {
    const found = find();
    if (found !== undefined || signals.some(({ aborted }) => aborted)) return found;
    const { promise, resolve, reject } = Promise.withResolvers<Found | undefined>();
    const giveUp = () => resolve(undefined);
    const look = () => {
      try {
        const result = find();
        if (result !== undefined) resolve(result);
      } catch (error) {
        reject(error);
      }
    };
    const cancel = this.#options.clock.schedule(ms, giveUp);
    this.#watchers.add(look);
    for (const signal of signals) signal.addEventListener("abort", giveUp);
    try {
      return await promise;
    } finally {
      cancel();
      this.#watchers.delete(look);
      for (const signal of signals) signal.removeEventListener("abort", giveUp);
    }
  }
}

function isSame(a: Presentation | undefined, b: Presentation): boolean {
  return a !== undefined && a.isEnded === b.isEnded && a.targetDuration === b.targetDuration &&
    a.renditions.length === b.renditions.length &&
    a.renditions.every((window, index) => window === b.renditions[index]);
}
