/**
 * Property: whatever bytes a bitstream parser is given, it returns or throws a `BitstreamError`
 * that points into the bytes, leaves its input as it was, and what it returns is at most some times
 * larger than the input, so that its work is bounded by it.
 *
 * The cases are real samples with bytes changed, cut off, repeated or inserted, and pure noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { BitstreamError } from "../../registry/media/errors.ts";
import { type Parser, PARSERS } from "../registry/media/parsers.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

/** Bytes of noise at most: above every record and head, below what slows the run. */
const MAX_NOISE = 96;

/** A serializer adds its own head, and a length to each of the shortest parts. */
const MAX_GROWTH_FACTOR = 4;
const MAX_HEAD = 64;

export const target: FuzzTarget = {
  name: "bitstream",
  run(random: Random): void {
    const parser = random.pick(PARSERS);
    const bytes = random.int(8) === 0
      ? random.bytes(random.int(MAX_NOISE))
      : mutant(random, parser);
    const before = bytes.slice();
    try {
      checkSize(parser.run(bytes), bytes.length);
    } catch (error) {
      if (!(error instanceof BitstreamError)) throw error;
      assert(error.offset >= 0, `${parser.name}: ${error.message}`);
    }
    assertEquals(bytes, before, parser.name);
  },
};

function checkSize(result: unknown, inputSize: number): void {
  if (!(result instanceof Uint8Array)) return;
  const limit = MAX_HEAD + MAX_GROWTH_FACTOR * inputSize;
  assert(result.length <= limit, `${result.length} bytes of ${inputSize}`);
}

function mutant(random: Random, parser: Parser): Uint8Array {
  let bytes: Uint8Array = random.pick(parser.samples).slice();
  const steps = 1 + random.int(4);
  for (let i = 0; i < steps; i++) bytes = random.pick(MUTATIONS)(random, bytes);
  return bytes;
}

type Mutation = (random: Random, bytes: Uint8Array) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(random, bytes) {
    const at = random.int(bytes.length);
    return bytes.map((byte, i) => i === at ? byte ^ 1 << random.int(8) : byte);
  },
  function setByte(random, bytes) {
    const at = random.int(bytes.length);
    return bytes.map((byte, i) => i === at ? random.pick([0, 1, 3, 0x7f, 0x80, 0xff]) : byte);
  },
  function cut(random, bytes) {
    return bytes.slice(0, random.int(bytes.length + 1));
  },
  function insert(random, bytes) {
    const at = random.int(bytes.length + 1);
    const added = random.bool() ? new Uint8Array(random.int(8)) : random.bytes(random.int(8));
    return Uint8Array.of(...bytes.subarray(0, at), ...added, ...bytes.subarray(at));
  },
  function repeat(random, bytes) {
    const at = random.int(bytes.length + 1);
    return Uint8Array.of(...bytes, ...bytes.subarray(at));
  },
];
