import { assertEquals, assertThrows } from "@std/assert";
import { maxUploadBytes, parseOptions } from "../../../protocols/file/options.ts";
import { ConfigError } from "../../../protocols/protocol.ts";

Deno.test("nothing is served, and nothing taken, unless it is asked for", () => {
  const options = parseOptions({});
  assertEquals(options, { listing: true, upload: false, maxUploadMiB: 4096 });
  assertEquals(maxUploadBytes(options), 4096 * 1024 * 1024);
});

const MISTAKES = [
  [{ dir: "" }, "dir", 'expected a directory, found ""'],
  [{ dir: 5 }, "dir", "expected a directory, found 5"],
  [{ listing: "no" }, "listing", 'expected true or false, found "no"'],
  [{ upload: 1 }, "upload", "expected true or false, found 1"],
  [{ maxUploadMiB: 0 }, "maxUploadMiB", "expected 1 to 1048576 MiB, found 0"],
  [{ maxUploadMiB: 1.5 }, "maxUploadMiB", "expected MiB, found 1.5"],
] as const;

for (const [raw, field, reason] of MISTAKES) {
  Deno.test(`options: ${JSON.stringify(raw)} is a mistake`, () => {
    const error = assertThrows(() => parseOptions(raw), ConfigError);
    assertEquals([error.path, error.reason], [[field], reason]);
  });
}
