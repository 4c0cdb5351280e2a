import { AssertionError, suffix } from "./assertion_error.ts";
import { show } from "./diff.ts";

/** Share of the expected value that `assertAlmostEquals` allows when no tolerance is given. */
const DEFAULT_RELATIVE_TOLERANCE = 1e-7;

/**
 * Asserts that two numbers differ by at most `tolerance` (by default 1e-7 of `expected`).
 *
 * @throws {AssertionError} when they differ by more
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const scale = Number.isFinite(expected) ? Math.abs(expected) : 1;
  const allowed = tolerance ?? scale * DEFAULT_RELATIVE_TOLERANCE;
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to be close to "${expected}": delta "${delta}" is greater than ` +
      `"${allowed}"${suffix(msg)}`,
  );
}

/**
 * Asserts `actual > expected`.
 *
 * @throws {AssertionError} otherwise
 */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) failComparison(actual, ">", expected, msg);
}

/**
 * Asserts `actual >= expected`.
 *
 * @throws {AssertionError} otherwise
 */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) failComparison(actual, ">=", expected, msg);
}

/**
 * Asserts `actual < expected`.
 *
 * @throws {AssertionError} otherwise
 */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) failComparison(actual, "<", expected, msg);
}

/**
 * Asserts `actual <= expected`.
 *
 * @throws {AssertionError} otherwise
 */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) failComparison(actual, "<=", expected, msg);
}

function failComparison(actual: unknown, sign: string, expected: unknown, msg?: string): never {
  throw new AssertionError(`Expect ${show(actual)} ${sign} ${show(expected)}${suffix(msg)}`);
}
