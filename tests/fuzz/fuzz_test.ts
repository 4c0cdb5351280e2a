// Runs every fuzz target of this folder for a few thousand cases, and checks the runner itself.
import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { type FuzzTarget, Random, randomOfCase } from "./fuzz.ts";
import { FuzzFailure, loadTargets, runTarget } from "./runner.ts";

/** Enough to meet what a change breaks most often; `deno task fuzz` runs 200,000. */
const CASES = 3000;
const SEED = 1;

for (const target of await loadTargets()) {
  Deno.test(`fuzz ${target.name}`, async () => {
    await runTarget(target, { seed: SEED, first: 0, cases: CASES });
  });
}

Deno.test("Random repeats itself for the same seed and differs for another", () => {
  const draw = (random: Random) => [
    random.int(1000),
    random.bool(),
    random.pick(["a", "b", "c"]),
    [...random.bytes(4)],
  ];
  assertEquals(draw(new Random(7)), draw(new Random(7)));
  assertEquals(draw(randomOfCase(7, 5)), draw(randomOfCase(7, 5)));
  const first = randomOfCase(7, 0).bytes(8);
  for (const other of [randomOfCase(7, 1), randomOfCase(8, 0)]) {
    assertEquals(other.bytes(8).every((byte, index) => byte === first[index]), false);
  }
});

Deno.test("Random.int stays in range and reaches every value", () => {
  const random = new Random(1);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const value = random.int(10);
    counts[value] = (counts[value] ?? NaN) + 1;
  }
  // 1000 each is expected; the standard deviation is 30.
  for (const count of counts) assertEquals(count > 850 && count < 1150, true);
});

Deno.test("a failing case is named with its seed, index and bytes", async () => {
  const cause = new RangeError("read past the end");
  const target: FuzzTarget = {
    name: "example",
    run(random, index) {
      const bytes = random.bytes(2);
      if (index === 3) throw Object.assign(cause, { bytes });
    },
  };
  const error = await assertRejects(
    () => runTarget(target, { seed: 42, first: 0, cases: 10 }),
    FuzzFailure,
    "read past the end",
  );
  assertInstanceOf(error.cause, RangeError);
  assertEquals([error.fault.target, error.fault.seed, error.fault.index], ["example", 42, 3]);
  assertStringIncludes(error.message, "--target example --seed 42 --first 3 --cases 1");
  assertStringIncludes(error.message, `bytes drawn: ${randomOfCase(42, 3).bytes(2).toHex()}`);
});

Deno.test("the runner awaits asynchronous cases and runs the ones asked for", async () => {
  const seen: number[] = [];
  const target: FuzzTarget = {
    name: "asynchronous",
    async run(_random, index) {
      await Promise.resolve();
      seen.push(index);
    },
  };
  await runTarget(target, { seed: 1, first: 5, cases: 3 });
  assertEquals(seen, [5, 6, 7]);
});
