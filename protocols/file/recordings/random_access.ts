import { MediaFileError } from "./errors.ts";

/** As much of `Deno.FsFile` as is used. */
export type SeekableFile = Pick<Deno.FsFile, "seek" | "read" | "close">;

/**
 * An open file that many read at once, each where it wants. What is appended after it was opened is not
 * seen: a file that grows ends where it ended then.
 */
export class RandomAccessFile {
  /** Bytes when it was opened. */
  readonly size: number;
  readonly #file: SeekableFile;
  /** The last read that was asked for: the position of a file is one for all who read it. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Takes the file over: `close` closes it. */
  constructor(file: SeekableFile, size: number) {
    this.#file = file;
    this.size = size;
  }

  /**
   * The bytes from `start` to `end`, which is at most `size`. The caller owns the buffer.
   *
   * @throws {MediaFileError} the file has become shorter, or was closed.
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const read = this.#last.then(() => this.#read(start, end));
    this.#last = read.catch(() => {});
    return read;
  }

  async #read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    try {
      await this.#file.seek(start, Deno.SeekMode.Start);
      while (filled < bytes.byteLength) {
        const count = await this.#file.read(bytes.subarray(filled));
        if (count === null) break;
        filled += count;
      }
    } catch (error) {
      throw new MediaFileError(error instanceof Error ? error.message : String(error));
    }
    if (filled === bytes.byteLength) return bytes;
    throw new MediaFileError(`it has become shorter than ${end} bytes`);
  }

  /** May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // What is being read is read to its end first: to close under it would give its bytes to nobody.
    this.#last = this.#last.then(() => this.#file.close());
  }
}
