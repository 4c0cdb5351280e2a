/**
 * Property: whatever bytes `decodeAmf0` is given, AMF3 inside included, it returns or throws an
 * `AmfError` that points into the bytes; it leaves its input as it was; walking what it returns meets
 * no cycle and no more values than its limits allow; and what it returns, encoded and decoded again,
 * encodes to the same bytes.
 *
 * The cases are messages with bytes changed and cut off, runs of markers, and noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { decodeAmf0 } from "../../protocols/_formats/amf/amf0.ts";
import { encodeAmf0 } from "../../protocols/_formats/amf/amf0_encode.ts";
import { MAX_AMF_DEPTH, MAX_AMF_VALUES } from "../../protocols/_formats/amf/budget.ts";
import { AmfError } from "../../protocols/_formats/amf/errors.ts";
import { AmfEcmaArray, type AmfValue } from "../../protocols/_formats/amf/value.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const MAX_NOISE = 64;

const SAMPLES: readonly Uint8Array[] = [
  encodeAmf0("connect", 1, { app: "live", tcUrl: "rtmp://h/live", fourCcList: ["*"], capsEx: 3 }),
  encodeAmf0("onMetaData", new AmfEcmaArray({ width: 640, stereo: true, at: new Date(0) })),
  encodeAmf0("a", null, [1, [2, [undefined, { "": "x", __proto__: 1 }]]], "x".repeat(300)),
  Uint8Array.fromHex("0300016105000009070000070000"),
  Uint8Array.fromHex(
    "110a1301036104011100110a01040211090503620203040104021106001108014000000000000000",
  ),
  Uint8Array.fromHex(
    "110a0b010361030111090501040111 0a02110c05010211060761626311".replace(" ", ""),
  ),
];

/** Markers of AMF0 and AMF3, lengths and ends, as a structure-aware alphabet. */
const ALPHABET = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 19, 0x61, 0x80, 0xff];

export const target: FuzzTarget = {
  name: "amf0",
  run(random: Random): void {
    const bytes = input(random);
    const before = bytes.slice();
    try {
      check(decodeAmf0(bytes));
    } catch (error) {
      if (!(error instanceof AmfError)) throw error;
      assert(error.offset >= 0 && error.offset <= bytes.length, error.message);
    }
    assertEquals(bytes, before);
  },
};

function input(random: Random): Uint8Array {
  const kind = random.int(8);
  if (kind === 0) return random.bytes(random.int(MAX_NOISE));
  if (kind < 3) return random.bytes(random.int(MAX_NOISE)).map((byte) => spell(byte));
  const bytes = random.pick(SAMPLES).slice();
  for (let count = random.int(5); count > 0; count--) {
    bytes[random.int(bytes.length)] = random.bool() ? random.int(256) : random.pick(ALPHABET);
  }
  return random.int(4) === 0 ? bytes.subarray(0, random.int(bytes.length)) : bytes;
}

function spell(byte: number): number {
  return ALPHABET[byte % ALPHABET.length] ?? 0;
}

function check(values: readonly AmfValue[]): void {
  assert(countValues(values, 0) <= MAX_AMF_VALUES, "too many values");
  const encoded = encodeAmf0(...values);
  assertEquals(encodeAmf0(...decodeAmf0(encoded)), encoded);
}

function countValues(values: Iterable<AmfValue>, depth: number): number {
  assert(depth <= MAX_AMF_DEPTH, "too deep");
  let count = 0;
  for (const value of values) {
    const isTree = typeof value === "object" && value !== null && !(value instanceof Uint8Array);
    count += 1 + (isTree ? countValues(Object.values(value), depth + 1) : 0);
  }
  return count;
}
