import { type AccessAction, type AccessPolicy, allowAll, askPolicy } from "./access.ts";
import { type Clock, systemClock } from "./clock.ts";
import {
  RegistryClosedError,
  RegistryError,
  ReservedNameError,
  StreamNotFoundError,
  TooManyStreamsError,
} from "./errors.ts";
import { EventHub, type Peer, type RegistryEvent, type RegistryListener } from "./events.ts";
import type { LogItem } from "./gop_cache.ts";
import type { PublishOptions } from "./key_requests.ts";
import { MAX_NAME_LENGTH, parseStreamName } from "./names.ts";
import type { Packaging } from "./packaging.ts";
import type { Publisher } from "./publisher.ts";
import type { RecordedReader, RecordingOpener } from "./recording.ts";
import { Recordings } from "./recordings.ts";
import { DEFAULT_PATIENCE_MS, type ReadBatch, type Reader, type ReadOptions } from "./reader.ts";
import { DEFAULT_STREAM_SETTINGS, type StreamSettings } from "./settings.ts";
import { snapshotRecordings, snapshotStream, type StreamSnapshot } from "./snapshot.ts";
import type { Source, SourceResolver } from "./source.ts";
import { Stream } from "./stream.ts";

/** Streams in one registry, those that somebody waits for included: bounds what names cost. */
export const MAX_STREAMS = 10_000;

/** A peer's wish to publish or read. */
export interface PeerRequest {
  /** Stream name as the peer gave it, without query. */
  readonly name: string;
  /** Name of the module that speaks to the peer. */
  readonly protocol: string;
  /** Address of the peer, for logs, the API and the access policy. */
  readonly remote: string;
  /** What followed `?`, without it. */
  readonly query?: string;
  /** Who the peer has shown to be, where its module asks. */
  readonly user?: string | undefined;
}

/** What a registry is made of. Everything has a default. */
export interface RegistryOptions {
  readonly clock?: Clock;
  readonly access?: AccessPolicy;
  /** Settings of one name, over the defaults. */
  readonly settings?: (name: string) => Partial<StreamSettings>;
  /** Called with what a listener or an access policy threw. Default: ignored. */
  readonly onInternalError?: (error: unknown) => void;
}

/** The central table of streams: every ingest publishes here, every egress reads here. */
export class Registry {
  readonly clock: Clock;
  readonly #access: AccessPolicy;
  readonly #settings: (name: string) => Partial<StreamSettings>;
  readonly #onInternalError: (error: unknown) => void;
  readonly #streams = new Map<string, Stream>();
  readonly #reserved = new Map<string, string>();
  readonly #resolvers = new Set<SourceResolver>();
  readonly #events: EventHub;
  readonly #recordings: Recordings;
  #nextPeer = 1;
  #closed = false;

  constructor(options: RegistryOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.#access = options.access ?? allowAll;
    this.#settings = options.settings ?? (() => ({}));
    this.#onInternalError = options.onInternalError ?? (() => {});
    this.#events = new EventHub(this.#onInternalError);
    const emit = (event: RegistryEvent) => this.#events.emit(event);
    this.#recordings = new Recordings({ clock: this.clock, emit });
  }

  /** Calls `listener` for every event from now on, until the returned function is called. */
  subscribe(listener: RegistryListener): () => void {
    return this.#events.subscribe(listener);
  }

  /** Keeps names under `segment/` for one module, the first that asks: its URLs begin so. */
  reserve(segment: string, owner: string): void {
    if (!this.#reserved.has(segment)) this.#reserved.set(segment, owner);
  }

  /** Adds a place to look for streams that nobody publishes. Returns what removes it again. */
  addSources(resolver: SourceResolver): () => void {
    this.#resolvers.add(resolver);
    return () => void this.#resolvers.delete(resolver);
  }

  /** Has recordings of names under `segment/` opened by `opener`. Returns what ends that. */
  addRecordings(segment: string, opener: RecordingOpener): () => void {
    return this.#recordings.add(segment, opener);
  }

  /**
   * Makes the caller a reader of a recording, with a position of its own; `undefined` where the name
   * has none, and may be one to `read` live.
   *
   * @throws {RegistryError} invalid name, access denied, the recording cannot be read, registry closed.
   */
  async openRecording(request: PeerRequest): Promise<RecordedReader | undefined> {
    try {
      const name = parseStreamName(request.name);
      // A policy that is asked of every live stream twice may count, or call a hook, twice.
      if (!this.#recordings.mayHave(name)) return undefined;
      await this.#authorize("read", name, request);
      return await this.#recordings.open(name, this.#peer(request));
    } catch (error) {
      throw this.#refused("read", request, error);
    }
  }

  /**
   * Makes the caller the publisher of a name.
   *
   * @throws {RegistryError} invalid, reserved or taken name, access denied, registry full or closed.
   */
  async publish(request: PeerRequest, options: PublishOptions = {}): Promise<Publisher> {
    try {
      const name = parseStreamName(request.name);
      this.#assertNotReserved(name, request.protocol);
      this.#streams.get(name)?.assertPublishable();
      await this.#authorize("publish", name, request);
      return this.#open(name).addPublisher(this.#peer(request), options);
    } catch (error) {
      throw this.#refused("publish", request, error);
    }
  }

  /**
   * Makes the caller a reader of a name. A name without publisher is waited for, as long as
   * `options.patienceMs` says; a source that is found for it is started.
   *
   * @throws {RegistryError} invalid name, access denied, nobody publishes and no patience, registry
   * full or closed.
   */
  read(request: PeerRequest, options: ReadOptions = {}): Promise<Reader> {
    return this.#read(request, options, (stream, peer, read) => stream.addReader(peer, read));
  }

  /**
   * As `read`, for a reader of what `packaging` makes of the stream. It ends with `PackagingError`
   * when that fails.
   */
  readPackaged<Item extends LogItem>(
    request: PeerRequest,
    packaging: Packaging<Item>,
    options: ReadOptions = {},
  ): Promise<Reader<ReadBatch<Item>>> {
    return this.#read(
      request,
      options,
      (stream, peer, read) => stream.addPackagedReader(peer, packaging, read),
    );
  }

  /**
   * Asks the access policy alone, for a peer that shares what another one reads, or that names where a
   * stream is to be fetched from. Resolves to the checked name.
   *
   * @throws {RegistryError} invalid or reserved name, access denied.
   */
  async authorize(action: AccessAction, request: PeerRequest): Promise<string> {
    try {
      const name = parseStreamName(request.name);
      if (action === "publish") this.#assertNotReserved(name, request.protocol);
      await this.#authorize(action, name, request);
      return name;
    } catch (error) {
      throw this.#refused(action, request, error);
    }
  }

  /**
   * As `authorize`, for a file: its path is what the policy is asked about, and need not be a name that
   * a stream can have.
   *
   * @throws {RegistryError} access denied.
   */
  async authorizePath(action: AccessAction, request: PeerRequest): Promise<void> {
    try {
      await this.#authorize(action, request.name, request);
    } catch (error) {
      throw this.#refused(action, request, error);
    }
  }

  async #read<Added>(
    request: PeerRequest,
    options: ReadOptions,
    add: (stream: Stream, peer: Peer, options: ReadOptions) => Added,
  ): Promise<Added> {
    try {
      const name = parseStreamName(request.name);
      await this.#authorize("read", name, request);
      const { stream, source, patienceMs } = this.#openForReading(name, options);
      const reader = add(stream, this.#peer(request), { ...options, patienceMs });
      if (source !== undefined) stream.startSource(source);
      return reader;
    } catch (error) {
      throw this.#refused("read", request, error);
    }
  }

  #openForReading(name: string, { patienceMs = DEFAULT_PATIENCE_MS }: ReadOptions): {
    readonly stream: Stream;
    readonly source: Source | undefined;
    readonly patienceMs: number;
  } {
    const isPublished = this.isPublished(name);
    const source = isPublished ? undefined : this.#findSource(name);
    // Under a reserved name nobody comes to publish of whom its module does not know.
    const isHopeless = patienceMs === 0 || this.#reservedFor(name) !== undefined;
    if (!isPublished && source === undefined && isHopeless) throw new StreamNotFoundError(name);
    return {
      stream: this.#open(name),
      source,
      // A source needs time to connect, also where the reader would not wait for a stranger.
      patienceMs: patienceMs === 0 ? DEFAULT_PATIENCE_MS : patienceMs,
    };
  }

  #findSource(name: string): Source | undefined {
    for (const resolve of this.#resolvers) {
      const source = resolve(name);
      if (source !== undefined) return source;
    }
    return undefined;
  }

  #assertNotReserved(name: string, protocol: string): void {
    const reserved = this.#reservedFor(name);
    if (reserved !== undefined && reserved.owner !== protocol) {
      throw new ReservedNameError(name, reserved.segment, reserved.owner);
    }
  }

  #reservedFor(name: string): { readonly segment: string; readonly owner: string } | undefined {
    const segment = name.split("/", 1)[0] ?? name;
    const owner = this.#reserved.get(segment);
    return owner === undefined ? undefined : { segment, owner };
  }

  #authorize(action: AccessAction, name: string, request: PeerRequest): Promise<void> {
    const { protocol, remote, query = "", user } = request;
    const asked = { action, name, protocol, remote, query, ...(user !== undefined && { user }) };
    return askPolicy(this.#access, asked, this.clock, this.#onInternalError);
  }

  #refused(action: AccessAction, request: PeerRequest, error: unknown): unknown {
    if (error instanceof RegistryError) {
      const { protocol, remote } = request;
      const name = request.name.slice(0, MAX_NAME_LENGTH);
      const { code, message: reason } = error;
      this.#events.emit({ type: "refused", name, action, protocol, remote, code, reason });
    }
    return error;
  }

  #open(name: string): Stream {
    if (this.#closed) throw new RegistryClosedError(name);
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    if (this.#streams.size >= MAX_STREAMS) throw new TooManyStreamsError(name, MAX_STREAMS);
    const stream = new Stream(name, {
      clock: this.clock,
      settings: { ...DEFAULT_STREAM_SETTINGS, ...this.#settings(name) },
      emit: (event) => this.#events.emit(event),
      onUnused: () => void this.#streams.delete(name),
    });
    this.#streams.set(name, stream);
    return stream;
  }

  #peer({ protocol, remote }: PeerRequest): Peer {
    return { id: this.#nextPeer++, protocol, remote };
  }

  /** A stream that somebody publishes, reads or waits for. */
  get(name: string): Stream | undefined {
    return this.#streams.get(name);
  }

  /** Whether somebody publishes the name, or is expected back. */
  isPublished(name: string): boolean {
    return this.#streams.get(name)?.isPublished ?? false;
  }

  /** Resolves when somebody publishes the name, or at once, or when `signal` is aborted. */
  whenPublished(name: string, signal: AbortSignal): Promise<void> {
    if (this.isPublished(name) || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = () => {
        unsubscribe();
        signal.removeEventListener("abort", settle);
        resolve();
      };
      const unsubscribe = this.subscribe((event) => {
        if (event.type === "published" && event.name === name) settle();
      });
      signal.addEventListener("abort", settle, { once: true });
    });
  }

  /** All streams, and all recordings that are read, by name. */
  snapshot(): readonly StreamSnapshot[] {
    const streams = [...this.#streams.values()].map(snapshotStream);
    return [...streams, ...snapshotRecordings(this.#recordings.readers)]
      .sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** Ends every publisher and reader with `RegistryClosedError`. */
  close(): void {
    this.#closed = true;
    this.#recordings.close();
    for (const stream of [...this.#streams.values()]) stream.close();
    this.#streams.clear();
  }
}
