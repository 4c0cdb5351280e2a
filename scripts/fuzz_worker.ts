/**
 * The worker in which `scripts/fuzz.ts` runs one target.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { type FuzzRun, loadTargets, runTarget } from "../tests/fuzz/runner.ts";

/** What the worker is told to run. */
export interface FuzzOrder {
  readonly name: string;
  readonly run: FuzzRun;
  /** Shared; the worker keeps the index of the case that it is at in its only element. */
  readonly current: Int32Array;
}

/** What the worker says when it is done. */
export interface FuzzResult {
  /** Message of the failure; absent when every case passed. */
  readonly failure?: string;
}

async function execute({ name, run, current }: FuzzOrder): Promise<FuzzResult> {
  const targets = await loadTargets();
  const target = targets.find((candidate) => candidate.name === name);
  if (target === undefined) return { failure: `Cannot find fuzz target ${name}` };
  try {
    await runTarget(target, { ...run, onCase: (index) => Atomics.store(current, 0, index) });
    return {};
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

self.onmessage = async ({ data }: MessageEvent<FuzzOrder>) => {
  self.postMessage(await execute(data));
};
