/**
 * Reading AMF0 (Action Message Format, Adobe 2007), the encoding of RTMP commands and of FLV script
 * data. Section numbers in this file are of that specification.
 *
 * @module
 */

import { Amf3Reader } from "./amf3.ts";
import { AmfBudget } from "./budget.ts";
import { AmfCursor } from "./cursor.ts";
import { AmfError } from "./errors.ts";
import { AmfReferences } from "./references.ts";
import type { AmfObject, AmfValue } from "./value.ts";

/** Type markers of section 2.1. */
export const AMF0_MARKER = {
  number: 0x00,
  boolean: 0x01,
  string: 0x02,
  object: 0x03,
  null: 0x05,
  undefined: 0x06,
  reference: 0x07,
  ecmaArray: 0x08,
  objectEnd: 0x09,
  strictArray: 0x0a,
  date: 0x0b,
  longString: 0x0c,
  unsupported: 0x0d,
  xmlDocument: 0x0f,
  typedObject: 0x10,
  avmPlus: 0x11,
} as const;

const FORMAT = "AMF0";

/** Reads the values of one message, one at a time. */
export class Amf0Reader {
  static readonly #readers: Readonly<
    Record<number, (reader: Amf0Reader, offset: number) => AmfValue>
  > = {
    [AMF0_MARKER.number]: (reader) => reader.#number(),
    [AMF0_MARKER.boolean]: (reader) => reader.#boolean(),
    [AMF0_MARKER.string]: (reader) => reader.#string(),
    [AMF0_MARKER.object]: (reader, offset) => reader.#object(offset),
    [AMF0_MARKER.null]: () => null,
    [AMF0_MARKER.undefined]: () => undefined,
    [AMF0_MARKER.reference]: (reader, offset) => reader.#reference(offset),
    [AMF0_MARKER.ecmaArray]: (reader, offset) => reader.#ecmaArray(offset),
    [AMF0_MARKER.strictArray]: (reader, offset) => reader.#strictArray(offset),
    [AMF0_MARKER.date]: (reader) => reader.#date(),
    [AMF0_MARKER.longString]: (reader) => reader.#longString(),
    [AMF0_MARKER.unsupported]: () => undefined,
    [AMF0_MARKER.xmlDocument]: (reader) => reader.#longString(),
    [AMF0_MARKER.typedObject]: (reader, offset) => reader.#typedObject(offset),
    [AMF0_MARKER.avmPlus]: (reader) => reader.#avmPlus(),
  };

  readonly #cursor: AmfCursor;
  readonly #budget = new AmfBudget();
  readonly #references = new AmfReferences(FORMAT, this.#budget);
  #amf3: Amf3Reader | undefined;

  constructor(message: Uint8Array) {
    this.#cursor = new AmfCursor(message);
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#cursor.offset;
  }

  get isAtEnd(): boolean {
    return this.#cursor.isAtEnd;
  }

  /** The next value. Throws {@linkcode AmfError} where the bytes are not one, or at the end. */
  read(): AmfValue {
    const offset = this.#cursor.offset;
    this.#budget.charge(FORMAT, offset);
    const marker = this.#cursor.u8(FORMAT);
    const read = Amf0Reader.#readers[marker];
    if (read === undefined) {
      throw new AmfError(FORMAT, offset, `type marker ${marker} is not defined`);
    }
    return read(this, offset);
  }

  #number(): number {
    return this.#cursor.f64(FORMAT);
  }

  #boolean(): boolean {
    return this.#cursor.u8(FORMAT) !== 0;
  }

  #string(): string {
    return this.#cursor.text(this.#cursor.u16(FORMAT), FORMAT);
  }

  #longString(): string {
    return this.#cursor.text(this.#cursor.u32(FORMAT), FORMAT);
  }

  /** Section 2.13; the time zone is reserved and not used. */
  #date(): Date {
    const milliseconds = this.#cursor.f64(FORMAT);
    this.#cursor.u16(FORMAT);
    return new Date(milliseconds);
  }

  #reference(offset: number): AmfValue {
    return this.#references.resolve(this.#cursor.u16(FORMAT), offset);
  }

  #object(offset: number): AmfObject {
    return this.#references.define(offset, () => this.#properties(false));
  }

  /** Section 2.18; what class it was means nothing to a gateway. */
  #typedObject(offset: number): AmfObject {
    this.#string();
    return this.#object(offset);
  }

  /**
   * Section 2.10. The count is a hint that encoders get wrong, so it is not used; some
   * leave out the end marker of an array that ends its message, which is accepted.
   */
  #ecmaArray(offset: number): AmfObject {
    this.#cursor.u32(FORMAT);
    return this.#references.define(offset, () => this.#properties(true));
  }

  /** The count is not trusted with an allocation: the loop ends where the bytes do. */
  #strictArray(offset: number): AmfValue[] {
    const count = this.#cursor.u32(FORMAT);
    return this.#references.define(offset, () => {
      const items: AmfValue[] = [];
      while (items.length < count) items.push(this.read());
      return items;
    });
  }

  /** Section 3.1: one AMF3 value; its reference tables last for the message. */
  #avmPlus(): AmfValue {
    this.#amf3 ??= new Amf3Reader(this.#cursor, this.#budget);
    return this.#amf3.read();
  }

  #properties(mayEndWithMessage: boolean): AmfObject {
    const object: Record<string, AmfValue> = Object.create(null);
    while (!(mayEndWithMessage && this.#cursor.isAtEnd)) {
      const name = this.#string();
      if (name === "" && this.#skipObjectEnd()) break;
      object[name] = this.read();
    }
    return object;
  }

  #skipObjectEnd(): boolean {
    const start = this.#cursor.offset;
    if (this.#cursor.u8(FORMAT) === AMF0_MARKER.objectEnd) return true;
    this.#cursor.offset = start;
    return false;
  }
}

/** All values of one message. Throws {@linkcode AmfError}. */
export function decodeAmf0(message: Uint8Array): AmfValue[] {
  const reader = new Amf0Reader(message);
  const values: AmfValue[] = [];
  while (!reader.isAtEnd) values.push(reader.read());
  return values;
}
