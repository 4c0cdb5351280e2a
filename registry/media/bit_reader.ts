import { BitstreamError } from "./errors.ts";

/** ITU-T H.264 9.1: an `ue(v)` value is at most 2^32 - 2, hence at most 31 leading zero bits. */
const MAX_LEADING_ZEROS = 31;

/**
 * Reads fixed-length and Exp-Golomb codes, most significant bit first, from a view that it neither
 * copies nor changes. Reading past the end throws a {@linkcode BitstreamError}.
 */
export class BitReader {
  #position = 0;
  readonly #data: Uint8Array;
  readonly #length: number;
  readonly #what: string;

  /** @param what names the structure in errors, as in "H.264 SPS". */
  constructor(data: Uint8Array, what: string) {
    this.#data = data;
    this.#length = data.length * 8;
    this.#what = what;
  }

  /** A second reader at the same place, which goes on by itself. */
  fork(): BitReader {
    const reader = new BitReader(this.#data, this.#what);
    reader.#position = this.#position;
    return reader;
  }

  /** Bits read so far. */
  get position(): number {
    return this.#position;
  }

  get bitsLeft(): number {
    return this.#length - this.#position;
  }

  get byteAligned(): boolean {
    return this.#position % 8 === 0;
  }

  /** One bit as a flag. */
  bit(): boolean {
    this.#need(1);
    const byte = this.#data[this.#position >> 3] ?? 0;
    const shift = 7 - (this.#position & 7);
    this.#position++;
    return (byte >> shift & 1) === 1;
  }

  /** An unsigned integer of `count` bits, 0 to 48. */
  bits(count: number): number {
    this.#need(count);
    let value = 0;
    let left = count;
    while (left > 0) {
      const available = 8 - (this.#position & 7);
      const take = Math.min(available, left);
      const byte = this.#data[this.#position >> 3] ?? 0;
      const chunk = byte >> (available - take) & ((1 << take) - 1);
      value = value * 2 ** take + chunk;
      this.#position += take;
      left -= take;
    }
    return value;
  }

  skip(count: number): void {
    this.#need(count);
    this.#position += count;
  }

  /** Skips to the next byte boundary; does nothing on one. */
  align(): void {
    this.#position = Math.ceil(this.#position / 8) * 8;
  }

  /** Unsigned Exp-Golomb code (ITU-T H.264 9.1), 0 to 2^32 - 2. */
  ue(): number {
    let zeros = 0;
    while (!this.bit()) {
      zeros++;
      if (zeros > MAX_LEADING_ZEROS) throw this.error("Exp-Golomb code is longer than 32 bits");
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** An unsigned Exp-Golomb code of at most `max`; `field` names it in the error. */
  ueMax(max: number, field: string): number {
    const value = this.ue();
    if (value > max) throw this.error(`${field} is ${value}, more than ${max}`);
    return value;
  }

  /** Signed Exp-Golomb code (ITU-T H.264 9.1.1). */
  se(): number {
    const code = this.ue();
    return code % 2 === 1 ? (code + 1) / 2 : -(code / 2) + 0;
  }

  /** An error about what stands at the current position. */
  error(reason: string): BitstreamError {
    return new BitstreamError(this.#what, reason, this.#position, "bit");
  }

  #need(count: number): void {
    if (count <= this.bitsLeft) return;
    throw this.error(`${count} bits are needed, ${this.bitsLeft} are left`);
  }
}
