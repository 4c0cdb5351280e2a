import type { Description } from "../../../registry/media/track.ts";
import { RecordingError } from "../../../registry/errors.ts";
import type { Publisher } from "../../../registry/publisher.ts";
import type { Recording } from "../../../registry/recording.ts";
import type { Context } from "../../protocol.ts";
import type { FoundFile, Library } from "../recordings/library.ts";
import { Feed } from "./feed.ts";
import { Splice } from "./splice.ts";

/** Plays files as one live stream, in real time, one after the other. */
export class LivePlayer {
  readonly #context: Context;
  readonly #name: string;
  readonly #library: Library;
  readonly #splice = new Splice();
  #publisher: Publisher | undefined;
  #feed: Feed | undefined;

  /** @param name of the stream. */
  constructor(context: Context, name: string, library: Library) {
    this.#context = context;
    this.#name = name;
    this.#library = library;
  }

  /** Whether nothing more is wanted: the stream was ended from outside. */
  get isOver(): boolean {
    return this.#context.signal.aborted || this.#publisher?.signal.aborted === true;
  }

  /**
   * Plays one file to its end, or as far as it can be read. The stream is published with the first that
   * can be opened.
   *
   * @returns whether anything of it was played.
   * @throws {RecordingError} it is no media file.
   * @throws {RegistryError} the stream cannot be published, or was ended.
   */
  async play(found: FoundFile): Promise<boolean> {
    const recording = await this.#library.open(this.#name, found);
    if (recording === undefined) return false;
    try {
      const feed = await this.#begin();
      return await this.#feedAll(recording, feed, found.path);
    } finally {
      recording.close();
    }
  }

  async #begin(): Promise<Feed> {
    if (this.#feed !== undefined) return this.#feed;
    const { registry, signal } = this.#context;
    const publisher = await registry.publish({
      name: this.#name,
      protocol: "file",
      remote: "file",
    });
    const feed = new Feed(publisher, registry.clock);
    this.#publisher = publisher;
    this.#feed = feed;
    for (const end of [signal, publisher.signal]) {
      end.addEventListener("abort", () => feed.close(), { once: true });
    }
    return feed;
  }

  async #feedAll(recording: Recording, feed: Feed, path: string): Promise<boolean> {
    const description = liveDescription(recording.description);
    this.#splice.begin(recording);
    let hasPlayed = false;
    try {
      for await (const units of recording.read(0)) {
        await feed.add({ description, units: this.#splice.place(units) });
        hasPlayed = true;
        if (this.isOver) break;
      }
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      this.#splice.breakOff();
      const fields = { stream: this.#name, path, reason: error.reason };
      this.#context.log.warn("a file ended before its time", fields);
    }
    this.#publisher?.signal.throwIfAborted();
    return hasPlayed;
  }

  /** Resolves when all was played. */
  async finish(): Promise<void> {
    await this.#feed?.drained();
    this.#publisher?.signal.throwIfAborted();
  }

  close(): void {
    this.#feed?.close();
    this.#publisher?.close();
  }
}

/** What a live stream has neither of. */
const FILE_METADATA: ReadonlySet<string> = new Set(["duration", "filesize"]);

function liveDescription({ tracks, metadata }: Description): Description {
  const live = Object.entries(metadata).filter(([name]) => !FILE_METADATA.has(name));
  return { tracks, metadata: Object.fromEntries(live) };
}
