/**
 * What a fuzz target is, and the seeded randomness that makes every case reproducible.
 *
 * @module
 */

/** One property that holds for every input; lives in `tests/fuzz/NAME_fuzz.ts` as `target`. */
export interface FuzzTarget {
  /** Names the target on the command line: `deno task fuzz --target NAME`. */
  readonly name: string;
  /** Executes one case; whatever it throws is a failure. `index` counts the cases from 0. */
  run(random: Random, index: number): void | Promise<void>;
}

/** Repeatable randomness: the same seed gives the same values on every machine. */
export class Random {
  /** Bytes that `bytes` handed out, in order: the input that reproduces a failure by hand. */
  readonly drawn: Uint8Array[] = [];
  #state: number;

  /** @param seed any 32-bit integer */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** An integer from 0 up to, and without, `maxExclusive` (at most 2^32). */
  int(maxExclusive: number): number {
    return Math.floor(this.#next() / 2 ** 32 * maxExclusive);
  }

  /** `length` random bytes, which the caller owns. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.#next() >>> 24;
    this.drawn.push(bytes);
    return bytes;
  }

  /** One of the elements, each as likely as the others. */
  pick<T>(array: readonly T[]): T {
    if (array.length === 0) throw new RangeError("Cannot pick an element: the array is empty");
    return array[this.int(array.length)] as T;
  }

  /** True in half of the cases. */
  bool(): boolean {
    return this.#next() >= 2 ** 31;
  }

  /** The next 32 bits of splitmix32: a counter in steps of the golden ratio, then a mixing function. */
  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }
}

/** The randomness of one case, so that a case is reproduced without running those before it. */
export function randomOfCase(seed: number, index: number): Random {
  return new Random(new Random(seed ^ Math.imul(index, 0x85ebca6b)).int(2 ** 32));
}
