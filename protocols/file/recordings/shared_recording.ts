import { RecordingError } from "../../../registry/errors.ts";
import type { Description } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";
import type { Recording } from "../../../registry/recording.ts";
import { reasonOf } from "./errors.ts";

/** One reader's recording, of a file that others may read too. */
export class SharedRecording implements Recording {
  readonly #name: string;
  readonly #recording: Recording;
  readonly #release: () => void;
  #isClosed = false;

  /**
   * @param name for errors.
   * @param recording all of whose readers share it.
   * @param release called once, when this reader is closed.
   */
  constructor(name: string, recording: Recording, release: () => void) {
    this.#name = name;
    this.#recording = recording;
    this.#release = release;
  }

  get description(): Description {
    return this.#recording.description;
  }

  get durationMs(): number {
    return this.#recording.durationMs;
  }

  get startMs(): number {
    return this.#recording.startMs;
  }

  async keys(): Promise<readonly number[]> {
    try {
      return await this.#recording.keys();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async keyAt(ms: number): Promise<number> {
    try {
      return await this.#recording.keyAt(ms);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  read(fromMs: number): AsyncIterableIterator<readonly Unit[]> {
    return this.#whileOpen(this.#recording.read(fromMs));
  }

  readKeys(
    fromMs: number,
    direction: "forwards" | "backwards",
  ): AsyncIterableIterator<Unit> {
    return this.#whileOpen(this.#recording.readKeys(fromMs, direction));
  }

  async *#whileOpen<Item>(items: AsyncIterable<Item>): AsyncIterableIterator<Item> {
    try {
      for await (const item of items) {
        if (this.#isClosed) throw new RecordingError(this.#name, "it was closed");
        yield item;
      }
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): RecordingError {
    return error instanceof RecordingError
      ? error
      : new RecordingError(this.#name, reasonOf(error));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release();
  }
}
