import { join } from "node:path";
import type { ThrottledLog } from "../../protocol.ts";
import type { Body } from "./body.ts";
import type { SegmentStore } from "./segment_store.ts";

/** Viewers need a permission that the users of the machine may not have. */
const OWNER_ONLY = { directory: 0o700, file: 0o600 } as const;

export interface SegmentFolderOptions {
  /** Of a directory that nobody else uses. It need not be there. */
  readonly path: string;
  readonly log: ThrottledLog;
  readonly onClosed: () => void;
}

/**
 * Segments as files of one directory. What cannot be written stays in memory. Files are written and
 * removed one after the other, in the order that they were asked for.
 */
export class SegmentFolder implements SegmentStore {
  readonly #options: SegmentFolderOptions;
  readonly #kept = new Map<string, Body>();
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: SegmentFolderOptions) {
    this.#options = options;
  }

  /** All that was asked for so far. Never rejects. */
  get done(): Promise<void> {
    return this.#work;
  }

  keep(media: ReadonlyMap<string, Body>): void {
    if (this.#isClosed) return;
    for (const name of this.#kept.keys()) if (!media.has(name)) this.#forget(name);
    for (const [name, body] of media) {
      if (this.#kept.has(name)) continue;
      this.#kept.set(name, body);
      this.#then("write", () => this.#write(name, body));
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#kept.clear();
    const { path, onClosed } = this.#options;
    this.#then("remove", () => removeIfThere(path));
    this.#work = this.#work.then(onClosed);
  }

  #then(what: "write" | "remove", act: () => Promise<void>): void {
    this.#work = this.#work.then(act).catch((error) => this.#warn(what, error));
  }

  #warn(what: "read" | "write" | "remove", error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log.log(what, `cannot ${what} segments`, { path: this.#options.path, reason });
  }

  #pathOf(name: string): string {
    return join(this.#options.path, name);
  }

  #forget(name: string): void {
    this.#kept.delete(name);
    this.#then("remove", () => removeIfThere(this.#pathOf(name)));
  }

  async #write(name: string, body: Body): Promise<void> {
    const isKept = () => this.#kept.get(name) === body;
    const bytes = isKept() ? await body.read() : undefined;
    if (bytes === undefined) return;
    const path = this.#pathOf(name);
    await Deno.mkdir(this.#options.path, { recursive: true, mode: OWNER_ONLY.directory });
    try {
      await Deno.writeFile(path, bytes, { createNew: true, mode: OWNER_ONLY.file });
    } catch (error) {
      await removeIfThere(path);
      throw error;
    }
    if (isKept()) body.moveTo(() => this.#read(path));
  }

  async #read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return await Deno.readFile(path);
    } catch (error) {
      // It has left the window since it was looked up.
      if (!(error instanceof Deno.errors.NotFound)) this.#warn("read", error);
      return undefined;
    }
  }
}

/** Removes a file, or a directory with all that is in it. Links are not followed. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
