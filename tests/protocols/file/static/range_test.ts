import { assertEquals } from "@std/assert";
import {
  contentRange,
  MAX_RANGES,
  parseRange,
  unsatisfiedRange,
} from "../../../../protocols/file/static/range.ts";

const SIZE = 1000;

/** `[offset, length]` of each part; the examples of RFC 9110, section 14.1.2, among them. */
const PARTS: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  "bytes=0-499": [[0, 500]],
  "bytes=500-999": [[500, 500]],
  "bytes=-500": [[500, 500]],
  "bytes=950-": [[950, 50]],
  "bytes=0-0,-1": [[0, 1], [999, 1]],
  "bytes=0-0": [[0, 1]],
  "bytes=999-999": [[999, 1]],
  "bytes=0-5000": [[0, 1000]],
  "bytes=-5000": [[0, 1000]],
  "bytes=0-": [[0, 1000]],
  "BYTES=0-1": [[0, 2]],
  "bytes= 0-1 ,\t5 - 6": [[0, 2], [5, 2]],
  "bytes=500-700,601-999": [[500, 201], [601, 399]],
  "bytes=5-6,0-1": [[5, 2], [0, 2]],
  "bytes=0-1,2000-3000": [[0, 2]],
  "bytes=0-1,-0": [[0, 2]],
  "bytes=0-99999999999999999999999999": [[0, 1000]],
};

for (const [header, parts] of Object.entries(PARTS)) {
  Deno.test(`parseRange: ${header}`, () => {
    const ranges = parts.map(([offset, length]) => ({ offset, length }));
    assertEquals(parseRange(header, SIZE), { type: "parts", ranges });
  });
}

const UNSATISFIABLE = [
  "bytes=1000-",
  "bytes=1000-2000",
  "bytes=-0",
  "bytes=2000-,3000-",
  "bytes=",
  "bytes=-",
  "bytes=a-b",
  "bytes=5",
  "bytes=5-4",
  "bytes=1-2-3",
  "bytes=0-1,",
  "bytes=0-1,x",
  "bytes=0x0-0x5",
  "bytes=+1-2",
  "bytes=99999999999999999999999999-",
];

for (const header of UNSATISFIABLE) {
  Deno.test(`parseRange: ${header} asks for nothing that there is`, () => {
    assertEquals(parseRange(header, SIZE), { type: "unsatisfiable" });
  });
}

const WHOLE = {
  "no header": undefined,
  "another unit": "seconds=1-2",
  "no unit": "0-499",
  "more than there is, all together": "bytes=0-999,0-0",
  "too many": `bytes=${"0-0,".repeat(MAX_RANGES)}1-1`,
};

for (const [what, header] of Object.entries(WHOLE)) {
  Deno.test(`parseRange: ${what} gives the whole file`, () => {
    assertEquals(parseRange(header, SIZE), { type: "whole" });
  });
}

Deno.test("parseRange: an empty file has no parts", () => {
  for (const header of ["bytes=0-", "bytes=0-0", "bytes=-1"]) {
    assertEquals(parseRange(header, 0), { type: "unsatisfiable" });
  }
});

Deno.test("Content-Range tells the last byte, not the length", () => {
  assertEquals(contentRange({ offset: 0, length: 500 }, SIZE), "bytes 0-499/1000");
  assertEquals(unsatisfiedRange(SIZE), "bytes */1000");
});
