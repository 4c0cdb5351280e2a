import { assertEquals, assertThrows } from "@std/assert";
import { decodeAmf0 } from "../../../../protocols/_formats/amf/amf0.ts";
import { AmfError } from "../../../../protocols/_formats/amf/errors.ts";
import type { AmfValue } from "../../../../protocols/_formats/amf/value.ts";

function bare(properties: Record<string, AmfValue>): AmfValue {
  return Object.assign(Object.create(null), properties);
}

/** Values behind the AVM+ marker, which share their reference tables. */
const ROWS: readonly { name: string; hex: string; values: readonly AmfValue[] }[] = [
  {
    name: "undefined, null, false, true",
    hex: "11 00 11 01 11 02 11 03",
    values: [undefined, null, false, true],
  },
  { name: "U29 of one to four bytes (1.3.1)", hex: "11 04 05", values: [5] },
  { name: "U29 of two bytes", hex: "11 04 8100", values: [128] },
  { name: "U29 of three bytes", hex: "11 04 818000", values: [16_384] },
  { name: "U29 of four bytes, negative (3.6)", hex: "11 04 ffffffff", values: [-1] },
  { name: "largest integer", hex: "11 04 bfffffff", values: [2 ** 28 - 1] },
  { name: "double (3.7)", hex: "11 05 3ff8000000000000", values: [1.5] },
  {
    name: "string and its reference (3.8)",
    hex: "11 06 07 666f6f 11 06 00",
    values: ["foo", "foo"],
  },
  { name: "empty string, which has no reference", hex: "11 06 01", values: [""] },
  { name: "XML (3.13)", hex: "11 0b 09 3c612f3e", values: ["<a/>"] },
  { name: "date (3.10)", hex: "11 08 01 408f400000000000", values: [new Date(1000)] },
  { name: "dense array (3.11)", hex: "11 09 05 01 04 01 04 02", values: [[1, 2]] },
  {
    name: "array with a named member",
    hex: "11 09 03 03 61 02 01 03",
    values: [bare({ a: false, 0: true })],
  },
  {
    name: "dynamic object (3.12)",
    hex: "11 0a 0b 01 03 61 03 01",
    values: [bare({ a: true })],
  },
  {
    name: "object with sealed members, then another by its traits and one by reference",
    hex: "11 0a 13 01 03 61 04 01 11 0a 01 04 02 11 0a 00",
    values: [bare({ a: 1 }), bare({ a: 2 }), bare({ a: 1 })],
  },
  { name: "byte array (3.14)", hex: "11 0c 05 0102", values: [Uint8Array.of(1, 2)] },
];

for (const { name, hex, values } of ROWS) {
  Deno.test(`AMF3 decodes ${name}`, () => {
    assertEquals(decodeAmf0(bytes(hex)), values);
  });
}

const BAD: readonly { name: string; hex: string; message: string }[] = [
  { name: "vectors", hex: "11 0d 03", message: "type marker 13 is not supported" },
  { name: "dictionaries", hex: "11 11 01", message: "type marker 17 is not supported" },
  { name: "externalizable objects", hex: "11 0a 07 03 61", message: "externalizable" },
  { name: "dangling strings", hex: "11 06 02", message: "string reference 1" },
  { name: "dangling traits", hex: "11 0a 05", message: "traits reference 1" },
  { name: "dangling objects", hex: "11 0a 02", message: "reference 1 names no earlier value" },
  { name: "circular objects", hex: "11 0a 0b 01 03 61 0a 00 01", message: "is circular" },
  { name: "arrays longer than their bytes", hex: "11 09 bfffffff 01 01", message: "1 more bytes" },
  { name: "cut integers", hex: "11 04 80", message: "1 more bytes are needed" },
];

for (const { name, hex, message } of BAD) {
  Deno.test(`AMF3 refuses ${name}`, () => {
    const error = assertThrows(() => decodeAmf0(bytes(hex)), AmfError, message);
    assertEquals(error.format, "AMF3");
  });
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex.replaceAll(" ", ""));
}
