// Property: any Range header gives the whole file, nothing, or parts that lie within it, are not empty
// and are together no longer than it; a range that is written as RFC 9110 has it gives those bytes.
import { assert, assertEquals } from "@std/assert";
import { MAX_RANGES, parseRange } from "../../protocols/file/static/range.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const SAMPLES = ["bytes=0-499", "bytes=-500", "bytes=9500-", "bytes=0-0,-1", "bytes= 1-2 ,\t3-4"];
const ALPHABET = ["bytes=", "0", "1", "9", "-", ",", " ", "\t", "e", "4294967296", "9".repeat(30)];

export const target: FuzzTarget = {
  name: "range",
  run(random: Random): void {
    const size = random.bool() ? random.int(20) : random.int(2 ** 32) * 2 ** random.int(21);
    assertWithin(randomText(random, SAMPLES, ALPHABET), size);
    if (size > 0) assertRight(random, size);
  },
};

function assertWithin(header: string, size: number): void {
  const request = parseRange(header, size);
  if (request.type !== "parts") return;
  let total = 0;
  for (const { offset, length } of request.ranges) {
    assert(Number.isSafeInteger(offset) && Number.isSafeInteger(length), "no integers");
    assert(offset >= 0 && length > 0 && offset + length <= size, "not within the file");
    total += length;
  }
  assert(total <= size && request.ranges.length <= MAX_RANGES, "more than the file");
}

function assertRight(random: Random, size: number): void {
  const offset = Math.min(random.int(2 ** 32), size - 1);
  const last = offset + random.int(Math.min(size - offset, 2 ** 32));
  const ranges = [{ offset, length: last - offset + 1 }];
  assertEquals(parseRange(`bytes=${offset}-${last}`, size), { type: "parts", ranges });
  const suffix = [{ offset, length: size - offset }];
  assertEquals(parseRange(`bytes=-${size - offset}`, size), { type: "parts", ranges: suffix });
  assertEquals(parseRange(`bytes=${offset}-`, size), { type: "parts", ranges: suffix });
}
