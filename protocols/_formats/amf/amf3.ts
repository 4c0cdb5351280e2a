/**
 * Reading AMF3 (Adobe, 2013). Flash clients that ask for object encoding 3 switch to it inside AMF0
 * messages; nothing is ever written in it. Section numbers in this file are of that specification.
 *
 * @module
 */

import type { AmfBudget } from "./budget.ts";
import type { AmfCursor } from "./cursor.ts";
import { AmfError } from "./errors.ts";
import { AmfReferences } from "./references.ts";
import type { AmfValue } from "./value.ts";

const FORMAT = "AMF3";

/** Section 3.12: the names that objects of one class share. */
interface Traits {
  readonly names: readonly string[];
  readonly isDynamic: boolean;
}

/** Reads AMF3 values at a cursor; the reference tables live as long as the reader. */
export class Amf3Reader {
  /** By type marker, section 3.1. */
  static readonly #readers: Readonly<
    Record<number, (reader: Amf3Reader, offset: number) => AmfValue>
  > = {
    0x00: () => undefined,
    0x01: () => null,
    0x02: () => false,
    0x03: () => true,
    0x04: (reader) => reader.#integer(),
    0x05: (reader) => reader.#double(),
    0x06: (reader) => reader.#string(),
    0x07: (reader) => reader.#xml(),
    0x08: (reader) => reader.#date(),
    0x09: (reader) => reader.#array(),
    0x0a: (reader) => reader.#object(),
    0x0b: (reader) => reader.#xml(),
    0x0c: (reader) => reader.#byteArray(),
  };

  readonly #cursor: AmfCursor;
  readonly #budget: AmfBudget;
  readonly #objects: AmfReferences;
  readonly #strings: string[] = [];
  readonly #traits: Traits[] = [];

  constructor(cursor: AmfCursor, budget: AmfBudget) {
    this.#cursor = cursor;
    this.#budget = budget;
    this.#objects = new AmfReferences(FORMAT, budget);
  }

  /**
   * The next value. Throws {@linkcode AmfError} where the bytes are not one, and for vectors,
   * dictionaries and externalizable objects, which no RTMP client sends.
   */
  read(): AmfValue {
    const offset = this.#cursor.offset;
    this.#budget.charge(FORMAT, offset);
    const marker = this.#cursor.u8(FORMAT);
    const read = Amf3Reader.#readers[marker];
    if (read === undefined) {
      throw new AmfError(FORMAT, offset, `type marker ${marker} is not supported`);
    }
    return read(this, offset);
  }

  /** Section 3.6: 29 bits, two's complement. */
  #integer(): number {
    return this.#u29() << 3 >> 3;
  }

  #double(): number {
    return this.#cursor.f64(FORMAT);
  }

  /** Section 3.8; the empty string is never in the table. */
  #string(): string {
    const offset = this.#cursor.offset;
    const header = this.#u29();
    if ((header & 1) === 0) return this.#stringAt(header >> 1, offset);
    const text = this.#cursor.text(header >> 1, FORMAT);
    if (text !== "") this.#strings.push(text);
    return text;
  }

  /** Sections 3.9 and 3.13: text that shares the object table. */
  #xml(): AmfValue {
    return this.#complex((length) => this.#cursor.text(length, FORMAT));
  }

  #date(): AmfValue {
    return this.#complex(() => new Date(this.#cursor.f64(FORMAT)));
  }

  /** A view of the message. */
  #byteArray(): AmfValue {
    return this.#complex((length) => this.#cursor.bytes(length, FORMAT));
  }

  /** Section 3.11: an array, or an object when it also has named members. */
  #array(): AmfValue {
    return this.#complex((count) => {
      const named = this.#dynamicMembers(Object.create(null));
      const items: AmfValue[] = [];
      while (items.length < count) items.push(this.read());
      return Object.keys(named).length === 0 ? items : Object.assign(named, items);
    });
  }

  #object(): AmfValue {
    return this.#complex((header) => {
      const traits = this.#readTraits(header);
      const object: Record<string, AmfValue> = Object.create(null);
      for (const name of traits.names) object[name] = this.read();
      return traits.isDynamic ? this.#dynamicMembers(object) : object;
    });
  }

  /** A value of the object table: an earlier one, or `read` with the header's other bits. */
  #complex(read: (rest: number) => AmfValue): AmfValue {
    const offset = this.#cursor.offset;
    const header = this.#u29();
    if ((header & 1) === 0) return this.#objects.resolve(header >> 1, offset);
    return this.#objects.define(offset, () => read(header >> 1));
  }

  #dynamicMembers(object: Record<string, AmfValue>): Record<string, AmfValue> {
    for (let name = this.#string(); name !== ""; name = this.#string()) object[name] = this.read();
    return object;
  }

  /** `header` is U29O without its lowest bit. */
  #readTraits(header: number): Traits {
    const offset = this.#cursor.offset;
    if ((header & 1) === 0) return this.#traitsAt(header >> 1, offset);
    if ((header & 2) !== 0) {
      throw new AmfError(FORMAT, offset, "externalizable objects are not supported");
    }
    this.#string();
    const count = header >> 3;
    const names: string[] = [];
    while (names.length < count) {
      this.#budget.charge(FORMAT, this.#cursor.offset);
      names.push(this.#string());
    }
    const traits = { names, isDynamic: (header & 4) !== 0 };
    this.#traits.push(traits);
    return traits;
  }

  #stringAt(index: number, offset: number): string {
    const text = this.#strings[index];
    if (text === undefined) {
      throw new AmfError(FORMAT, offset, `string reference ${index} names no earlier string`);
    }
    return text;
  }

  #traitsAt(index: number, offset: number): Traits {
    const traits = this.#traits[index];
    if (traits === undefined) {
      throw new AmfError(FORMAT, offset, `traits reference ${index} names no earlier traits`);
    }
    return traits;
  }

  /** Section 1.3.1: seven bits in each of three bytes, eight in the fourth. */
  #u29(): number {
    let value = 0;
    for (let index = 0; index < 3; index++) {
      const byte = this.#cursor.u8(FORMAT);
      value = value << 7 | byte & 0x7f;
      if (byte < 0x80) return value;
    }
    return value << 8 | this.#cursor.u8(FORMAT);
  }
}
