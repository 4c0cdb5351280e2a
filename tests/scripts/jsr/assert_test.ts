// The stand-in for @std/assert against its published documentation. Also passes with the real one.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
} from "@std/assert";

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

const EQUAL: readonly (readonly [string, unknown, unknown])[] = [
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([0, 1, 2]).subarray(1)],
  ["NaN", { a: NaN }, { a: NaN }],
  ["negative zero", 0, -0],
  ["maps in another order", new Map([["a", 1], ["b", 2]]), new Map([["b", 2], ["a", 1]])],
  ["sets of objects", new Set([{ a: 1 }, { b: 2 }]), new Set([{ b: 2 }, { a: 1 }])],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["dates", new Date(5), new Date(5)],
  ["patterns", /a/g, /a/g],
  ["itself", cyclic, cyclic],
];

const DIFFERENT: readonly (readonly [string, unknown, unknown])[] = [
  ["an undefined property and an absent one", { a: undefined }, {}],
  ["two undefined properties of different names", { a: undefined }, { b: undefined }],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  ["bytes and numbers", new Uint8Array([1, 2]), [1, 2]],
  ["bytes of different types", new Uint8Array([1]), new Uint8ClampedArray([1])],
  ["maps", new Map([["a", 1]]), new Map([["a", 2]])],
  ["sets", new Set([1]), new Set([2])],
  ["dates", new Date(5), new Date(6)],
  ["number and bigint", 1, 1n],
  ["null and undefined", null, undefined],
  ["classes", new Error("a"), new TypeError("a")],
];

for (const [name, a, b] of EQUAL) {
  Deno.test(`equal: ${name}`, () => {
    assert(equal(a, b));
    assertEquals(a, b);
    assertThrows(() => assertNotEquals(a, b), AssertionError);
  });
}

for (const [name, a, b] of DIFFERENT) {
  Deno.test(`not equal: ${name}`, () => {
    assert(!equal(a, b));
    assertNotEquals(a, b);
    assertThrows(() => assertEquals(a, b), AssertionError, "Values are not equal");
  });
}

Deno.test("assertEquals shows the lines that differ", () => {
  const error = assertThrows(() => assertEquals({ a: 1, b: 2 }, { a: 1, b: 3 }), AssertionError);
  assertMatch(error.message, /-\s+b: 2/);
  assertMatch(error.message, /\+\s+b: 3/);
});

Deno.test("assertThrows returns the error and checks class and message", () => {
  const boom = () => {
    throw new RangeError("out of bounds");
  };
  const error: RangeError = assertThrows(boom, RangeError, "bounds");
  assertEquals(error.message, "out of bounds");
  assertInstanceOf(assertThrows(boom), RangeError);
  assertThrows(() => assertThrows(boom, TypeError), AssertionError, "instance of");
  assertThrows(() => assertThrows(boom, RangeError, "elsewhere"), AssertionError, "to include");
  assertThrows(() => assertThrows(() => 1), AssertionError, "Expected function to throw");
});

Deno.test("assertRejects returns the reason and tells a throw from a rejection", async () => {
  const reject = () => Promise.reject(new RangeError("late"));
  assertEquals((await assertRejects(reject, RangeError, "late")).message, "late");
  assertInstanceOf(await assertRejects(reject), RangeError);
  await assertRejects(() => assertRejects(reject, TypeError), AssertionError);
  await assertRejects(
    () => assertRejects(() => Promise.resolve()),
    AssertionError,
    "Expected function to reject",
  );
  const throwAtOnce = () => {
    throw new Error("too early");
  };
  await assertRejects(
    () => assertRejects(throwAtOnce),
    AssertionError,
    "Function throws when expected to reject",
  );
});

Deno.test("the small assertions hold and fail", () => {
  assertStrictEquals(NaN, NaN);
  assertExists(0);
  assertMatch("abc", /b/);
  assertStringIncludes("abc", "bc");
  assertAlmostEquals(1, 1 + 1e-8);
  assertAlmostEquals(1, 2, 1);
  assertGreater(2, 1);
  assertGreaterOrEqual(1, 1);
  assertLess(1, 2);
  assertLessOrEqual(1, 1);
  const failures = [
    () => assert(false),
    () => assertStrictEquals({}, {}),
    () => assertStrictEquals<number>(0, -0),
    () => assertExists(null),
    () => assertInstanceOf({}, Error),
    () => assertMatch("abc", /x/),
    () => assertStringIncludes("abc", "x"),
    () => assertAlmostEquals(1, 1.1),
    () => assertGreater(1, 1),
    () => assertGreaterOrEqual(NaN, 1),
    () => assertLess(1, 1),
    () => assertLessOrEqual(2, 1),
    () => fail(),
  ];
  for (const failure of failures) assertThrows(failure, AssertionError);
});
