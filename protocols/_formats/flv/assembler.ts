import type { CodecConfig, CodecName } from "../../../registry/media/codec.ts";
import { sameConfig } from "../../../registry/media/config_equal.ts";
import { sameMetadata } from "../../../registry/media/description.ts";
import type { Description, Metadata, Track, TrackKind } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import { writeConfigRecord } from "./config_records.ts";
import { FlvError } from "./errors.ts";
import { Hold } from "./hold.ts";
import { FLV_TIMESCALE } from "./message.ts";

/** What comes out of an FLV stream. */
export type FlvEvent =
  /** The tracks are these from now on. */
  | { readonly type: "description"; readonly description: Description }
  | { readonly type: "unit"; readonly unit: Unit }
  /** Something could not be used; the stream goes on. */
  | { readonly type: "dropped"; readonly reason: string; readonly error?: Error };

/** Which track, and what it carries. */
export interface TrackSource {
  readonly id: number;
  readonly kind: TrackKind;
  readonly codec: CodecName;
  /** Absent for data, whose codec needs none. */
  readonly config?: CodecConfig;
}

/** A unit without its track. */
export type UnitContent = Pick<Unit, "pts" | "dts" | "isKey" | "payload">;

/**
 * Tracks in one stream. Ladders of renditions and lists of languages stay below; each costs every
 * reader a place in the description.
 */
export const MAX_FLV_TRACKS = 32;

/**
 * Puts tracks and units together: makes a new immutable `Track` and `Description` whenever a
 * configuration changes, marks the first unit after the change, and holds all back until the first
 * description is complete.
 */
export class Assembler {
  readonly #tracks = new Map<number, Track>();
  /** Tracks whose configuration changed after readers were told of it. */
  readonly #changed = new Set<number>();
  #metadata: Metadata = {};
  #hold: Hold | undefined = new Hold();
  #events: FlvEvent[] = [];

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
   * Adds a track or changes it; nothing happens when it is the same. Throws {@linkcode FlvError}
   * past {@linkcode MAX_FLV_TRACKS}, and `BitstreamError` for a configuration that cannot be written
   * again: better one line in the log of the publisher than a fault at every player.
   */
  configure(source: TrackSource): void {
    const known = this.#tracks.get(source.id);
    if (known !== undefined && isSame(known, source)) return;
    if (known === undefined && this.#tracks.size === MAX_FLV_TRACKS) {
      throw new FlvError("FLV track", `there are more than ${MAX_FLV_TRACKS}`, 0);
    }
    if (source.config !== undefined) writeConfigRecord(source.config);
    if (known !== undefined && this.#hold?.hasUnits) this.release();
    this.#tracks.set(source.id, { ...source, timescale: FLV_TIMESCALE });
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
  takeEvents(): readonly FlvEvent[] {
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

function isSame(track: Track, { codec, config }: TrackSource): boolean {
  if (track.codec !== codec) return false;
  if (track.config === undefined || config === undefined) return track.config === config;
  return sameConfig(track.config, config);
}
