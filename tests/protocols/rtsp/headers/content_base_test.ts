import { assertEquals } from "@std/assert";
import { HeaderFields } from "../../../../protocols/rtsp/fields.ts";
import { contentBase, writeContentBase } from "../../../../protocols/rtsp/headers/content_base.ts";

// What it stands for, Content-Base, Content-Location, base
const BASES: readonly (readonly [string, string | undefined, string | undefined, string])[] = [
  ["Content-Base", "rtsp://h/a/", "rtsp://h/b/", "rtsp://h/a/"],
  ["Content-Location", undefined, "rtsp://h/b/", "rtsp://h/b/"],
  ["neither", undefined, undefined, "rtsp://h/request"],
  ["an empty one", "", undefined, "rtsp://h/request"],
  ["a relative one", "a/", undefined, "rtsp://h/request"],
  ["a quoted one", '"rtsp://h/a/"', undefined, "rtsp://h/a/"],
  ["Dahua: a query", "rtsp://h/a?b=c/", undefined, "rtsp://h/a?b=c/"],
];

for (const [what, base, location, expected] of BASES) {
  Deno.test(`base of a description: ${what}`, () => {
    const headers = new HeaderFields([
      ...(base === undefined ? [] : [["content-base", base] as const]),
      ...(location === undefined ? [] : [["content-location", location] as const]),
    ]);
    assertEquals(contentBase(headers, "rtsp://h/request"), expected);
  });
}

Deno.test("our Content-Base ends with one slash", () => {
  assertEquals(writeContentBase("rtsp://h/a"), "rtsp://h/a/");
  assertEquals(writeContentBase("rtsp://h/a?b/"), "rtsp://h/a?b/");
});
