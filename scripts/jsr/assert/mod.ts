/**
 * Stand-in for the part of `jsr:@std/assert@^1` that Sluice uses, for machines that cannot reach
 * JSR. Names, signatures and behaviour are the published ones; see CONTRIBUTING.md.
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export { equal } from "./equal.ts";
export { assertEquals, assertNotEquals, assertStrictEquals } from "./equals.ts";
export { assertRejects, assertThrows } from "./throws.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./numbers.ts";
export {
  assert,
  assertExists,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
  fail,
} from "./values.ts";
