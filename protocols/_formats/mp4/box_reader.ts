import { BOX_HEADER_SIZE } from "./box.ts";
import { Mp4Error } from "./errors.ts";

/** Times and offsets above this are no media that anyone has, and sums of them stay exact. */
const MAX_U64 = 2 ** 52;

/** Reads the fields of a box. Reading past the end throws an {@linkcode Mp4Error}. */
export class BoxReader {
  #position = 0;
  readonly #data: Uint8Array;
  readonly #view: DataView;

  constructor(data: Uint8Array, /** Names the box in errors. */ readonly what: string) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get bytesLeft(): number {
    return this.#data.byteLength - this.#position;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  u64(): number {
    const value = this.u32() * 2 ** 32 + this.u32();
    if (value > MAX_U64) throw this.error(`${value} is out of range`);
    return value;
  }

  i64(): number {
    const value = this.i32() * 2 ** 32 + this.u32();
    if (Math.abs(value) > MAX_U64) throw this.error(`${value} is out of range`);
    return value;
  }

  /** Version and flags of a full box (ISO/IEC 14496-12 4.2.2). */
  fullHeader(): { readonly version: number; readonly flags: number } {
    const word = this.u32();
    return { version: word >>> 24, flags: word & 0xffffff };
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** A view of everything that is left, owned by whoever owns the box. */
  rest(): Uint8Array {
    const start = this.#take(this.bytesLeft);
    return this.#data.subarray(start);
  }

  error(reason: string): Mp4Error {
    return new Mp4Error(this.what, reason, this.#position);
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

/** A box that lies whole in memory. */
export interface ChildBox {
  readonly type: string;
  /** What follows the header, as a view of the parent. */
  readonly body: Uint8Array;
}

/**
 * The boxes that lie one after the other in `data`. Four zero bytes at the end, by which QuickTime
 * ends a list, are passed over.
 *
 * @param parent names the box that they are in, for errors.
 * @throws {Mp4Error} when one is larger than what is left, or smaller than its header.
 */
export function childBoxes(data: Uint8Array, parent: string): readonly ChildBox[] {
  const boxes: ChildBox[] = [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at + BOX_HEADER_SIZE <= data.byteLength;) {
    const announced = view.getUint32(at);
    const size = announced === 0 ? data.byteLength - at : announced;
    if (size < BOX_HEADER_SIZE || at + size > data.byteLength) {
      throw new Mp4Error(`box in ${parent}`, `its size is ${size}`, at);
    }
    const type = fourCcName(view.getUint32(at + 4));
    boxes.push({ type, body: data.subarray(at + BOX_HEADER_SIZE, at + size) });
    at += size;
  }
  return boxes;
}

/** The four characters of a box type. */
export function fourCcName(code: number): string {
  return String.fromCharCode(code >>> 24, code >>> 16 & 0xff, code >>> 8 & 0xff, code & 0xff);
}

/** The body of the first box of a type. */
export function findBox(boxes: readonly ChildBox[], type: string): Uint8Array | undefined {
  return boxes.find((child) => child.type === type)?.body;
}

/** The body of the first box of a type, which `parent` must have. Throws {@linkcode Mp4Error}. */
export function needBox(boxes: readonly ChildBox[], type: string, parent: string): Uint8Array {
  const body = findBox(boxes, type);
  if (body === undefined) throw new Mp4Error(parent, `${type} is missing`, 0);
  return body;
}
