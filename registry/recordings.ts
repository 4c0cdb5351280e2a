import type { Clock } from "./clock.ts";
import { RegistryClosedError } from "./errors.ts";
import type { Peer, RegistryEvent } from "./events.ts";
import { RecordedReader, type Recording, type RecordingOpener } from "./recording.ts";

export interface RecordingsOptions {
  readonly clock: Clock;
  readonly emit: (event: RegistryEvent) => void;
}

/** The recordings of one registry: who opens them, and who reads them. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #openers = new Set<RecordingOpener>();
  readonly #readers = new Set<RecordedReader>();
  #isClosed = false;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Adds a place to look for recordings. Returns what removes it again. */
  add(opener: RecordingOpener): () => void {
    this.#openers.add(opener);
    return () => void this.#openers.delete(opener);
  }

  get readers(): ReadonlySet<RecordedReader> {
    return this.#readers;
  }

  /** @throws {RegistryError} the recording cannot be read, or the registry is closed. */
  async open(name: string, peer: Peer): Promise<RecordedReader | undefined> {
    const recording = await this.#find(name);
    if (recording === undefined) return undefined;
    if (this.#isClosed) {
      recording.close();
      throw new RegistryClosedError(name);
    }
    const { clock, emit } = this.#options;
    const reader = new RecordedReader({
      name,
      peer,
      since: clock.utc(),
      recording,
      onClosed: () => {
        this.#readers.delete(reader);
        emit({ type: "unread", name, peer });
      },
    });
    this.#readers.add(reader);
    emit({ type: "read", name, peer });
    return reader;
  }

  async #find(name: string): Promise<Recording | undefined> {
    for (const open of this.#openers) {
      const recording = await open(name);
      if (recording !== undefined) return recording;
    }
    return undefined;
  }

  /** Ends every reader with `RegistryClosedError`. */
  close(): void {
    this.#isClosed = true;
    for (const reader of [...this.#readers]) reader.cut(new RegistryClosedError(reader.name));
  }
}
