/**
 * Downloads of one large file: what each byte costs this gateway, next to nginx with the same file.
 *
 * @module
 */
import { type RunningServer, startServer } from "./process.ts";
import { type Row, toTable, YARDSTICK } from "./report.ts";
import { findProgram, nginxOf, type ServerKind, SLUICE } from "./servers.ts";
import { percentile } from "./statistics.ts";
import { usageOf } from "./usage.ts";

const MEBIBYTE = 1024 * 1024;
const FILE = "large.ts";
const FILE_BYTES = 200 * MEBIBYTE;
const SAMPLE_MS = 50;

export interface FilesPlan {
  /** Downloads at a time, of each measurement. */
  readonly downloads: readonly number[];
  readonly rounds: number;
  readonly peers: boolean;
}

/** What the downloads of one round took. */
interface Round {
  readonly mebibytesPerSecond: number;
  readonly mebibytesPerCpuSecond: number;
  /** Growth of resident memory at its highest. */
  readonly memoryMiB: number;
}

/** Measures, and gives the table. @throws {Error} when a server or curl fails. */
export async function benchFiles({ downloads, rounds, peers }: FilesPlan): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "sluice-bench-" });
  try {
    await writeFile(`${dir}/media`);
    const kinds = [...(peers ? [nginxOf(YARDSTICK, dir)] : []), sluiceOf(`${dir}/media`)]
      .filter((kind) => findProgram(kind) !== undefined);
    const subjects = downloads.flatMap((count) =>
      kinds.map((kind) => ({ kind, count, results: [] as Round[] }))
    );
    for (let round = 1; round <= rounds; round++) {
      for (const { kind, count, results } of subjects) {
        console.error(`${round}/${rounds}: ${kind.name}, ${count} downloads`);
        results.push(await measure(kind, count));
      }
    }
    return toTable(subjects.map(({ kind, count, results }) => {
      const base = subjects.find((subject) =>
        subject.kind.name === YARDSTICK && subject.count === count
      );
      return rowOf(kind.name, count, results, base?.results ?? []);
    }));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Written and not only sized: nobody sends holes. */
async function writeFile(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  using file = await Deno.create(`${folder}/${FILE}`);
  const chunk = new Uint8Array(MEBIBYTE).map((_, at) => at * at % 251);
  for (let written = 0; written < FILE_BYTES; written += chunk.byteLength) await file.write(chunk);
}

function sluiceOf(dir: string): ServerKind {
  const args: ServerKind["args"] = (config, place) => [
    ...SLUICE.args(config, place),
    "--media",
    dir,
  ];
  return { ...SLUICE, args, ready: "http" };
}

async function measure(kind: ServerKind, count: number): Promise<Round> {
  await using server = await startServer(kind);
  // The first download compiles, and fills the cache of the disk.
  await download(server, 1);
  const before = usageOf(server.pid);
  let peak = before.residentBytes;
  const sampling = setInterval(() => {
    peak = Math.max(peak, usageOf(server.pid).residentBytes);
  }, SAMPLE_MS);
  const start = performance.now();
  await download(server, count);
  const seconds = (performance.now() - start) / 1000;
  clearInterval(sampling);
  const cpuSeconds = (usageOf(server.pid).cpuMs - before.cpuMs) / 1000;
  const mebibytes = count * FILE_BYTES / MEBIBYTE;
  return {
    mebibytesPerSecond: mebibytes / seconds,
    mebibytesPerCpuSecond: mebibytes / cpuSeconds,
    memoryMiB: (peak - before.residentBytes) / MEBIBYTE,
  };
}

/**
 * As many clients as there are downloads, each a process of its own, on whichever core is free: one
 * core of them cannot take what a server sends, and would be what is measured.
 */
async function download({ ports }: RunningServer, count: number): Promise<void> {
  const url = `http://127.0.0.1:${ports.http}/media/${FILE}`;
  const args = ["-sf", "-o", "/dev/null", url];
  const options = { args, stdin: "null", stdout: "null" } as const;
  const clients = Array.from({ length: count }, () => new Deno.Command("curl", options).spawn());
  const ends = await Promise.all(clients.map((client) => client.status));
  if (!ends.every(({ success }) => success)) {
    throw new Error(`Cannot measure: curl did not get ${url}`);
  }
}

function rowOf(server: string, count: number, rounds: readonly Round[], base: typeof rounds): Row {
  const cost = median(rounds, ({ mebibytesPerCpuSecond }) => mebibytesPerCpuSecond);
  return {
    server,
    downloads: count,
    "MiB/s": Math.round(median(rounds, ({ mebibytesPerSecond }) => mebibytesPerSecond)),
    "MiB/CPU s": Math.round(cost),
    ratio: Number(
      (cost / median(base, ({ mebibytesPerCpuSecond }) => mebibytesPerCpuSecond)).toFixed(2),
    ),
    "memory MiB": Math.round(median(rounds, ({ memoryMiB }) => memoryMiB)),
  };
}

function median(rounds: readonly Round[], figure: (round: Round) => number): number {
  return percentile(rounds.map(figure), 0.5) ?? NaN;
}
