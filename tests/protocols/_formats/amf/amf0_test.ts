import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Amf0Reader, decodeAmf0 } from "../../../../protocols/_formats/amf/amf0.ts";
import { MAX_AMF_DEPTH, MAX_AMF_VALUES } from "../../../../protocols/_formats/amf/budget.ts";
import { AmfError } from "../../../../protocols/_formats/amf/errors.ts";
import { type AmfValue, isAmfObject } from "../../../../protocols/_formats/amf/value.ts";

/** Object with the given properties and no prototype, as decoders make them. */
function bare(properties: Record<string, AmfValue>): AmfValue {
  return Object.assign(Object.create(null), properties);
}

const ROWS: readonly { name: string; hex: string; values: readonly AmfValue[] }[] = [
  { name: "number (2.2)", hex: "00 3ff0000000000000", values: [1] },
  { name: "boolean (2.3)", hex: "01 00 01 02", values: [false, true] },
  { name: "string (2.4)", hex: "02 0003 666f6f", values: ["foo"] },
  {
    name: "object (2.5)",
    hex: "03 0001 61 05 0000 09",
    values: [bare({ a: null })],
  },
  { name: "null and undefined (2.7, 2.8)", hex: "05 06", values: [null, undefined] },
  {
    name: "reference to an earlier object (2.9)",
    hex: "03 0001 61 05 0000 09 07 0000",
    values: [bare({ a: null }), bare({ a: null })],
  },
  {
    name: "ECMA array with a wrong count (2.10)",
    hex: "08 00000063 0001 61 01 01 0000 09",
    values: [bare({ a: true })],
  },
  {
    name: "ECMA array without its end marker, at the end of the message",
    hex: "08 00000001 0001 61 01 01",
    values: [bare({ a: true })],
  },
  { name: "strict array (2.12)", hex: "0a 00000002 05 01 01", values: [[null, true]] },
  {
    name: "date (2.13)",
    hex: "0b 408f400000000000 0000",
    values: [new Date(1000)],
  },
  { name: "long string (2.14)", hex: "0c 00000003 666f6f", values: ["foo"] },
  { name: "unsupported (2.15)", hex: "0d", values: [undefined] },
  { name: "XML document (2.17)", hex: "0f 00000004 3c612f3e", values: ["<a/>"] },
  {
    name: "typed object (2.18): the class name is dropped",
    hex: "10 0001 43 0001 61 05 0000 09",
    values: [bare({ a: null })],
  },
  { name: "AVM+ marker (3.1): one AMF3 value", hex: "11 06 07 666f6f 05", values: ["foo", null] },
  {
    name: "property with an empty name that is not the end",
    hex: "03 0000 05 0000 09",
    values: [bare({ "": null })],
  },
];

for (const { name, hex, values } of ROWS) {
  Deno.test(`AMF0 decodes ${name}`, () => {
    assertEquals(decodeAmf0(bytes(hex)), values);
  });
}

const BAD: readonly { name: string; hex: string; offset: number; message: string }[] = [
  { name: "a cut number", hex: "00 3ff0", offset: 1, message: "8 more bytes are needed" },
  { name: "a cut string", hex: "02 ffff 61", offset: 3, message: "65535 more bytes are needed" },
  { name: "an unknown marker", hex: "05 7f", offset: 1, message: "type marker 127" },
  { name: "an object without end", hex: "03 0001 61 05", offset: 5, message: "2 more bytes" },
  { name: "a dangling reference", hex: "07 0000", offset: 0, message: "names no earlier value" },
  {
    name: "a circular reference",
    hex: "03 0001 61 07 0000 0000 09",
    offset: 4,
    message: "reference 0 is circular",
  },
  { name: "an array longer than its bytes", hex: "0a ffffffff 05", offset: 6, message: "1 more" },
  { name: "a huge string", hex: "0c ffffffff", offset: 5, message: "longer than 1048576 bytes" },
];

for (const { name, hex, offset, message } of BAD) {
  Deno.test(`AMF0 refuses ${name}`, () => {
    const error = assertThrows(() => decodeAmf0(bytes(hex)), AmfError, message);
    assertEquals(error.offset, offset);
    assertEquals(error.format, "AMF0");
  });
}

Deno.test("AMF0 keeps __proto__ as a property like any other", () => {
  const [object] = decodeAmf0(bytes("03 0009 5f5f70726f746f5f5f 03 0001 78 01 01 0000 09 0000 09"));
  assert(isAmfObject(object));
  assertEquals(Object.keys(object), ["__proto__"]);
  assertStrictEquals(({} as Record<string, unknown>).x, undefined);
});

Deno.test("AMF0 limits depth", () => {
  const nested = (depth: number) => bytes("0a 00000001".repeat(depth) + "05");
  decodeAmf0(nested(MAX_AMF_DEPTH));
  assertThrows(() => decodeAmf0(nested(MAX_AMF_DEPTH + 1)), AmfError, "nested deeper than 32");
});

Deno.test("AMF0 limits the number of values", () => {
  const message = new Uint8Array(MAX_AMF_VALUES + 1).fill(0x05);
  assertEquals(decodeAmf0(message.subarray(1)).length, MAX_AMF_VALUES);
  assertThrows(() => decodeAmf0(message), AmfError, "more than 65536 values");
});

Deno.test("AMF0 charges a reference with all that it repeats", () => {
  // Each array holds its predecessor twice: 2^20 leaves from a hundred bytes.
  let message = "0a 00000001 05";
  for (let level = 0; level < 20; level++) {
    const index = level.toString(16).padStart(4, "0");
    message += `0a 00000002 07 ${index} 07 ${index}`;
  }
  assertThrows(() => decodeAmf0(bytes(message)), AmfError, "more than 65536 values");
});

Deno.test("Amf0Reader reads value by value and leaves the rest alone", () => {
  const reader = new Amf0Reader(bytes("02 0003 666f6f 7f"));
  assertEquals(reader.read(), "foo");
  assertEquals(reader.offset, 6);
  assertEquals(reader.isAtEnd, false);
});

function bytes(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex.replaceAll(" ", ""));
}
