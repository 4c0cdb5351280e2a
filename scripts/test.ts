/**
 * `deno task test [--fast] [arguments of deno test]`: gets the real clients, runs every test, and
 * says `N passed, N failed` as its last line. `--fast` leaves the end-to-end tests and their
 * clients out.
 *
 * @module
 */
import { TextLineStream } from "./text_lines.ts";
import { installClients, packagesOf } from "./real_clients.ts";
import { addSummaries, parseClosingLine, type TestSummary, toLastLine } from "./test_summary.ts";

/** The whole run stays under ten minutes, the installation of clients included. */
const RUN_LIMIT_MS = 9.8 * 60_000;

/** How long `deno test` may take to tell which tests were pending before it is killed. */
const INTERRUPT_GRACE_MS = 5000;

/**
 * A lock file of their own for what only tests import: FFmpeg and the driver of a browser are ten
 * times as large as all that the gateway needs, and `deno task start` downloads what its lock lists.
 */
const LOCK = "--lock=tests/deno.lock";

/** Deno 2.9 looks for leaks only when it is told to. */
const TEST_FLAGS = ["-A", LOCK, "--trace-leaks", "--sanitize-ops", "--sanitize-resources"];

/** Tests with other programs, most of which play media in real time. */
const END_TO_END = ["tests/e2e", "tests/matrix"];

/** Files of those at a time: they wait more than they work, but with many none would be on time. */
const END_TO_END_JOBS = 2;

const root = new URL("../", import.meta.url);

/** One run of `deno test`. */
interface Run {
  readonly args: readonly string[];
  /** Files at a time, where they go side by side; as many as there are cores when absent. */
  readonly jobs?: number;
}

/** What one run of `deno test` came to. */
interface Outcome {
  /** Absent where it ended before it could count. */
  readonly summary: TestSummary | undefined;
  readonly success: boolean;
}

async function runTests({ args, jobs }: Run, deadline: number): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", ...TEST_FLAGS, ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...(jobs !== undefined && { DENO_JOBS: `${jobs}` }) },
    stdout: "piped",
  }).spawn();
  const timers = limit(child, deadline);
  try {
    const summary = await echo(child.stdout);
    return { summary, success: (await child.status).success };
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** Interrupts the child at the deadline, so that it names the pending tests, and then kills it. */
function limit(child: Deno.ChildProcess, deadline: number): ReturnType<typeof setTimeout>[] {
  const remaining = Math.max(0, deadline - Date.now());
  const interrupt = setTimeout(() => {
    console.error(`Stopping the tests: the run may not take more than ${RUN_LIMIT_MS / 1000} s`);
    child.kill("SIGINT");
  }, remaining);
  const kill = setTimeout(() => child.kill("SIGKILL"), remaining + INTERRUPT_GRACE_MS);
  return [interrupt, kill];
}

/** Passes the output on line by line, and picks the closing line out of it. */
async function echo(output: ReadableStream<Uint8Array>): Promise<TestSummary | undefined> {
  let summary: TestSummary | undefined;
  for await (const line of output.pipeThrough(new TextLineStream())) {
    console.log(line);
    summary = parseClosingLine(line) ?? summary;
  }
  return summary;
}

/** Says what is missing and how to get it; the tests that need it skip themselves. */
async function prepareClients(): Promise<void> {
  const missing = await installClients();
  if (missing.length === 0) return;
  console.error([
    "=".repeat(78),
    `MISSING: ${missing.join(", ")}. The end-to-end tests with these clients will be SKIPPED.`,
    `To run them: apt-get install ${packagesOf(missing).join(" ")}`,
    "=".repeat(78),
  ].join("\n"));
}

/**
 * Without a file or folder among the arguments, the tests are those of `tests/`: end-to-end tests first,
 * and then all others.
 */
async function planRuns(args: readonly string[], isFast: boolean): Promise<readonly Run[]> {
  const infos = await Promise.all(args.map((arg) => Deno.stat(arg).catch(() => undefined)));
  if (infos.some((info) => info !== undefined)) return [{ args }];
  const others = { args: [...args, "--parallel", `--ignore=${END_TO_END.join()}`, "tests/"] };
  const endToEnd = { args: [...args, "--parallel", ...END_TO_END], jobs: END_TO_END_JOBS };
  return isFast ? [others] : [endToEnd, others];
}

if (import.meta.main) {
  const deadline = Date.now() + RUN_LIMIT_MS;
  const isFast = Deno.args.includes("--fast");
  const args = Deno.args.filter((arg) => arg !== "--fast");
  if (!isFast) await prepareClients();
  const outcomes: Outcome[] = [];
  for (const run of await planRuns(args, isFast)) outcomes.push(await runTests(run, deadline));
  const summary = addSummaries(outcomes.map((outcome) => outcome.summary));
  const success = outcomes.every((outcome) => outcome.success);
  if (summary !== undefined && summary.skipped > 0) console.log(`${summary.skipped} skipped`);
  console.log(toLastLine(summary, success));
  Deno.exit(success && summary !== undefined ? 0 : 1);
}
