/**
 * `deno task bench`: one 1 Mbit/s stream to many players, of this gateway and of every peer server
 * that the machine has, one after the other. Linux only: CPU and memory are read from /proc.
 *
 *     --players 500,1000     players of each measurement
 *     --seconds 15           how long each measures
 *     --protocols rtmp,flv   what the players speak; also ts, mp4, rtsp-tcp, rtsp-udp and whep
 *     --merge default,350    `merge` settings of this gateway, in milliseconds
 *     --rate 500             players that are opened in a second
 *     --rounds 1             repeats everything, in turn, and gives medians
 *     --no-peers             measures this gateway only
 *     --json                 prints all figures of all rounds instead of the table
 *     --files 1,8,100        measures that many downloads of a file at a time instead, next to nginx
 *     --hls 500              measures that many viewers of HLS at a time instead, next to nginx
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { benchFiles } from "./bench/files.ts";
import { benchHls } from "./bench/hls.ts";
import type { LoadOrder, LoadResult } from "./bench/load.ts";
import { end, LOAD_CORE, pinned, startServer } from "./bench/process.ts";
import { type Measurement, toRows, toTable, warnings } from "./bench/report.ts";
import {
  findProgram,
  PEERS,
  PLAY_PROTOCOLS,
  type PlayProtocol,
  playUrl,
  publishUrl,
  type ServerKind,
  SLUICE,
} from "./bench/servers.ts";

/** Players that read every frame; more would measure the load generator. */
const PROBES = 50;
const WARMUP_S = 3;
/** What a measurement takes beside the time that it is asked to. */
const OVERHEAD_S = 30;

interface Plan {
  readonly players: readonly number[];
  readonly seconds: number;
  readonly protocols: readonly PlayProtocol[];
  /** `undefined` is the gateway's default. */
  readonly merges: readonly (number | undefined)[];
  readonly rate: number;
  readonly rounds: number;
  readonly peers: boolean;
  readonly json: boolean;
  /** Downloads of a file at a time; absent when players are measured. */
  readonly files?: readonly number[];
  /** Viewers of HLS at a time; absent when others are measured. */
  readonly hls?: readonly number[];
}

/** One measurement that is to be made. */
interface Subject {
  readonly kind: ServerKind;
  readonly protocol: PlayProtocol;
  readonly merge?: number | undefined;
  readonly players: number;
}

/** @throws {TypeError} that says which option is wrong. */
function parsePlan(args: readonly string[]): Plan {
  const flags = parseArgs([...args], {
    string: ["players", "seconds", "protocols", "merge", "rate", "rounds", "files", "hls"],
    boolean: ["peers", "json"],
    negatable: ["peers"],
    default: {
      players: "500",
      seconds: "15",
      protocols: "rtmp,flv",
      merge: "default,350",
      rate: "500",
      rounds: "1",
      peers: true,
    },
    unknown: (argument) => {
      throw new TypeError(`Cannot read the command line: ${argument} is not known`);
    },
  });
  return {
    players: flags.players.split(",").map((text) => toNumber("players", text, 1)),
    seconds: toNumber("seconds", flags.seconds, 1),
    protocols: flags.protocols.split(",").map(toProtocol),
    merges: flags.merge.split(",").map((text) =>
      text === "default" ? undefined : toNumber("merge", text, 0)
    ),
    rate: toNumber("rate", flags.rate, 1),
    rounds: toNumber("rounds", flags.rounds, 1),
    peers: flags.peers === true,
    json: flags.json === true,
    ...(flags.files !== undefined && {
      files: flags.files.split(",").map((text) => toNumber("files", text, 1)),
    }),
    ...(flags.hls !== undefined && {
      hls: flags.hls.split(",").map((text) => toNumber("hls", text, 1)),
    }),
  };
}

function toNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text !== "" && Number.isInteger(value) && value >= least) return value;
  throw new TypeError(`Cannot read --${option}: expected a number from ${least}, found "${text}"`);
}

function toProtocol(text: string): PlayProtocol {
  const known = PLAY_PROTOCOLS.find((protocol) => protocol === text);
  if (known !== undefined) return known;
  const expected = PLAY_PROTOCOLS.join(", ");
  throw new TypeError(`Cannot read --protocols: expected some of ${expected}, found "${text}"`);
}

/** Peers stand beside the gateway's rows for the same number of players. */
function subjectsOf({ players, protocols, merges, peers }: Plan): Subject[] {
  const installed = peers ? PEERS.filter((kind) => findProgram(kind) !== undefined) : [];
  return players.flatMap((count) => [
    ...installed.flatMap((kind) =>
      kind.plays.filter((protocol) => protocols.includes(protocol))
        .map((protocol) => ({ kind, protocol, players: count }))
    ),
    ...protocols.flatMap((protocol) =>
      merges.map((merge) => ({ kind: SLUICE, protocol, merge, players: count }))
    ),
  ]);
}

/** @throws {Error} when the server does not start or the load does not end in time. */
async function measure(
  { kind, protocol, merge, players }: Subject,
  { rate, seconds, protocols }: Plan,
): Promise<LoadResult> {
  await using server = await startServer(kind, merge);
  const order: LoadOrder = {
    publish: publishUrl(server.ports),
    play: playUrl(protocol, server.ports),
    protocol,
    // The same for all of one run; WebRTC carries no AAC.
    sound: protocols.includes("whep") ? "opus" : "aac",
    players,
    probes: Math.min(PROBES, players),
    rate,
    warmupS: WARMUP_S,
    seconds,
    pid: server.pid,
  };
  const script = new URL("./bench/load.ts", import.meta.url).pathname;
  const args = ["run", "-A", script, JSON.stringify(order)];
  const child = pinned(LOAD_CORE, Deno.execPath(), args, "piped").spawn();
  const limitMs = (players / rate + WARMUP_S + seconds + OVERHEAD_S) * 1000;
  const limit = setTimeout(() => end(child), limitMs);
  const output = await new Response(child.stdout).text();
  const { success } = await child.status;
  clearTimeout(limit);
  if (!success) throw new Error(`Cannot measure ${kind.name}: the load generator failed`);
  return JSON.parse(output);
}

async function main(): Promise<void> {
  const plan = parsePlan(Deno.args);
  if (plan.files !== undefined) {
    return console.log(await benchFiles({ ...plan, downloads: plan.files }));
  }
  if (plan.hls !== undefined) return console.log(await benchHls({ ...plan, viewers: plan.hls }));
  const subjects = subjectsOf(plan).map((subject) => ({ subject, results: [] as LoadResult[] }));
  for (let round = 1; round <= plan.rounds; round++) {
    for (const { subject, results } of subjects) {
      const { kind, protocol, players, merge } = subject;
      const setting = merge === undefined ? "" : `, merge ${merge}`;
      console.error(`${round}/${plan.rounds}: ${kind.name} ${protocol}, ${players}${setting}`);
      results.push(await measure(subject, plan));
    }
  }
  const measurements = subjects.map(({ subject: { kind, ...rest }, results }): Measurement => ({
    server: kind.name,
    ...rest,
    results,
  }));
  if (plan.json) return console.log(JSON.stringify(measurements));
  console.log(plan.players.map((count) => table(measurements, count)).join("\n\n"));
  for (const warning of warnings(measurements)) console.error(warning);
}

/** The ratios are against the yardstick at the same number of players. */
function table(measurements: readonly Measurement[], players: number): string {
  return toTable(toRows(measurements.filter((measurement) => measurement.players === players)));
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
