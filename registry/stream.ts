import type { Cancel, Clock } from "./clock.ts";
import {
  KickedError,
  NameTakenError,
  PackagingError,
  PublisherReplacedError,
  RegistryClosedError,
  RegistryError,
} from "./errors.ts";
import type { Peer, RegistryEvent } from "./events.ts";
import { Fanout } from "./fanout.ts";
import type { LogItem } from "./gop_cache.ts";
import type { PublishOptions } from "./key_requests.ts";
import { sameDescription } from "./media/description.ts";
import { type Description, EMPTY_DESCRIPTION } from "./media/track.ts";
import { payloadBytes, type Unit } from "./media/unit.ts";
import { Publisher } from "./publisher.ts";
import { Rate } from "./rate.ts";
import { Packagers } from "./packagers.ts";
import type { Packaging } from "./packaging.ts";
import {
  type BatchSource,
  type MediaBatch,
  type ReadBatch,
  Reader,
  type ReadOptions,
} from "./reader.ts";
import type { StreamSettings } from "./settings.ts";
import { type Source, SourceRunner } from "./source.ts";
import { Timeline } from "./timeline.ts";

/** A unit in a stream's list, with what was true of the stream when it came. */
export interface StreamItem extends LogItem {
  readonly unit: Unit;
  readonly description: Description;
}

/** Whether units come, may come again soon, or nobody publishes. */
export type StreamState = "live" | "interrupted" | "idle";

export interface StreamHost {
  readonly clock: Clock;
  readonly settings: StreamSettings;
  readonly emit: (event: RegistryEvent) => void;
  /** Called when neither publisher, readers, source nor grace time hold the stream any more. */
  readonly onUnused: () => void;
}

/** One name: at most one publisher, any number of readers, and the units between them. */
export class Stream {
  readonly name: string;
  readonly clock: Clock;
  readonly settings: StreamSettings;
  readonly fanout: Fanout<StreamItem, MediaBatch>;
  readonly emit: (event: RegistryEvent) => void;
  readonly #onUnused: () => void;
  readonly #timeline = new Timeline();
  readonly #packagers: Packagers;
  readonly #readers = new Set<Reader<ReadBatch<unknown>>>();
  readonly #received: Rate;
  readonly #unitRates = new Map<number, { readonly units: Rate; readonly bytes: Rate }>();
  #description = EMPTY_DESCRIPTION;
  /** The track whose key units a reader can begin at: the first video track, or none. */
  #leadTrack: number | undefined;
  #publisher: Publisher | undefined;
  #cancelGrace: Cancel | undefined;
  #source: SourceRunner | undefined;
  #lastFailure: string | undefined;
  #endings = 0;
  /** Readers are in the middle of a picture group: what comes next must begin with a key unit. */
  #awaitsKey = false;
  /** Nothing of the present publisher has come: what does can be begun at, though it is no key unit. */
  #isOpening = false;

  constructor(name: string, host: StreamHost) {
    this.name = name;
    this.clock = host.clock;
    this.settings = host.settings;
    this.emit = host.emit;
    this.#onUnused = host.onUnused;
    this.#received = new Rate(host.clock.now());
    this.fanout = new Fanout<StreamItem, MediaBatch>({
      clock: host.clock,
      limits: host.settings,
      makeBatch: toBatch,
      joins: (previous, next) => previous.description === next.description,
    });
    this.#packagers = new Packagers({
      clock: host.clock,
      limits: host.settings,
      kept: () => this.#keptBatches(),
      onFailed: (packager, error) => this.#packagerFailed(packager, error),
    });
  }

  get state(): StreamState {
    if (this.#publisher !== undefined) return "live";
    return this.#cancelGrace === undefined ? "idle" : "interrupted";
  }

  /** Whether there is a publisher, or one is expected back. */
  get isPublished(): boolean {
    return this.state !== "idle";
  }

  /** How many publishers have ended for good. */
  get endings(): number {
    return this.#endings;
  }

  get description(): Description {
    return this.#description;
  }

  get publisher(): Publisher | undefined {
    return this.#publisher;
  }

  get readers(): ReadonlySet<Reader<ReadBatch<unknown>>> {
    return this.#readers;
  }

  /** Why the source of this stream ended last, for people. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  get source(): Source | undefined {
    return this.#source?.source;
  }

  /** Payload bytes from publishers: in all, and per second lately. */
  get received(): Rate {
    return this.#received;
  }

  trackRate(id: number): { readonly units: Rate; readonly bytes: Rate } {
    let rate = this.#unitRates.get(id);
    if (rate === undefined) {
      const now = this.clock.now();
      rate = { units: new Rate(now), bytes: new Rate(now) };
      this.#unitRates.set(id, rate);
    }
    return rate;
  }

  /** @throws {NameTakenError} unless the settings let a publisher take over. */
  assertPublishable(): void {
    if (this.#publisher === undefined || this.settings.overridePublisher) return;
    const { protocol, remote } = this.#publisher.peer;
    throw new NameTakenError(this.name, `${protocol} ${remote}`);
  }

  /** @throws {NameTakenError} as `assertPublishable`. */
  addPublisher(peer: Peer, options: PublishOptions): Publisher {
    this.assertPublishable();
    const isResuming = this.isPublished;
    this.#publisher?.replace(
      new PublisherReplacedError(this.name, `${peer.protocol} ${peer.remote}`),
    );
    this.#stopGrace();
    this.#timeline.restart();
    this.#awaitsKey = true;
    this.#isOpening = true;
    this.#lastFailure = undefined;
    const publisher = new Publisher(this, peer, options);
    this.#publisher = publisher;
    this.emit({ type: isResuming ? "resumed" : "published", name: this.name, peer });
    return publisher;
  }

  describe(description: Description): void {
    if (sameDescription(this.#description, description)) return;
    this.#description = description;
    this.#leadTrack = description.tracks.find((track) => track.kind === "video")?.id;
  }

  append(units: readonly Unit[]): void {
    const now = this.clock.now();
    const items: StreamItem[] = [];
    for (const unit of units) {
      if (this.#isBeforeKey(unit)) continue;
      const item = this.#toItem(this.#timeline.place(unit));
      items.push(item);
      this.#received.add(item.bytes, now);
      const rate = this.trackRate(unit.track.id);
      rate.units.add(1, now);
      rate.bytes.add(item.bytes, now);
    }
    this.fanout.append(items);
    if (items.length > 0 && !this.#packagers.isEmpty) this.#packagers.feed(toBatch(items));
  }

  #isBeforeKey(unit: Unit): boolean {
    if (!this.#awaitsKey || unit.track.id !== this.#leadTrack) return false;
    this.#awaitsKey = !unit.isKey;
    return this.#awaitsKey;
  }

  #toItem(unit: Unit): StreamItem {
    const isOpening = this.#isOpening;
    this.#isOpening = false;
    return {
      unit,
      description: this.#description,
      bytes: payloadBytes(unit),
      time: unit.dts * 1000 / unit.track.timescale,
      isKey: isOpening || this.#isLeadKey(unit),
      rides: this.#leadTrack !== undefined && unit.track.id !== this.#leadTrack,
    };
  }

  #isLeadKey(unit: Unit): boolean {
    return this.#leadTrack === undefined || (unit.isKey && unit.track.id === this.#leadTrack);
  }

  publisherLeft(publisher: Publisher, resumable: boolean): void {
    if (this.#publisher !== publisher) return;
    this.#publisher = undefined;
    if (!resumable || this.settings.graceMs === 0) return this.#endPublication();
    this.emit({ type: "interrupted", name: this.name, peer: publisher.peer });
    this.#cancelGrace = this.clock.schedule(this.settings.graceMs, () => {
      this.#cancelGrace = undefined;
      this.#endPublication();
    });
  }

  #stopGrace(): void {
    this.#cancelGrace?.();
    this.#cancelGrace = undefined;
  }

  #endPublication(): void {
    this.#endings++;
    this.#description = EMPTY_DESCRIPTION;
    this.#leadTrack = undefined;
    this.#unitRates.clear();
    this.emit({ type: "unpublished", name: this.name });
    this.fanout.end();
    this.#packagers.end();
    for (const reader of this.#readers) reader.publicationEnded();
    this.#releaseIfUnused();
  }

  /** Adds a reader of the units as they were published. */
  addReader(peer: Peer, options: ReadOptions): Reader {
    return this.#join(new Reader(this, this.fanout, peer, options));
  }

  /**
   * Adds a reader of what `packaging` makes of the units.
   *
   * @throws {PackagingError} it fails over what is kept for new readers.
   */
  addPackagedReader<Item extends LogItem>(
    peer: Peer,
    packaging: Packaging<Item>,
    options: ReadOptions,
  ): Reader<ReadBatch<Item>> {
    return this.#join(new Reader(this, this.#packagerOf(packaging), peer, options));
  }

  #packagerOf<Item extends LogItem>(packaging: Packaging<Item>): BatchSource<ReadBatch<Item>> {
    try {
      return this.#packagers.of(packaging);
    } catch (error) {
      throw this.#packagingError(error);
    }
  }

  #packagingError(error: unknown): PackagingError {
    return new PackagingError(this.name, error instanceof Error ? error.message : String(error));
  }

  #join<Media extends ReadBatch<unknown>>(reader: Reader<Media>): Reader<Media> {
    this.#readers.add(reader);
    this.#source?.want();
    this.emit({ type: "read", name: this.name, peer: reader.peer });
    this.wantKey();
    return reader;
  }

  /** Asks the publisher for a key unit, where it can be asked. */
  requestKey(): boolean {
    return this.#publisher?.keys.request() ?? false;
  }

  /** As `requestKey`, if there is none that a reader could begin at. */
  wantKey(): void {
    if (this.#leadTrack !== undefined && this.fanout.kept.items === 0) this.requestKey();
  }

  /** What a new reader is given at once, a batch for each description. */
  #keptBatches(): readonly MediaBatch[] {
    const batches: StreamItem[][] = [];
    for (const item of this.fanout.keptItems()) {
      const last = batches.at(-1);
      if (last?.[0]?.description === item.description) last.push(item);
      else batches.push([item]);
    }
    return batches.map(toBatch);
  }

  #packagerFailed(packager: object, error: unknown): void {
    for (const reader of [...this.#readers]) {
      if (reader.source === packager) reader.cut(this.#packagingError(error));
    }
  }

  removeReader(reader: Reader<ReadBatch<unknown>>): void {
    if (!this.#readers.delete(reader)) return;
    this.#packagers.release(reader.source);
    this.emit({ type: "unread", name: this.name, peer: reader.peer });
    if (this.#readers.size > 0) return;
    this.#source?.release();
    this.#releaseIfUnused();
  }

  /** Starts fetching this stream, unless it is being fetched already. */
  startSource(source: Source): void {
    if (this.#source !== undefined) return;
    const runner = new SourceRunner(
      source,
      this.clock,
      this.settings.sourceLingerMs,
      (error) => this.#sourceEnded(runner, error),
    );
    this.#source = runner;
    runner.start();
  }

  /** A source that is tried again tells here why the last attempt failed. */
  noteFailure(reason: string): void {
    this.#lastFailure = reason;
    this.emit({ type: "source-failed", name: this.name, reason });
  }

  #sourceEnded(runner: SourceRunner, error: unknown): void {
    if (this.#source !== runner) return;
    this.#source = undefined;
    if (error !== undefined && !runner.isStopped) {
      this.noteFailure(error instanceof Error ? error.message : `${error}`);
      if (error instanceof RegistryError) this.#cutWaiting(error);
    }
    // A reader that came while the source was being stopped has to have it started again.
    if (runner.isStopped && this.#readers.size > 0) return this.startSource(runner.source);
    this.#releaseIfUnused();
  }

  /** A source that gives up will not publish: nobody has to wait for it. */
  #cutWaiting(error: RegistryError): void {
    if (this.isPublished) return;
    for (const reader of [...this.#readers]) reader.cut(error);
  }

  #releaseIfUnused(): void {
    if (this.isPublished || this.#readers.size > 0 || this.#source !== undefined) return;
    this.fanout.close();
    this.#onUnused();
  }

  /** Ends the publisher, with a reason that it is told. */
  kick(reason: string): void {
    this.#publisher?.cut(new KickedError(this.name, reason));
  }

  /** Ends everything. */
  close(): void {
    const error: RegistryError = new RegistryClosedError(this.name);
    this.#source?.stop();
    this.#stopGrace();
    this.#publisher?.cut(error);
    for (const reader of [...this.#readers]) reader.cut(error);
    this.#packagers.close();
    this.fanout.close();
  }
}

function toBatch(items: readonly StreamItem[]): MediaBatch {
  let bytes = 0;
  for (const item of items) bytes += item.bytes;
  return {
    type: "media",
    description: items[0]?.description ?? EMPTY_DESCRIPTION,
    units: items.map((item) => item.unit),
    bytes,
  };
}
