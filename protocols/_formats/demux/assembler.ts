import type { CodecConfig } from "../../../registry/media/codec.ts";
import { sameConfig } from "../../../registry/media/config_equal.ts";
import { sameMetadata } from "../../../registry/media/description.ts";
import type { Metadata, Track } from "../../../registry/media/track.ts";
import type { DemuxEvent, TrackSource, UnitContent } from "./events.ts";
import { Hold } from "./hold.ts";

/**
 * Tracks in one stream. Ladders of renditions and lists of languages stay below; each costs every
 * reader a place in the description.
 */
export const MAX_TRACKS = 32;

/** More tracks than {@linkcode MAX_TRACKS}: one of them was not added. */
export class TooManyTracksError extends Error {
  override readonly name = "TooManyTracksError";
  readonly limit = MAX_TRACKS;

  constructor() {
    super(`Cannot add track: there are more than ${MAX_TRACKS}`);
  }
}

/** What an {@linkcode Assembler} is told. */
export interface AssemblerOptions {
  /**
   * Throws for a configuration that the gateway could not hand on: better one line in the log of the
   * publisher than a fault at every player.
   */
  readonly check?: (config: CodecConfig) => void;
}

/**
 * Puts tracks and units together: makes a new immutable `Track` and `Description` whenever a
 * configuration changes, marks the first unit after the change, and holds all back until the first
 * description is complete.
 */
export class Assembler {
  readonly #check: (config: CodecConfig) => void;
  readonly #tracks = new Map<number, Track>();
  /** Tracks whose configuration changed after readers were told of it. */
  readonly #changed = new Set<number>();
  #metadata: Metadata = {};
  #hold: Hold | undefined = new Hold();
  #events: DemuxEvent[] = [];

  constructor({ check = () => {} }: AssemblerOptions = {}) {
    this.#check = check;
  }

  /** Whether tracks are known that readers have not been told of. */
  get isHolding(): boolean {
    return this.#hold !== undefined && this.#tracks.size > 0;
  }

  /** What `configure` last said of a track. */
  configOf(id: number): CodecConfig | undefined {
    return this.#tracks.get(id)?.config;
  }

  /** Says which tracks the publisher has promised; `undefined` when it has not. */
  expect(trackIds: ReadonlySet<number> | undefined): void {
    if (trackIds !== undefined) this.#hold?.expect(trackIds);
  }

  describe(metadata: Metadata): void {
    if (sameMetadata(this.#metadata, metadata)) return;
    this.#metadata = metadata;
    if (this.#hold === undefined) this.#tellDescription();
  }

  /**
   * Adds a track or changes it; nothing happens when it is the same. Throws
   * {@linkcode TooManyTracksError}, and what `check` throws.
   */
  configure(source: TrackSource): void {
    const known = this.#tracks.get(source.id);
    if (known !== undefined && isSame(known, source)) return;
    if (known === undefined && this.#tracks.size === MAX_TRACKS) throw new TooManyTracksError();
    if (source.config !== undefined) this.#check(source.config);
    if (known !== undefined && this.#hold?.hasUnits) this.release();
    this.#tracks.set(source.id, source);
    if (this.#hold !== undefined) return;
    if (known !== undefined) this.#changed.add(source.id);
    this.#tellDescription();
  }

  /** Adds a unit of a track that is configured. */
  add(id: number, content: UnitContent): void {
    const track = this.#tracks.get(id);
    if (track === undefined) throw new TypeError(`Cannot add unit: track ${id} is not configured`);
    const isChanged = this.#changed.delete(id) && track.config !== undefined;
    const unit = { track, ...content, ...(isChanged && { config: track.config }) };
    if (this.#hold === undefined) this.#events.push({ type: "unit", unit });
    else this.#hold.add(unit);
  }

  drop(reason: string, error?: Error): void {
    this.#events.push({ type: "dropped", reason, ...(error !== undefined && { error }) });
  }

  /** Ends the holding back, if there is any and it has something to show. */
  release(): void {
    const hold = this.#hold;
    if (hold === undefined || this.#tracks.size === 0) return;
    this.#hold = undefined;
    this.#tellDescription();
    for (const unit of hold.units) this.#events.push({ type: "unit", unit });
  }

  /** Events since the last call. */
  takeEvents(): readonly DemuxEvent[] {
    if (this.#hold?.isOver(this.#tracks)) this.release();
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #tellDescription(): void {
    const tracks = [...this.#tracks.values()].sort((a, b) => a.id - b.id);
    this.#events.push({ type: "description", description: { tracks, metadata: this.#metadata } });
  }
}

function isSame(track: Track, { codec, timescale, config }: TrackSource): boolean {
  if (track.codec !== codec || track.timescale !== timescale) return false;
  if (track.config === undefined || config === undefined) return track.config === config;
  return sameConfig(track.config, config);
}
