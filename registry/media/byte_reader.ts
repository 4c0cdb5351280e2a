import { BitstreamError } from "./errors.ts";

/**
 * Reads big-endian integers and views from a configuration record. Reading past the end throws a
 * {@linkcode BitstreamError}.
 */
export class ByteReader {
  #position = 0;
  readonly #data: Uint8Array;
  readonly #what: string;

  /** @param what names the structure in errors, as in "avcC". */
  constructor(data: Uint8Array, what: string) {
    this.#data = data;
    this.#what = what;
  }

  get bytesLeft(): number {
    return this.#data.length - this.#position;
  }

  u8(): number {
    this.#need(1);
    return this.#data[this.#position++] ?? 0;
  }

  u16(): number {
    return this.u8() * 256 + this.u8();
  }

  skip(count: number): void {
    this.#need(count);
    this.#position += count;
  }

  /** A view of the next `count` bytes, owned by whoever owns the record. */
  bytes(count: number): Uint8Array {
    this.#need(count);
    const start = this.#position;
    this.#position += count;
    return this.#data.subarray(start, this.#position);
  }

  /** A view of everything that is left. */
  rest(): Uint8Array {
    return this.bytes(this.bytesLeft);
  }

  error(reason: string): BitstreamError {
    return new BitstreamError(this.#what, reason, this.#position);
  }

  #need(count: number): void {
    if (count <= this.bytesLeft) return;
    throw this.error(`${count} bytes are needed, ${this.bytesLeft} are left`);
  }
}
