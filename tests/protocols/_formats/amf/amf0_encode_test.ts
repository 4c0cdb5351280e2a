import { assertEquals, assertThrows } from "@std/assert";
import { decodeAmf0 } from "../../../../protocols/_formats/amf/amf0.ts";
import { encodeAmf0 } from "../../../../protocols/_formats/amf/amf0_encode.ts";
import { AmfEcmaArray, type AmfValue } from "../../../../protocols/_formats/amf/value.ts";

const ROWS: readonly { value: AmfValue | AmfEcmaArray; hex: string }[] = [
  { value: 1, hex: "003ff0000000000000" },
  { value: true, hex: "0101" },
  { value: "foo", hex: "020003666f6f" },
  { value: null, hex: "05" },
  { value: undefined, hex: "06" },
  { value: new Date(1000), hex: "0b408f4000000000000000" },
  { value: { a: null }, hex: "0300016105000009" },
  { value: [null, true], hex: "0a00000002050101" },
  { value: new AmfEcmaArray({ a: null }), hex: "080000000100016105000009" },
  { value: Uint8Array.of(1), hex: "05" },
];

for (const { value, hex } of ROWS) {
  Deno.test(`AMF0 encodes to ${hex}`, () => {
    assertEquals(encodeAmf0(value).toHex(), hex);
  });
}

Deno.test("AMF0 encodes strings above 65,535 bytes in the long form (2.14)", () => {
  const text = "ä".repeat(40_000);
  const message = encodeAmf0(text);
  assertEquals(message.subarray(0, 5).toHex(), "0c00013880");
  assertEquals(decodeAmf0(message), [text]);
});

Deno.test("AMF0 refuses to encode a property name above 65,535 bytes", () => {
  assertThrows(() => encodeAmf0({ ["a".repeat(65_536)]: 1 }), RangeError);
});

Deno.test("AMF0 encodes a whole command", () => {
  const reply = { code: "NetConnection.Connect.Success", list: [1, { b: false }] };
  const [name, transaction, nothing, info] = decodeAmf0(encodeAmf0("_result", 1, null, reply));
  assertEquals([name, transaction, nothing], ["_result", 1, null]);
  assertEquals(JSON.stringify(info), JSON.stringify(reply));
});

Deno.test("AMF0 encodes messages that outgrow the first buffer at any field", () => {
  for (let length = 480; length < 520; length++) {
    const values = ["a".repeat(length), 1.5, true, { a: [1, "b"] }, null];
    assertEquals(JSON.stringify(decodeAmf0(encodeAmf0(...values))), JSON.stringify(values));
  }
});
