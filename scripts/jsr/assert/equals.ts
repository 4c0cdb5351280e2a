import { AssertionError, suffix } from "./assertion_error.ts";
import { diff, show } from "./diff.ts";
import { equal } from "./equal.ts";

/**
 * Asserts that two values are deeply equal.
 *
 * @throws {AssertionError} with a line diff when they are not
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(`Values are not equal${suffix(msg)}\n\n${diff(actual, expected)}`);
}

/**
 * Asserts that two values are not deeply equal.
 *
 * @throws {AssertionError} when they are
 */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} not to be: ${show(expected)}${suffix(msg)}`,
  );
}

/**
 * Asserts that two values are the same one, as `Object.is` tells.
 *
 * @throws {AssertionError} with a line diff when they are not
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const isLookalike = show(actual) === show(expected);
  const details = isLookalike ? show(actual) : diff(actual, expected);
  const what = isLookalike
    ? "Values have the same structure but are not reference-equal"
    : "Values are not strictly equal";
  throw new AssertionError(`${what}${suffix(msg)}\n\n${details}`);
}
