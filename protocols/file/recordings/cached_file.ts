import { MediaFileError } from "./errors.ts";
import type { RandomAccessFile } from "./random_access.ts";

const BLOCK_BYTES = 256 << 10;

/** Blocks that are kept of one file, 4 MiB in all: what its readers look at now, and its tables. */
const MAX_BLOCKS = 16;

/** Reads after which others get a turn, some 10 ms. None of them needed the disk, which gives turns too. */
export const READS_PER_TURN = 1_000;

/**
 * Such turns in a row. Damaged tables lead `mediabunny` in circles, in which it would look at the same
 * bytes for ever; what is sound has been found by then, or needed the disk.
 */
export const MAX_FULL_TURNS = 100;

/** One read: the tables of a film of a day. What is damaged may ask for all of a file at once. */
export const MAX_READ_BYTES = 128 << 20;

const CIRCLE = "its parts lead in a circle";

/** From the first read to the next time that the event loop comes by. */
interface Turn {
  readonly over: PromiseWithResolvers<void>;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * A file whose last blocks are kept. It takes the place of the cache that `mediabunny` has, so that every
 * read is seen here.
 */
export class CachedFile {
  readonly #file: RandomAccessFile;
  /** By their number, the one that was used last at the end. */
  readonly #blocks = new Map<number, Uint8Array>();
  /** Reads in this turn of the event loop, and full turns before it. */
  #reads = 0;
  #fullTurns = 0;
  #turn: Turn | undefined;
  /** Whatever else is wanted of such a file would take as long again. */
  #isCircle = false;

  /** Takes the file over. */
  constructor(file: RandomAccessFile) {
    this.#file = file;
  }

  /**
   * The bytes from `start` to `end`; nobody may change them.
   *
   * @throws {MediaFileError} the file cannot be read, leads in a circle, or asks for too much.
   */
  read(start: number, end: number): Uint8Array | Promise<Uint8Array> {
    if (this.#isCircle) throw new MediaFileError(CIRCLE);
    const turn = this.#turn ??= this.#begin();
    if (++this.#reads > READS_PER_TURN) return turn.over.promise.then(() => this.read(start, end));
    if (end - start > MAX_READ_BYTES) {
      throw new MediaFileError(`a part of it has more than ${MAX_READ_BYTES} bytes`);
    }
    const number = Math.floor(start / BLOCK_BYTES);
    const block = this.#blocks.get(number);
    if (block === undefined || end > (number + 1) * BLOCK_BYTES) {
      return this.#load(start, end);
    }
    this.#keep(number, block);
    return part(block, number, start, end);
  }

  #begin(): Turn {
    const over = Promise.withResolvers<void>();
    // Who waits for the next turn sees it fail; mostly nobody does.
    over.promise.catch(() => {});
    const timer = setTimeout(() => this.#end(over));
    return { over, timer };
  }

  #end(over: PromiseWithResolvers<void>): void {
    this.#fullTurns = this.#reads > READS_PER_TURN ? this.#fullTurns + 1 : 0;
    this.#reads = 0;
    this.#turn = undefined;
    this.#isCircle = this.#fullTurns > MAX_FULL_TURNS;
    over.resolve();
  }

  async #load(start: number, end: number): Promise<Uint8Array> {
    const number = Math.floor(start / BLOCK_BYTES);
    // What does not lie in one block is larger than most, and read by itself.
    if (end > (number + 1) * BLOCK_BYTES) return await this.#file.read(start, end);
    const first = number * BLOCK_BYTES;
    this.#fullTurns = 0;
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
    clearTimeout(this.#turn?.timer);
    this.#turn?.over.reject(new MediaFileError("it was closed"));
    this.#blocks.clear();
    this.#file.close();
  }
}

function part(block: Uint8Array, number: number, start: number, end: number): Uint8Array {
  const first = number * BLOCK_BYTES;
  return block.subarray(start - first, end - first);
}
