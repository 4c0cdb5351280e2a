import type { Clock } from "./clock.ts";
import { RegistryClosedError } from "./errors.ts";
import type { Peer, RegistryEvent } from "./events.ts";
import { RecordedReader, type RecordingOpener } from "./recording.ts";

export interface RecordingsOptions {
  readonly clock: Clock;
  readonly emit: (event: RegistryEvent) => void;
}

/** The recordings of one registry: who opens them, and who reads them. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #openers = new Map<string, RecordingOpener>();
  readonly #readers = new Set<RecordedReader>();
  #isClosed = false;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Has names under `segment/` opened by `opener`. Returns what ends that. */
  add(segment: string, opener: RecordingOpener): () => void {
    this.#openers.set(segment, opener);
    return () => void this.#openers.delete(segment);
  }

  /** Whether the name may have a recording: nothing is looked for. */
  mayHave(name: string): boolean {
    return this.#openerOf(name) !== undefined;
  }

  #openerOf(name: string): RecordingOpener | undefined {
    return this.#openers.get(name.split("/", 1)[0] ?? name);
  }

  get readers(): ReadonlySet<RecordedReader> {
    return this.#readers;
  }

  /** @throws {RegistryError} the recording cannot be read, or the registry is closed. */
  async open(name: string, peer: Peer): Promise<RecordedReader | undefined> {
    const recording = await this.#openerOf(name)?.(name);
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

  /** Ends every reader with `RegistryClosedError`. */
  close(): void {
    this.#isClosed = true;
    for (const reader of [...this.#readers]) reader.cut(new RegistryClosedError(reader.name));
  }
}
