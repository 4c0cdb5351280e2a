import { assertEquals, assertThrows } from "@std/assert";
import {
  accessNameOf,
  isServable,
  MAX_PATH_BYTES,
  MAX_SEGMENT_BYTES,
  parseRequestedPath,
  toMediaPath,
  urlPathOf,
} from "../../../protocols/file/media_path.ts";

const GOOD = [
  ["", [], false],
  ["/", [], true],
  ["/clip.mp4", ["clip.mp4"], false],
  ["/a/b/c.ts", ["a", "b", "c.ts"], false],
  ["/a/", ["a"], true],
  ["/My%20holiday%20%231.mp4", ["My holiday #1.mp4"], false],
  ["/%C3%BC.mp4", ["\u00fc.mp4"], false],
  ["/a..b/c...mp4", ["a..b", "c...mp4"], false],
  ["/100%25.mp4", ["100%.mp4"], false],
  ["/%252e%252e", ["%2e%2e"], false],
] as const;

for (const [encoded, path, isDirectory] of GOOD) {
  Deno.test(`parseRequestedPath: ${JSON.stringify(encoded)} is below the directory`, () => {
    assertEquals(parseRequestedPath(encoded), { path: [...path], isDirectory });
  });
}

const BAD = {
  "the parent": "/..",
  "the parent on the way": "/a/../../b",
  "the directory itself": "/./a",
  "encoded dots": "/%2e%2e/a",
  "an encoded slash": "/..%2f..%2fetc%2fpasswd",
  "an encoded slash alone": "/a%2Fb",
  "an encoded backslash": "/..%5c..%5cetc",
  "NUL": "/clip.mp4%00.txt",
  "a line end": "/a%0d%0ab",
  "a hidden file": "/.htpasswd",
  "a hidden directory": "/.git/config",
  "an upload under way": "/.upload-1",
  "an empty segment": "/a//b",
  "two slashes at the end": "/a//",
  "a C1 control": "/%C2%85",
};

for (const [what, encoded] of Object.entries(BAD)) {
  Deno.test(`parseRequestedPath: ${what} leads nowhere`, () => {
    assertEquals(parseRequestedPath(encoded), undefined);
  });
}

Deno.test("parseRequestedPath: percent-encoding that is not UTF-8 is an error of its own", () => {
  for (const encoded of ["/%ff", "/%", "/%c3", "/a/%zz"]) {
    assertThrows(() => parseRequestedPath(encoded), URIError);
  }
});

Deno.test("names and paths are as long as file systems take, in bytes", () => {
  assertEquals(isServable("x".repeat(MAX_SEGMENT_BYTES)), true);
  assertEquals(isServable("x".repeat(MAX_SEGMENT_BYTES + 1)), false);
  assertEquals(isServable("\u00fc".repeat(MAX_SEGMENT_BYTES / 2 + 1)), false);
  const segments = Array.from({ length: MAX_PATH_BYTES / 2 }, () => "a");
  assertEquals(toMediaPath(segments), segments);
  assertEquals(toMediaPath([...segments, "a"]), undefined);
});

Deno.test("the access policy knows a file by its decoded path, in one normalization form", () => {
  assertEquals(accessNameOf([]), "media");
  assertEquals(accessNameOf(["My holiday", "u\u0308.mp4"]), "media/My holiday/\u00fc.mp4");
});

Deno.test("urlPathOf encodes what a URL cannot hold", () => {
  assertEquals(urlPathOf(["a b", "\u00fc?#.mp4"]), "/media/a%20b/%C3%BC%3F%23.mp4");
});
