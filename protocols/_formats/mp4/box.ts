/**
 * Boxes as data (ISO/IEC 14496-12 4.2): a tree of names, integers and views of bytes, which is
 * measured and then written once into one buffer.
 *
 * @module
 */

/** Big-endian integers of one width. A negative one of 16 or 32 bits is written in two's complement. */
export interface Integers {
  readonly bits: 8 | 16 | 32 | 64;
  readonly values: readonly number[];
}

/** What a box holds, in order. Bytes are copied when the tree is written, and not before. */
export type BoxContent = Box | Integers | Uint8Array;

/** One box of four characters. */
export interface Box {
  readonly type: string;
  readonly content: readonly BoxContent[];
}

/** Bytes of a box header with a 32-bit size, which is the only form that is written. */
export const BOX_HEADER_SIZE = 8;

/** A box without version and flags (4.2.2). */
export function box(type: string, ...content: readonly BoxContent[]): Box {
  return { type, content };
}

/** A box with a version and 24 bits of flags (4.2.2). */
export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...content: readonly BoxContent[]
): Box {
  return { type, content: [u32(version * 2 ** 24 + flags), ...content] };
}

/** Values of 8 bits. */
export function u8(...values: readonly number[]): Integers {
  return { bits: 8, values };
}

/** Values of 16 bits, signed or not. */
export function u16(...values: readonly number[]): Integers {
  return { bits: 16, values };
}

/** Values of 32 bits, signed or not. */
export function u32(...values: readonly number[]): Integers {
  return { bits: 32, values };
}

/** Values must be non-negative safe integers. */
export function u64(...values: readonly number[]): Integers {
  return { bits: 64, values };
}

/** Four characters, as brands and types are written. */
export function fourCc(name: string): Integers {
  return u32(fourCcCode(name));
}

/** The integer that four Latin-1 characters make, as a box type is compared on the wire. */
export function fourCcCode(name: string): number {
  let code = 0;
  for (let i = 0; i < 4; i++) code = code * 256 + (name.charCodeAt(i) & 0xff);
  return code;
}

/** Bytes that the content takes. */
export function contentSize(content: BoxContent): number {
  if (content instanceof Uint8Array) return content.byteLength;
  if ("values" in content) return content.values.length * content.bits / 8;
  let size = BOX_HEADER_SIZE;
  for (const part of content.content) size += contentSize(part);
  return size;
}

/** The boxes one after the other in one buffer, which the caller owns. */
export function serializeBoxes(...boxes: readonly Box[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(boxes.reduce((size, part) => size + contentSize(part), 0));
  let offset = 0;
  for (const part of boxes) offset = writeBox(bytes, offset, part);
  return bytes;
}

/** Writes a box at `offset`, and gives the offset after it. The target must have room for it. */
export function writeBox(target: Uint8Array, offset: number, source: Box): number {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  return writeContent(target, view, offset, source);
}

function writeContent(
  target: Uint8Array,
  view: DataView,
  offset: number,
  content: BoxContent,
): number {
  if (content instanceof Uint8Array) {
    target.set(content, offset);
    return offset + content.byteLength;
  }
  if ("values" in content) return writeIntegers(view, offset, content);
  view.setUint32(offset + 4, fourCcCode(content.type));
  let end = offset + BOX_HEADER_SIZE;
  for (const part of content.content) end = writeContent(target, view, end, part);
  view.setUint32(offset, end - offset);
  return end;
}

function writeIntegers(view: DataView, start: number, { bits, values }: Integers): number {
  let offset = start;
  for (const value of values) {
    if (bits === 8) view.setUint8(offset, value);
    else if (bits === 16) view.setUint16(offset, value);
    else if (bits === 32) view.setUint32(offset, value);
    else writeU64(view, offset, value);
    offset += bits / 8;
  }
  return offset;
}

function writeU64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, Math.floor(value / 2 ** 32));
  view.setUint32(offset + 4, value % 2 ** 32);
}
