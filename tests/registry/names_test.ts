import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InvalidStreamNameError } from "../../registry/errors.ts";
import {
  MAX_NAME_LENGTH,
  MAX_SEGMENT_LENGTH,
  MAX_SEGMENTS,
  parseStreamName,
} from "../../registry/names.ts";

const GOOD: readonly string[] = [
  "cam1",
  "live/cam1",
  "live/cam.1_a~b@c+d=e,f-g",
  "live/caméra",
  "직캠/1",
  "live/०१२",
  "live/.hidden",
  "live/a.b.c",
  "a".repeat(MAX_SEGMENT_LENGTH),
  Array(MAX_SEGMENTS).fill("a").join("/"),
  "__proto__/constructor",
];

for (const name of GOOD) {
  Deno.test(`${name.slice(0, 40)} is a stream name`, () => {
    assertEquals(parseStreamName(name), name);
  });
}

const BAD: readonly (readonly [label: string, name: string, reason: string])[] = [
  ["nothing", "", "a segment is empty"],
  ["a slash", "/", "a segment is empty"],
  ["a leading slash", "/live/cam1", "a segment is empty"],
  ["a trailing slash", "live/", "a segment is empty"],
  ["two slashes", "live//cam1", "a segment is empty"],
  ["this folder", "live/./cam1", "relative path"],
  ["the folder above", "live/../cam1", "relative path"],
  ["two dots inside", "live/a..b", "relative path"],
  ["a blank", "live/cam 1", "only letters"],
  ["a line feed", "live/cam\n1", "only letters"],
  ["NUL", "live/cam\0", "only letters"],
  ["DEL", "live/cam\x7f", "only letters"],
  ["an escape", "live/\x1b[31m", "only letters"],
  ["right-to-left override", "live/\u202ecam", "only letters"],
  ["zero width space", "live/\u200bcam", "only letters"],
  ["half a surrogate pair", "live/\ud800", "only letters"],
  ["a query", "live/cam1?token=1", "only letters"],
  ["a percent escape", "live/%63am1", "only letters"],
  ["a backslash", "live\\cam1", "only letters"],
  ["a colon", "live/mp4:cam1", "only letters"],
  ["a long segment", "a".repeat(MAX_SEGMENT_LENGTH + 1), "longer than 255"],
  ["many segments", Array(MAX_SEGMENTS + 1).fill("a").join("/"), "more than 16 segments"],
  ["a long name", "a/".repeat(MAX_NAME_LENGTH), "longer than 1024"],
];

for (const [label, name, reason] of BAD) {
  Deno.test(`a stream name with ${label} is refused`, () => {
    const error = assertThrows(() => parseStreamName(name), InvalidStreamNameError);
    assertStringIncludes(error.reason, reason);
    assertStringIncludes(error.message, "Cannot use stream name");
  });
}

Deno.test("the same name typed on two systems is one stream (Unicode normalization form C)", () => {
  assertEquals(parseStreamName("live/cafe\u0301"), parseStreamName("live/café"));
});
