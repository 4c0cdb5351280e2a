import { MAX_AMF_STRING_BYTES } from "./budget.ts";
import { AmfError, type AmfFormat } from "./errors.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads big-endian fields of one message; every read past its end is an {@linkcode AmfError}. */
export class AmfCursor {
  offset = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.offset >= this.#bytes.byteLength;
  }

  u8(format: AmfFormat): number {
    return this.#view.getUint8(this.#advance(1, format));
  }

  u16(format: AmfFormat): number {
    return this.#view.getUint16(this.#advance(2, format));
  }

  u32(format: AmfFormat): number {
    return this.#view.getUint32(this.#advance(4, format));
  }

  f64(format: AmfFormat): number {
    return this.#view.getFloat64(this.#advance(8, format));
  }

  /** A view of the next `length` bytes. */
  bytes(length: number, format: AmfFormat): Uint8Array {
    const start = this.#advance(length, format);
    return this.#bytes.subarray(start, start + length);
  }

  /** The next `length` bytes as UTF-8; bytes that are not become U+FFFD. */
  text(length: number, format: AmfFormat): string {
    if (length > MAX_AMF_STRING_BYTES) {
      throw new AmfError(
        format,
        this.offset,
        `string is longer than ${MAX_AMF_STRING_BYTES} bytes`,
      );
    }
    return utf8.decode(this.bytes(length, format));
  }

  #advance(length: number, format: AmfFormat): number {
    const start = this.offset;
    if (start + length > this.#bytes.byteLength) {
      throw new AmfError(format, start, `${length} more bytes are needed`);
    }
    this.offset = start + length;
    return start;
  }
}
