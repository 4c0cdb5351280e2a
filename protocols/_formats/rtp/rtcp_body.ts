import { RtcpError } from "./rtcp_errors.ts";

/** Bytes of the header that all types share. */
export const RTCP_HEADER_SIZE = 4;

/** Bytes of an RTCP word, in which lengths count. */
export const WORD = 4;

/**
 * Reads the body of one RTCP packet, which is what follows the common header. Reading past its end
 * throws {@linkcode RtcpError}.
 */
export class RtcpBodyReader {
  readonly #view: DataView;
  readonly #what: string;
  readonly #origin: number;
  #position = 0;

  /**
   * @param what names the packet in errors
   * @param origin byte offset of `body` in the compound packet
   */
  constructor(readonly body: Uint8Array, what: string, origin: number) {
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.#what = what;
    this.#origin = origin;
  }

  get bytesLeft(): number {
    return this.body.byteLength - this.#position;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  u24(): number {
    return this.u8() * 2 ** 16 + this.u16();
  }

  i24(): number {
    return (this.u24() << 8) >> 8;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** A view of the next `count` bytes, owned by whoever owns the compound packet. */
  bytes(count: number): Uint8Array {
    const start = this.#take(count);
    return this.body.subarray(start, start + count);
  }

  /** Moves on to the next multiple of four bytes. */
  align(): void {
    this.#take((WORD - this.#position % WORD) % WORD);
  }

  error(reason: string): RtcpError {
    return new RtcpError(this.#what, reason, this.#origin + this.#position);
  }

  #take(count: number): number {
    if (count > this.bytesLeft) {
      throw this.error(`${count} bytes are needed, ${this.bytesLeft} are left`);
    }
    const start = this.#position;
    this.#position += count;
    return start;
  }
}

/** Writes the body of one RTCP packet into bytes that the writer owns. */
export class RtcpBodyWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #position = 0;

  /** @param size bytes that will be written, rounded up to words of zeros */
  constructor(size: number) {
    this.bytes = new Uint8Array(Math.ceil(size / WORD) * WORD);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(value: number): this {
    this.#view.setUint8(this.#advance(1), value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#advance(2), value);
    return this;
  }

  /** Also of negative values, in two's complement. */
  u24(value: number): this {
    return this.u8(value >> 16).u16(value);
  }

  u32(value: number): this {
    this.#view.setUint32(this.#advance(4), value);
    return this;
  }

  put(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#advance(bytes.byteLength));
    return this;
  }

  /** Leaves the bytes up to the next multiple of four at zero. */
  align(): this {
    this.#advance((WORD - this.#position % WORD) % WORD);
    return this;
  }

  #advance(count: number): number {
    const start = this.#position;
    this.#position += count;
    return start;
  }
}
