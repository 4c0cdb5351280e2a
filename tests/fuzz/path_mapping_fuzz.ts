// Property: whatever path a URL has, what it is mapped to lies below the media directory, is no hidden
// name, and is the same again when it is written as a URL and read back; nothing but bad
// percent-encoding throws.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { join, normalize } from "node:path";
import {
  type MediaPath,
  parseRequestedPath,
  type RequestedPath,
  urlPathOf,
} from "../../protocols/file/media_path.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const ROOT = "/srv/media";
const SAMPLES = ["/clips/a.mp4", "/../etc/passwd", "/%2e%2e/%2e%2e/etc", "/a%2f..%2f..%2fb", "/a/"];
const ALPHABET = [
  ...["/", "\\", ".", "..", "a", "%2e", "%2E", "%2f", "%5c", "%00", "%", "%c0%ae", "%e2%88%95"],
  ...["\u2025", "\uff0e", "%25", "%252e", "C:", "~", " ", "%0a", "\u00fc", "%ff", "?", "#", "\0"],
];

export const target: FuzzTarget = {
  name: "path_mapping",
  run(random: Random): void {
    const encoded = `${random.pick(["/", ""])}${randomText(random, SAMPLES, ALPHABET)}`;
    const requested = parse(encoded);
    if (requested === undefined) return;
    assertBelow(requested.path);
    assertEquals(parse(urlPathOf(requested.path).slice("/media".length))?.path, requested.path);
    // A browser or proxy may tidy the path up first: it must not come to mean more than it did.
    const tidied = parse(new URL(urlPathOf(requested.path), "http://h").pathname.slice(6));
    assertEquals(tidied?.path, requested.path);
  },
};

function parse(encoded: string): RequestedPath | undefined {
  try {
    return parseRequestedPath(encoded);
  } catch (error) {
    assertInstanceOf(error, URIError);
    return undefined;
  }
}

function assertBelow(path: MediaPath): void {
  const file = join(ROOT, ...path);
  assert(file === ROOT || file.startsWith(`${ROOT}/`), "outside of the root");
  assertEquals(normalize(file), [ROOT, ...path].join("/"));
  for (const segment of path) {
    assert(segment !== "" && !segment.startsWith("."), "a hidden or empty segment");
    // deno-lint-ignore no-control-regex -- these are what must not occur
    assert(!/[\\/\x00-\x1f\x7f]/.test(segment), "a character that leads elsewhere");
  }
}
