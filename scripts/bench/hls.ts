/**
 * Viewers of one live stream by HLS: what each segment costs this gateway, next to nginx with the same
 * playlist and segments as files. Every viewer fetches the playlist and its newest segment over one
 * connection, as often as it can.
 *
 * @module
 */
import { HttpConnection } from "./http_connection.ts";
import { type RunningServer, startServer } from "./process.ts";
import { Publisher } from "./publisher.ts";
import { type Row, toTable, YARDSTICK } from "./report.ts";
import { findProgram, nginxOf, publishUrl, SLUICE } from "./servers.ts";
import { percentile } from "./statistics.ts";
import { usageOf } from "./usage.ts";

/** What the segments are of: a viewer who asks for a playlist of MPEG-TS needs nothing else. */
const ENTRY = "ts.m3u8";
const PLAYLIST = "list.m3u8";

export interface HlsPlan {
  /** Viewers at a time, of each measurement. */
  readonly viewers: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly peers: boolean;
}

/** What one round gave. */
interface Round {
  readonly segmentsPerSecond: number;
  readonly segmentsPerCpuSecond: number;
  readonly p99Ms: number;
}

interface Subject {
  readonly server: string;
  readonly viewers: number;
  readonly results: Round[];
}

/** Measures, and gives the table. @throws {Error} when a server fails, or refuses a viewer. */
export async function benchHls({ viewers, seconds, rounds, peers }: HlsPlan): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "sluice-bench-" });
  const nginx = nginxOf(YARDSTICK, dir);
  const hasNginx = peers && findProgram(nginx) !== undefined;
  const pairs = viewers.map((count) => ({
    own: subject(SLUICE.name, count),
    peer: subject(YARDSTICK, count),
  }));
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const { own, peer } of pairs) {
        console.error(`${round}/${rounds}: ${own.viewers} viewers of HLS`);
        own.results.push(await measureSluice(dir, own.viewers, seconds));
        if (!hasNginx) continue;
        await using server = await startServer(nginx);
        peer.results.push(await measure(server, `/${PLAYLIST}`, own.viewers, seconds));
      }
    }
    return toTable(pairs.flatMap(({ own, peer }) => rowsOf(own, peer)));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function subject(server: string, viewers: number): Subject {
  return { server, viewers, results: [] };
}

/** Measures the gateway, and leaves its playlist and segments in `dir` for nginx. */
async function measureSluice(dir: string, viewers: number, seconds: number): Promise<Round> {
  await using server = await startServer(SLUICE);
  const abort = new AbortController();
  const publisher = await Publisher.start(new URL(publishUrl(server.ports)), "aac", abort.signal);
  try {
    await using connection = await HttpConnection.open(server.ports.http);
    const entry = `${new URL(publishUrl(server.ports)).pathname}/${ENTRY}`;
    const path = beside(entry, lastUri(await connection.get(entry)));
    await copyTo(dir, connection, path);
    return await measure(server, path, viewers, seconds);
  } finally {
    abort.abort();
    await publisher.ended;
  }
}

/** The playlist as it is now, and what it names. */
async function copyTo(dir: string, connection: HttpConnection, path: string): Promise<void> {
  const playlist = await connection.get(path);
  await Deno.writeFile(`${dir}/${PLAYLIST}`, playlist);
  const uri = lastUri(playlist);
  const [name = uri] = uri.split("?");
  await Deno.writeFile(`${dir}/${name}`, await connection.get(beside(path, uri)));
}

/** What a multivariant playlist, or a media playlist, names last. */
function lastUri(playlist: Uint8Array): string {
  const lines = new TextDecoder().decode(playlist).trim().split("\n");
  return lines.findLast((line) => !line.startsWith("#")) ?? "";
}

function beside(path: string, uri: string): string {
  return `${path.slice(0, path.lastIndexOf("/"))}/${uri}`;
}

async function measure(
  { pid, ports: { http } }: RunningServer,
  path: string,
  viewers: number,
  seconds: number,
): Promise<Round> {
  const before = usageOf(pid);
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  await Promise.all(Array.from({ length: viewers }, async () => {
    await using connection = await HttpConnection.open(http);
    while (performance.now() < until) {
      const playlist = await connection.get(path);
      const start = performance.now();
      await connection.skip(beside(path, lastUri(playlist)));
      times.push(performance.now() - start);
    }
  }));
  const cpuSeconds = (usageOf(pid).cpuMs - before.cpuMs) / 1000;
  return {
    segmentsPerSecond: times.length / seconds,
    segmentsPerCpuSecond: times.length / cpuSeconds,
    p99Ms: percentile(times, 0.99) ?? NaN,
  };
}

/** The ratio is of segments per second, against the yardstick's in the same run. */
function rowsOf(own: Subject, peer: Subject): Row[] {
  const base = median(peer, (round) => round.segmentsPerSecond);
  return [own, peer].filter(({ results }) => results.length > 0).map((one) => {
    const rate = median(one, (round) => round.segmentsPerSecond);
    return {
      server: one.server,
      viewers: one.viewers,
      "segments/s": Math.round(rate),
      "segments/CPU s": Math.round(median(one, (round) => round.segmentsPerCpuSecond)),
      "p99 ms": Math.round(median(one, (round) => round.p99Ms)),
      ratio: Number((rate / base).toFixed(2)),
    };
  });
}

function median({ results }: Subject, value: (round: Round) => number): number {
  return percentile(results.map(value), 0.5) ?? NaN;
}
