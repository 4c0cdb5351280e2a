import { AMF0_MARKER } from "./amf0.ts";
import { AmfEcmaArray, type AmfObject, type AmfValue, isAmfObject } from "./value.ts";

const utf8 = new TextEncoder();

/** Longest string of the short form, section 2.4, and longest property name. */
const MAX_SHORT_STRING_BYTES = 0xffff;

/** Most messages are small: replies, `onStatus`, `onMetaData`. */
const INITIAL_BYTES = 512;

/**
 * Writes one AMF0 message of the given values. Byte arrays have no AMF0 form and become `null`.
 * Throws a `RangeError` for a property name of more than 65,535 bytes; values must not be circular.
 */
export function encodeAmf0(...values: readonly (AmfValue | AmfEcmaArray)[]): Uint8Array {
  const writer = new Amf0Writer();
  for (const value of values) writer.write(value);
  return writer.finish();
}

class Amf0Writer {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  write(value: AmfValue | AmfEcmaArray): void {
    if (value === null || value instanceof Uint8Array) this.#u8(AMF0_MARKER.null);
    else if (value === undefined) this.#u8(AMF0_MARKER.undefined);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.#boolean(value);
    else if (typeof value === "string") this.#string(value);
    else if (value instanceof Date) this.#date(value);
    else if (value instanceof AmfEcmaArray) this.#ecmaArray(value.properties);
    else if (isAmfObject(value)) this.#object(value);
    else this.#strictArray(value);
  }

  #number(value: number): void {
    this.#u8(AMF0_MARKER.number);
    this.#f64(value);
  }

  #boolean(value: boolean): void {
    this.#u8(AMF0_MARKER.boolean);
    this.#u8(value ? 1 : 0);
  }

  #string(value: string): void {
    const text = utf8.encode(value);
    if (text.byteLength <= MAX_SHORT_STRING_BYTES) {
      this.#u8(AMF0_MARKER.string);
      this.#u16(text.byteLength);
    } else {
      this.#u8(AMF0_MARKER.longString);
      this.#u32(text.byteLength);
    }
    this.#raw(text);
  }

  #date(value: Date): void {
    this.#u8(AMF0_MARKER.date);
    this.#f64(value.getTime());
    this.#u16(0);
  }

  #object(value: AmfObject): void {
    this.#u8(AMF0_MARKER.object);
    this.#properties(value);
  }

  #ecmaArray(value: AmfObject): void {
    this.#u8(AMF0_MARKER.ecmaArray);
    this.#u32(Object.keys(value).length);
    this.#properties(value);
  }

  #strictArray(values: readonly AmfValue[]): void {
    this.#u8(AMF0_MARKER.strictArray);
    this.#u32(values.length);
    for (const value of values) this.write(value);
  }

  #properties(object: AmfObject): void {
    for (const [name, value] of Object.entries(object)) {
      this.#name(name);
      this.write(value);
    }
    this.#u16(0);
    this.#u8(AMF0_MARKER.objectEnd);
  }

  #name(name: string): void {
    const text = utf8.encode(name);
    if (text.byteLength > MAX_SHORT_STRING_BYTES) {
      throw new RangeError("Cannot write AMF0 property: its name is longer than 65535 bytes");
    }
    this.#u16(text.byteLength);
    this.#raw(text);
  }

  #u8(value: number): void {
    const start = this.#grow(1);
    this.#view.setUint8(start, value);
  }

  #u16(value: number): void {
    const start = this.#grow(2);
    this.#view.setUint16(start, value);
  }

  #u32(value: number): void {
    const start = this.#grow(4);
    this.#view.setUint32(start, value);
  }

  #f64(value: number): void {
    const start = this.#grow(8);
    this.#view.setFloat64(start, value);
  }

  #raw(bytes: Uint8Array): void {
    const start = this.#grow(bytes.byteLength);
    this.#bytes.set(bytes, start);
  }

  /** Makes room for `size` more bytes, which may replace the buffer; gives the first position. */
  #grow(size: number): number {
    const start = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.byteLength));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}
