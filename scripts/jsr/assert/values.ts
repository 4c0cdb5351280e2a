import { AssertionError, suffix } from "./assertion_error.ts";
import { show } from "./diff.ts";

/**
 * Asserts that an expression is truthy.
 *
 * @throws {AssertionError} with `msg` as its message otherwise
 */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/**
 * Fails in any case.
 *
 * @throws {AssertionError} always
 */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}

/**
 * Asserts that a value is neither null nor undefined.
 *
 * @throws {AssertionError} when it is
 */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`,
  );
}

/**
 * Asserts that a value is an instance of a class.
 *
 * @throws {AssertionError} when it is not
 */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: abstract new (...args: never[]) => T,
  msg?: string,
): asserts actual is T {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was ${describe(actual)}${
      suffix(msg)
    }`,
  );
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return `"${value === null ? null : typeof value}"`;
  }
  return value.constructor ? `"${value.constructor.name}"` : '"Object"';
}

/**
 * Asserts that a string matches a regular expression.
 *
 * @throws {AssertionError} when it does not
 */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${suffix(msg)}`,
  );
}

/**
 * Asserts that a string contains another.
 *
 * @throws {AssertionError} when it does not
 */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} to contain: ${show(expected)}${suffix(msg)}`,
  );
}
