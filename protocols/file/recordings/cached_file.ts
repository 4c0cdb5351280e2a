import { MediaFileError } from "./errors.ts";
import type { RandomAccessFile } from "./random_access.ts";

const BLOCK_BYTES = 256 << 10;

/** Blocks that are kept of one file, 4 MiB in all: what its readers look at now, and its tables. */
const MAX_BLOCKS = 16;

/** Reads after which others get a turn, some 10 ms. None of them needed the disk, which gives turns too. */
export const READS_PER_TURN = 1_000;

/**
 * Such turns in a row. Damaged tables lead `mediabunny` in circles, in which it would look at the same
 * bytes for ever. What is sound needs the disk before, or pauses; most of all takes a list of all positions
 * in an Ogg file, some 40 reads for each.
 */
export const MAX_FULL_TURNS = 500;

/** One read: the tables of a film of a day. What is damaged may ask for all of a file at once. */
export const MAX_READ_BYTES = 128 << 20;

interface Block {
  /** In the file. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

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
  /** The one that was used last at the end. */
  readonly #blocks: Block[] = [];
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
    const at = this.#blocks.findLastIndex((block) =>
      start >= block.start && end <= block.start + block.bytes.byteLength
    );
    const [block] = at < 0 ? [] : this.#blocks.splice(at, 1);
    if (block === undefined) return this.#load(start, end);
    this.#blocks.push(block);
    return part(block, start, end);
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
    if (end - start > BLOCK_BYTES) return await this.#file.read(start, end);
    this.#fullTurns = 0;
    // Blocks lie side by side, so that reading backwards finds them too. What lies in two of them gets
    // one of its own: frames of MP3 are looked for in windows that move on by a few bytes.
    const aligned = start - start % BLOCK_BYTES;
    const first = end <= aligned + BLOCK_BYTES ? aligned : start;
    const bytes = await this.#file.read(first, Math.min(this.#file.size, first + BLOCK_BYTES));
    const block = { start: first, bytes };
    this.#blocks.push(block);
    if (this.#blocks.length > MAX_BLOCKS) this.#blocks.shift();
    return part(block, start, end);
  }

  /** Notes that something came of the reads, so that they are no circle. */
  progress(): void {
    this.#fullTurns = 0;
  }

  close(): void {
    clearTimeout(this.#turn?.timer);
    this.#turn?.over.reject(new MediaFileError("it was closed"));
    this.#blocks.length = 0;
    this.#file.close();
  }
}

function part({ start: first, bytes }: Block, start: number, end: number): Uint8Array {
  return bytes.subarray(start - first, end - first);
}
