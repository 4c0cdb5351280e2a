/** Reads big-endian numbers and vectors of a message one after the other. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  /** @throws {RangeError} there are fewer than `count` left. */
  take(count: number): Uint8Array {
    if (count > this.left) throw new RangeError(`${count} bytes expected, ${this.left} left`);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** An unsigned number of `size` bytes, 6 at most. */
  uint(size: number): number {
    return this.take(size).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** Bytes behind their length, which takes `size` bytes. */
  vector(size: number): Uint8Array {
    return this.take(this.uint(size));
  }

  /** Numbers of two bytes, behind their length in bytes. */
  uint16s(): readonly number[] {
    const list = new ByteReader(this.vector(2));
    const values: number[] = [];
    while (list.left >= 2) values.push(list.uint(2));
    return values;
  }
}

/** Big-endian. @param size bytes, 6 at most. */
export function uint(value: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = value;
  for (let at = size - 1; at >= 0; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** `bytes` behind their length, which takes `size` bytes. */
export function vector(bytes: Uint8Array, size: number): Uint8Array {
  return concat(uint(bytes.byteLength, size), bytes);
}

/** Numbers of two bytes, without their length. */
export function uint16s(values: readonly number[]): Uint8Array {
  return concat(...values.map((value) => uint(value, 2)));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
