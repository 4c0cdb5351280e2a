/** First size of a store; the start of a message is rarely longer. */
const MIN_CAPACITY = 256;

const NOTHING = new Uint8Array(0);

/**
 * Holds what has arrived of something incomplete. Grows with what arrives, never by what was
 * announced; doubles, so that input of single bytes costs no more than constant time for each.
 */
export class ByteStore {
  #buffer: Uint8Array<ArrayBuffer> = NOTHING;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    const size = this.#size + bytes.length;
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(MIN_CAPACITY, 2 * size));
      larger.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#size);
    this.#size = size;
  }

  /** Everything that was appended, in a buffer that is the caller's; the store is empty then. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#buffer.slice(0, this.#size);
    this.#buffer = NOTHING;
    this.#size = 0;
    return taken;
  }
}
