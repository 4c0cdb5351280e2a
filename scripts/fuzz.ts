/**
 * `deno task fuzz [--target NAME]... [--cases N] [--first N] [--seed N]`: runs the fuzz targets of
 * `tests/fuzz/`, 200,000 cases each by default, and exits with 1 when one fails.
 *
 * Each target runs in a worker, so that one that never returns is seen and named from outside.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import type { FuzzTarget } from "../tests/fuzz/fuzz.ts";
import { FuzzFailure, type FuzzRun, loadTargets } from "../tests/fuzz/runner.ts";
import type { FuzzOrder, FuzzResult } from "./fuzz_worker.ts";

const DEFAULT_CASES = 200_000;

/** A worker whose case has not changed for this long hangs: ten times what one case may take. */
const HANG_MS = 10_000;

/** Index that a worker shows before its first case, while it still imports the target. */
const NOT_STARTED = -1;

/**
 * Runs one target in a worker of its own.
 *
 * @throws {FuzzFailure} when it hangs
 * @throws {Error} with the failure's message when a case fails
 */
async function runInWorker(target: FuzzTarget, run: FuzzRun): Promise<void> {
  const current = new Int32Array(new SharedArrayBuffer(4)).fill(NOT_STARTED);
  const worker = new Worker(new URL("./fuzz_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<FuzzResult>) => {
    if (data.failure === undefined) resolve();
    else reject(new Error(data.failure));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Fuzz target ${target.name} failed: ${event.message}`));
  };
  const watchdog = watch(current, (index) => {
    const reason = `did not return in ${HANG_MS} ms`;
    reject(new FuzzFailure({ target: target.name, seed: run.seed, index, cases: 1, reason }));
  });
  worker.postMessage({ name: target.name, run, current } satisfies FuzzOrder);
  try {
    await promise;
  } finally {
    clearInterval(watchdog);
    worker.terminate();
  }
}

function watch(
  current: Int32Array,
  onHang: (index: number) => void,
): ReturnType<typeof setInterval> {
  let before = NOT_STARTED;
  return setInterval(() => {
    const index = Atomics.load(current, 0);
    if (index === before && index !== NOT_STARTED) onHang(index);
    before = index;
  }, HANG_MS);
}

/** @throws {TypeError} when the text is given and no whole number from 0 up */
function toCount(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (text !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError(`Cannot read --${name}: expected a whole number, found "${text}"`);
}

async function main(): Promise<number> {
  const args = parseArgs(Deno.args, {
    string: ["target", "cases", "first", "seed"],
    collect: ["target"],
    unknown: (arg) => {
      throw new TypeError(`Cannot read the command line: ${arg} is not known`);
    },
  });
  const run: FuzzRun = {
    seed: toCount("seed", args.seed, 1),
    first: toCount("first", args.first, 0),
    cases: toCount("cases", args.cases, DEFAULT_CASES),
  };
  const targets = await chooseTargets(args.target);
  let failed = 0;
  for (const target of targets) {
    const start = performance.now();
    try {
      await runInWorker(target, run);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${target.name}: ${run.cases} cases of seed ${run.seed} in ${seconds} s`);
    } catch (error) {
      failed++;
      console.error(error instanceof Error ? error.message : error);
    }
  }
  console.log(`${targets.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function chooseTargets(names: readonly string[]): Promise<FuzzTarget[]> {
  const targets = await loadTargets();
  for (const name of names) {
    if (targets.some((target) => target.name === name)) continue;
    const known = targets.map((target) => target.name).join(", ");
    throw new TypeError(`Cannot find fuzz target ${name}: there are ${known}`);
  }
  return names.length === 0 ? targets : targets.filter(({ name }) => names.includes(name));
}

if (import.meta.main) {
  const code = await main().catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  });
  // A worker in an endless loop does not end when terminated, and would keep the process alive.
  Deno.exit(code);
}
