import { assertEquals, assertThrows } from "@std/assert";
import { RtpError } from "../../../../protocols/_formats/rtp/errors.ts";
import {
  type HeaderElement,
  parseHeaderElements,
  writeHeaderElements,
} from "../../../../protocols/_formats/rtp/header_extension.ts";
import { hex } from "../flv/bytes.ts";

const element = (id: number, data: string): HeaderElement => ({ id, data: hex(data) });

const BOTH_WAYS: readonly {
  name: string;
  profile: number;
  data: string;
  elements: readonly HeaderElement[];
}[] = [
  { name: "none", profile: 0xbede, data: "", elements: [] },
  {
    name: "one-byte form (4.2)",
    profile: 0xbede,
    data: "10aa 22010203 0000",
    elements: [element(1, "aa"), element(2, "010203")],
  },
  {
    name: "two-byte form (4.3), with an element without data",
    profile: 0x1000,
    data: "0100 1002aabb 0000",
    elements: [element(1, ""), element(16, "aabb")],
  },
];

for (const { name, profile, data, elements } of BOTH_WAYS) {
  Deno.test(`header elements in and out: ${name}`, () => {
    assertEquals(parseHeaderElements({ profile, data: hex(data) }), [...elements]);
    assertEquals(writeHeaderElements(elements), { profile, data: hex(data) });
  });
}

Deno.test("padding between elements is passed over, id 15 ends the one-byte form", () => {
  const between = { profile: 0xbede, data: hex("0010aa00 20bb f0cc 30dd") };
  assertEquals(parseHeaderElements(between), [element(1, "aa"), element(2, "bb")]);
});

Deno.test("the low bits of the two-byte profile are the application's", () => {
  assertEquals(parseHeaderElements({ profile: 0x100f, data: hex("05010700") }), [element(5, "07")]);
});

Deno.test("an extension of another profile has no elements", () => {
  assertEquals(parseHeaderElements({ profile: 0xabac, data: hex("10aa0000") }), []);
});

Deno.test("an element that runs past the end is refused", () => {
  for (
    const [profile, data] of [[0xbede, "10aa001f"], [0x1000, "00000005"], [0x1000, "0105aabb"]]
  ) {
    const extension = { profile: Number(profile), data: hex(String(data)) };
    assertThrows(() => parseHeaderElements(extension), RtpError, "is cut short");
  }
});

Deno.test("an element that no form can hold is refused", () => {
  assertThrows(() => writeHeaderElements([element(256, "00")]), RangeError, "id 256");
  const long = { id: 1, data: new Uint8Array(256) };
  assertThrows(() => writeHeaderElements([long]), RangeError, "256 bytes");
});
