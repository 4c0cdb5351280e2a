import type { RegistryError } from "./errors.ts";
import type { Peer } from "./events.ts";
import type { Description } from "./media/track.ts";
import type { Unit } from "./media/unit.ts";

/**
 * What has a beginning and an end and can be entered anywhere: a file. Each of its readers has a
 * position of its own.
 *
 * Positions are milliseconds of presentation, as people count: 0 is the first picture or sound. Times
 * of units lie `startMs` later, so that no decoding time is below 0 where pictures are reordered.
 */
export interface Recording {
  readonly description: Description;
  /** Milliseconds from the first picture or sound to the end of the last. */
  readonly durationMs: number;
  /** Milliseconds in the times of units at which position 0 lies. */
  readonly startMs: number;
  /**
   * Positions at which reading can begin, ascending: the key units of the first video track; without
   * video, few enough of all units that a list of them stays small. Found once, when first asked for.
   *
   * @throws {RecordingError}
   */
  keys(): Promise<readonly number[]>;
  /** The last of those positions at or before `ms`; the first where none is. @throws {RecordingError} */
  keyAt(ms: number): Promise<number>;
  /**
   * The units of all tracks from `keyAt(fromMs)` on, in decoding order across tracks, a few at a time,
   * to the end. What is damaged ends it with `RecordingError`, after all that can be read before.
   */
  read(fromMs: number): AsyncIterableIterator<readonly Unit[]>;
  /** The key units of the first video track alone, from `keyAt(fromMs)` on, forwards or backwards. */
  readKeys(fromMs: number, direction: "forwards" | "backwards"): AsyncIterableIterator<Unit>;
  /** Gives its resources back. Reads that go on fail. */
  close(): void;
}

/** Opens the recording of a name; `undefined` where there is none. @throws {RecordingError} */
export type RecordingOpener = (name: string) => Promise<Recording | undefined>;

export interface RecordedReaderOptions {
  readonly name: string;
  readonly peer: Peer;
  /** UTC in milliseconds. */
  readonly since: number;
  readonly recording: Recording;
  readonly onClosed: (reader: RecordedReader) => void;
}

/** One reader of one recording. Made by `Registry.openRecording`, ended by `close()` or the registry. */
export class RecordedReader {
  readonly name: string;
  readonly peer: Peer;
  /** UTC in milliseconds. */
  readonly since: number;
  readonly recording: Recording;
  readonly #onClosed: (reader: RecordedReader) => void;
  readonly #abort = new AbortController();
  #isClosed = false;
  #units = 0;
  #bytes = 0;

  constructor({ name, peer, since, recording, onClosed }: RecordedReaderOptions) {
    this.name = name;
    this.peer = peer;
    this.since = since;
    this.recording = recording;
    this.#onClosed = onClosed;
  }

  /** Aborted with a `RegistryError` when the registry ends this reader: whatever blocks should stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get counters(): { readonly units: number; readonly bytes: number } {
    return { units: this.#units, bytes: this.#bytes };
  }

  /** Notes what the peer was handed. */
  count(units: number, bytes: number): void {
    this.#units += units;
    this.#bytes += bytes;
  }

  /** Ends this reader with a reason that `signal` carries. */
  cut(error: RegistryError): void {
    if (this.#isClosed) return;
    this.#abort.abort(error);
    this.close();
  }

  /** Stops reading. May be called at any time and again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.recording.close();
    this.#onClosed(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
