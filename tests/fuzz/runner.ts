/**
 * Runs fuzz targets and turns what goes wrong into a failure that can be reproduced.
 *
 * @module
 */
import { type FuzzTarget, randomOfCase } from "./fuzz.ts";

/** Which cases to run. */
export interface FuzzRun {
  /** Seed of the whole run; every case derives its own from this and its index. */
  readonly seed: number;
  /** Index of the first case. */
  readonly first: number;
  /** How many cases. */
  readonly cases: number;
  /** Called before each case with its index. */
  readonly onCase?: (index: number) => void;
}

/**
 * A parser handles a few kilobytes per case in well under a millisecond; the rest of the second
 * allows for a collection pause on a busy machine.
 */
export const MAX_CASE_MS = 1000;

/** More live memory than this after all cases than after the first ones is growth, not noise. */
export const MAX_GROWTH_BYTES = 16 * 1024 * 1024;

/** More drawn bytes than this are left out of the message: the command line reproduces them. */
const MAX_SHOWN_BYTES = 2048;

/** Cases after which tables, caches and compiled code have reached their size. */
const WARM_UP_CASES = 2000;

/** What a failure is about. */
export interface FuzzFault {
  /** Name of the target. */
  readonly target: string;
  /** Seed of the run. */
  readonly seed: number;
  /** Index of the case, or of the first case where it takes several. */
  readonly index: number;
  /** How many cases it takes: 1, or the whole run where memory grew. */
  readonly cases: number;
  /** What happened. */
  readonly reason: string;
  /** The byte arrays that the case drew, in order. */
  readonly drawn?: readonly Uint8Array[];
}

/** A case that threw or took too long, or cases that left memory behind. */
export class FuzzFailure extends Error {
  /** @param options what was thrown, as `cause` */
  constructor(readonly fault: FuzzFault, options?: ErrorOptions) {
    const { target, seed, index, cases, reason, drawn = [] } = fault;
    super(
      `Fuzz target ${target} failed at case ${index} of seed ${seed}: ${reason}\n` +
        `  reproduce: deno task fuzz --target ${target} --seed ${seed} --first ${index} --cases ${cases}` +
        drawn.map((bytes) => `\n  bytes drawn: ${toHex(bytes)}`).join(""),
      options,
    );
    this.name = "FuzzFailure";
  }
}

/**
 * Imports the targets, sorted by file name.
 *
 * @param folder URL of a folder, with its slash; every `*_fuzz.ts` in it must export `target`
 * @throws {TypeError} when a file exports no target
 */
export async function loadTargets(
  folder: URL = new URL("./", import.meta.url),
): Promise<FuzzTarget[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith("_fuzz.ts")) names.push(name);
  }
  return await Promise.all(names.sort().map((name) => loadTarget(new URL(name, folder))));
}

async function loadTarget(file: URL): Promise<FuzzTarget> {
  const { target }: { target?: FuzzTarget } = await import(file.href);
  if (typeof target?.run === "function") return target;
  throw new TypeError(`Cannot load fuzz target ${file.pathname}: it exports no target`);
}

/**
 * Runs the cases one after the other. Memory is checked only where V8 exposes its collector
 * (`--v8-flags=--expose-gc`), since nothing else tells garbage from what is kept.
 *
 * @throws {FuzzFailure} at the first case that throws or takes more than `MAX_CASE_MS`
 */
export async function runTarget(target: FuzzTarget, run: FuzzRun): Promise<void> {
  const end = run.first + run.cases;
  let baseline: number | undefined;
  for (let index = run.first; index < end; index++) {
    run.onCase?.(index);
    if (index === run.first + WARM_UP_CASES) baseline = liveBytes();
    await runCase(target, run.seed, index);
  }
  const live = liveBytes();
  if (baseline === undefined || live === undefined) return;
  if (live - baseline > MAX_GROWTH_BYTES) {
    throw new FuzzFailure({
      target: target.name,
      seed: run.seed,
      index: run.first,
      cases: run.cases,
      reason: `memory grew by ${live - baseline} bytes over ${run.cases} cases`,
    });
  }
}

async function runCase(target: FuzzTarget, seed: number, index: number): Promise<void> {
  const random = randomOfCase(seed, index);
  const fault = { target: target.name, seed, index, cases: 1, drawn: random.drawn };
  const start = performance.now();
  try {
    const pending = target.run(random, index);
    // Most targets are synchronous: an await for each of 200,000 cases would cost more than they do.
    if (pending !== undefined) await pending;
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new FuzzFailure({ ...fault, reason }, { cause });
  }
  const elapsed = performance.now() - start;
  if (elapsed > MAX_CASE_MS) {
    throw new FuzzFailure({ ...fault, reason: `took ${Math.round(elapsed)} ms` });
  }
}

/** Bytes that survive a collection, or undefined where the collector is not exposed. */
function liveBytes(): number | undefined {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return undefined;
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

function toHex(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, MAX_SHOWN_BYTES).toHex();
  return bytes.length > MAX_SHOWN_BYTES ? `${shown}... (${bytes.length} bytes)` : shown;
}
