import type { MediaDirectory } from "../media_directory.ts";
import type { MediaPath } from "../media_path.ts";

/** Begins the names of files that are not yet whole. Hidden, and so neither listed nor served. */
const TEMPORARY_PREFIX = ".upload-";

/** A file that comes to be: nothing of it can be seen under its name before `publish`. */
export class UploadedFile implements AsyncDisposable {
  readonly #file: Deno.FsFile;
  readonly #temporary: string;
  readonly #target: string;
  #size = 0;
  #isOpen = true;
  #isPublished = false;

  private constructor(file: Deno.FsFile, temporary: string, target: string) {
    this.#file = file;
    this.#temporary = temporary;
    this.#target = target;
  }

  /** Begins the file beside the place where it will lie, in a directory that `find` has found. */
  static async create(directory: MediaDirectory, target: MediaPath): Promise<UploadedFile> {
    const name = TEMPORARY_PREFIX + crypto.randomUUID();
    const temporary = directory.pathOf([...target.slice(0, -1), name]);
    const file = await Deno.open(temporary, { write: true, createNew: true });
    return new UploadedFile(file, temporary, directory.pathOf(target));
  }

  /** Bytes that were written. */
  get size(): number {
    return this.#size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) at += await this.#file.write(bytes.subarray(at));
    this.#size += bytes.byteLength;
  }

  /** Puts the file under its name, in place of what was there, when it is safely on the disk. */
  async publish(): Promise<Deno.FileInfo> {
    await this.#file.sync();
    const info = await this.#file.stat();
    this.#close();
    await Deno.rename(this.#temporary, this.#target);
    this.#isPublished = true;
    return info;
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }

  /** Leaves nothing of a file that was not published. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    if (!this.#isPublished) await Deno.remove(this.#temporary);
  }
}
