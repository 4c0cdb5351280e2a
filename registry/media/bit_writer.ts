/** Writes fixed-length codes, most significant bit first. For short structures: configurations. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #used = 8;

  /** Appends the low `count` bits of `value`, which must be a non-negative integer. */
  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#used === 8) {
        this.#bytes.push(0);
        this.#used = 0;
      }
      const bit = Math.floor(value / 2 ** i) % 2;
      const last = this.#bytes.length - 1;
      this.#bytes[last] = (this.#bytes[last] ?? 0) | bit << (7 - this.#used);
      this.#used++;
    }
  }

  /** What was written, filled up with zero bits to a whole byte; the caller owns it. */
  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}
