import { assertEquals } from "@std/assert";
import { addSummaries, parseClosingLine, toLastLine } from "../../scripts/test_summary.ts";
import { TextLineStream } from "../../scripts/text_lines.ts";

const ROWS: readonly (readonly [closing: string, success: boolean, last: string])[] = [
  ["ok | 40 passed | 0 failed (142ms)", true, "40 passed, 0 failed"],
  [
    "FAILED | 3 passed (1 step) | 2 failed (1 step) | 1 ignored (349ms)",
    false,
    "3 passed, 2 failed",
  ],
  [
    "ok | 3 passed (2 steps) | 0 failed | 2 ignored (1 step) | 5 filtered out (1s)",
    true,
    "3 passed, 0 failed",
  ],
  ["ok | 3 passed | 0 failed (1s)", false, "3 passed, 1 failed"],
  ["error: Type checking failed.", false, "0 passed, 1 failed"],
  ["some test ... ok (2ms)", true, "0 passed, 1 failed"],
];

for (const [closing, success, last] of ROWS) {
  Deno.test(`the last line after "${closing}" and ${success ? "success" : "failure"}`, () => {
    assertEquals(toLastLine(parseClosingLine(closing), success), last);
  });
}

Deno.test("TextLineStream joins what was cut within a line and within a character", async () => {
  const bytes = new TextEncoder().encode("a\nb\u00e9c\n\nlast");
  const chunks = [bytes.slice(0, 1), bytes.slice(1, 4), bytes.slice(4)];
  const lines = await Array.fromAsync(
    ReadableStream.from(chunks).pipeThrough(new TextLineStream()),
  );
  assertEquals(lines, ["a", "b\u00e9c", "", "last"]);
});

Deno.test("several runs are counted together, unless one could not count", () => {
  const [one, two] = [{ passed: 3, failed: 1, skipped: 0 }, { passed: 4, failed: 0, skipped: 2 }];
  assertEquals(addSummaries([one, two]), { passed: 7, failed: 1, skipped: 2 });
  assertEquals(addSummaries([one, undefined]), undefined);
});
