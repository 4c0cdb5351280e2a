import { MediaFileError } from "./errors.ts";
import type { RandomAccessFile } from "./random_access.ts";

const BLOCK_BYTES = 256 << 10;

/** Blocks that are kept of one file, 4 MiB in all: what its readers look at now, and its tables. */
const MAX_BLOCKS = 16;

/**
 * Reads in one turn of the event loop, which end with the first that the disk is needed for. Damaged
 * tables lead `mediabunny` in circles, in which it would look at the same bytes for ever.
 */
export const MAX_READS_PER_TURN = 100_000;

/**
 * A file whose last blocks are kept. It takes the place of the cache that `mediabunny` has, so that every
 * read is seen here.
 */
export class CachedFile {
  readonly #file: RandomAccessFile;
  /** By their number, the one that was used last at the end. */
  readonly #blocks = new Map<number, Uint8Array>();
  #reads = 0;
  #turn: ReturnType<typeof setTimeout> | undefined;

  /** Takes the file over. */
  constructor(file: RandomAccessFile) {
    this.#file = file;
  }

  /**
   * The bytes from `start` to `end`; nobody may change them.
   *
   * @throws {MediaFileError} the file cannot be read, or leads in a circle.
   */
  read(start: number, end: number): Uint8Array | Promise<Uint8Array> {
    this.#count();
    const number = Math.floor(start / BLOCK_BYTES);
    const block = this.#blocks.get(number);
    if (block === undefined || end > (number + 1) * BLOCK_BYTES) return this.#load(start, end);
    this.#keep(number, block);
    return part(block, number, start, end);
  }

  #count(): void {
    this.#turn ??= setTimeout(() => {
      this.#turn = undefined;
      this.#reads = 0;
    });
    if (++this.#reads > MAX_READS_PER_TURN) throw new MediaFileError("its parts lead in a circle");
  }

  async #load(start: number, end: number): Promise<Uint8Array> {
    const number = Math.floor(start / BLOCK_BYTES);
    // What does not lie in one block is larger than most, and read by itself.
    if (end > (number + 1) * BLOCK_BYTES) return await this.#file.read(start, end);
    const first = number * BLOCK_BYTES;
    const block = await this.#file.read(first, Math.min(this.#file.size, first + BLOCK_BYTES));
    this.#keep(number, block);
    return part(block, number, start, end);
  }

  #keep(number: number, block: Uint8Array): void {
    this.#blocks.delete(number);
    this.#blocks.set(number, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > MAX_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
  }

  close(): void {
    clearTimeout(this.#turn);
    this.#blocks.clear();
    this.#file.close();
  }
}

function part(block: Uint8Array, number: number, start: number, end: number): Uint8Array {
  const first = number * BLOCK_BYTES;
  return block.subarray(start - first, end - first);
}
