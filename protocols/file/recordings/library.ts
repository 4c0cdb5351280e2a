import type { Cancel, Clock } from "../../../registry/clock.ts";
import { RecordingError } from "../../../registry/errors.ts";
import type { Recording } from "../../../registry/recording.ts";
import type { Logger } from "../../protocol.ts";
import { reasonOf } from "./errors.ts";
import { openMedia } from "./open_media.ts";
import { RandomAccessFile } from "./random_access.ts";
import { SharedRecording } from "./shared_recording.ts";

/** Files that are open at a time: each may hold some 4 MiB of what was read last. */
export const MAX_OPEN_RECORDINGS = 64;

/** How long a file stays open after its last reader: players open it several times in a row. */
export const IDLE_MS = 5_000;

/** A file that is there, and how to open it. */
export interface FoundFile {
  /** Where it really is. */
  readonly path: string;
  readonly info: Deno.FileInfo;
  /** `undefined` when it is gone by now. */
  readonly open: () => Promise<Deno.FsFile | undefined>;
}

interface Entry {
  readonly recording: Promise<Recording | undefined>;
  readers: number;
  cancelIdle: Cancel;
}

/** The recordings that are open: readers of one file share it and what was found out about it. */
export class Library {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Recordings that are open, also those that nobody reads any more. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * A reader's own recording of a file; `undefined` when it is gone.
   *
   * @param name for errors and the log.
   * @throws {RecordingError} it is no media file, or too many are open.
   */
  async open(name: string, found: FoundFile): Promise<Recording | undefined> {
    const key = keyOf(found);
    const entry = this.#entries.get(key) ?? this.#add(name, key, found);
    entry.readers++;
    entry.cancelIdle();
    try {
      const recording = await entry.recording;
      if (recording !== undefined) {
        return new SharedRecording(name, recording, () => this.#release(key, entry));
      }
    } catch (error) {
      this.#forget(key, entry);
      throw new RecordingError(name, reasonOf(error));
    }
    this.#forget(key, entry);
    return undefined;
  }

  #add(name: string, key: string, found: FoundFile): Entry {
    if (this.#entries.size >= MAX_OPEN_RECORDINGS) this.#makeRoom(name);
    const entry = { recording: this.#read(name, found), readers: 0, cancelIdle: () => {} };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Closes a file that nobody reads, before its time. @throws {RecordingError} all are read. */
  #makeRoom(name: string): void {
    const idle = this.#entries.entries().find(([, { readers }]) => readers === 0);
    if (idle === undefined) {
      throw new RecordingError(name, `${MAX_OPEN_RECORDINGS} other files are being read`);
    }
    this.#close(...idle);
  }

  async #read(name: string, { path, info, open }: FoundFile): Promise<Recording | undefined> {
    const file = await open();
    if (file === undefined) return undefined;
    return await openMedia(new RandomAccessFile(file, info.size), path, (track, reason) => {
      this.#log.warn("a track is left out", { stream: name, track, reason });
    });
  }

  #release(key: string, entry: Entry): void {
    entry.readers--;
    if (entry.readers > 0) return;
    entry.cancelIdle = this.#clock.schedule(IDLE_MS, () => this.#close(key, entry));
  }

  #close(key: string, entry: Entry): void {
    this.#forget(key, entry);
    entry.cancelIdle();
    // Whoever failed to open it was told.
    entry.recording.then((recording) => recording?.close(), () => {});
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  /** Closes everything. Reads that go on fail. */
  close(): void {
    for (const [key, entry] of [...this.#entries]) this.#close(key, entry);
  }
}

/** Another size, time or place on the disk makes another file of it: it was written to, or replaced. */
function keyOf({ path, info: { mtime, size, ino } }: FoundFile): string {
  return `${ino} ${size} ${mtime?.getTime()} ${path}`;
}
