/** What a run of `deno test` came to. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const CLOSING_LINE = /^(?:ok|FAILED) \| (?<passed>\d+) passed.*? \| (?<failed>\d+) failed/;
const SKIPPED = / \| (?<skipped>\d+) ignored/;

/**
 * Reads the closing line of `deno test` (`FAILED | 3 passed (1 step) | 2 failed | 1 ignored (9ms)`).
 * The JUnit report will not do: it leaves out modules that fail outside of a test.
 *
 * @param line one line without colours
 * @returns undefined for any other line
 */
export function parseClosingLine(line: string): TestSummary | undefined {
  const groups = CLOSING_LINE.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const skipped = SKIPPED.exec(line)?.groups?.["skipped"] ?? 0;
  return {
    passed: Number(groups["passed"]),
    failed: Number(groups["failed"]),
    skipped: Number(skipped),
  };
}

/** What several runs came to together; undefined when one of them could not count. */
export function addSummaries(
  summaries: readonly (TestSummary | undefined)[],
): TestSummary | undefined {
  const known = summaries.filter((summary) => summary !== undefined);
  if (known.length < summaries.length) return undefined;
  const sum = (key: keyof TestSummary) => known.reduce((total, one) => total + one[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/**
 * The last line of a test run. A run that failed without a failed test, or ended before it could
 * count them, has one failure more than it says.
 *
 * @param summary what `deno test` counted, if it came so far
 * @param success whether it exited with 0
 */
export function toLastLine(summary: TestSummary | undefined, success: boolean): string {
  const { passed, failed } = summary ?? { passed: 0, failed: 0 };
  const failures = failed === 0 && (!success || summary === undefined) ? 1 : failed;
  return `${passed} passed, ${failures} failed`;
}
