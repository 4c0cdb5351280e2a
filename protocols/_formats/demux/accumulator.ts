/** First size of the buffer that holds what is incomplete. */
const MIN_CAPACITY = 4096;

/**
 * Joins what was left of earlier input with new input. Bytes that were handed out as views are never
 * written again: growth goes behind the last byte or into a new buffer, whose capacity doubles so
 * that input of single bytes costs no more than constant time for each.
 */
export class Accumulator {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** Everything that is left, followed by `input`; a view of `input` when nothing was left. */
  join(input: Uint8Array): Uint8Array {
    if (this.#start === this.#end) return input;
    this.#append(input);
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Keeps the end of what {@linkcode join} gave, from `used` on; copies it if it is `input`'s. */
  keep(joined: Uint8Array, used: number): void {
    const isOwn = joined.buffer === this.#buffer.buffer;
    if (isOwn) this.#start += used;
    else if (used < joined.byteLength) this.#append(joined.subarray(used));
    if (this.#start === this.#end) this.#release();
  }

  #append(input: Uint8Array): void {
    const size = this.#end - this.#start + input.byteLength;
    if (this.#end + input.byteLength > this.#buffer.byteLength) {
      const larger = new Uint8Array(Math.max(MIN_CAPACITY, 2 * size));
      larger.set(this.#buffer.subarray(this.#start, this.#end));
      this.#end -= this.#start;
      this.#start = 0;
      this.#buffer = larger;
    }
    this.#buffer.set(input, this.#end);
    this.#end += input.byteLength;
  }

  #release(): void {
    this.#buffer = new Uint8Array(0);
    this.#start = 0;
    this.#end = 0;
  }
}
