import type { LoadResult } from "./load.ts";
import type { PlayProtocol } from "./servers.ts";
import { percentile } from "./statistics.ts";

/** One row of the table: what was measured, and the rounds of it. */
export interface Measurement {
  readonly server: string;
  readonly protocol: PlayProtocol;
  /** `merge` in milliseconds; absent where it is the server's default or there is no such setting. */
  readonly merge?: number | undefined;
  readonly players: number;
  readonly results: readonly LoadResult[];
}

/** A row of figures, each the median of its rounds. */
export interface Row {
  readonly [column: string]: string | number | null;
}

/** A generator that is busier than this measures itself. */
const SATURATED_CORES = 0.85;

/** Servers whose rows the ratios are against. */
export const YARDSTICK = "nginx";

/** Figures of all measurements; `ratio` is CPU per Mbit against the yardstick's in the same run. */
export function toRows(measurements: readonly Measurement[]): Row[] {
  const yardstick = measurements.find(({ server }) => server === YARDSTICK);
  const base = yardstick && middle(yardstick, (result) => result.serverCpuUsPerMbit);
  return measurements.map((measurement) => {
    const cpu = middle(measurement, (result) => result.serverCpuUsPerMbit);
    return {
      server: measurement.server,
      play: measurement.protocol,
      merge: measurement.merge ?? null,
      players: measurement.players,
      "Mbit/s": round(middle(measurement, (result) => result.deliveredMbitS)),
      "delivered %": round(middle(measurement, (result) => result.deliveredShare * 100), 1),
      "us/Mbit": round(cpu),
      ratio: round(cpu === undefined || base === undefined ? undefined : cpu / base, 2),
      "packets/s": round(middle(measurement, (result) => result.packetsPerSecond)),
      "us/packet": round(middle(measurement, (result) => result.serverCpuUsPerPacket), 1),
      cores: round(middle(measurement, (result) => result.serverCores), 2),
      // By what they were sent: a server that is starved of its core is not the better for it.
      "players/core": round(
        middle(
          measurement,
          ({ deliveredShare, serverCores }) => measurement.players * deliveredShare / serverCores,
        ),
      ),
      "join ms": round(middle(measurement, (result) => result.serverCpuMsPerJoin), 1),
      "KiB/player": round(middle(measurement, (result) => result.memoryPerPlayerKiB)),
      "first p50": round(middle(measurement, (result) => result.firstPicture?.p50), 1),
      "first p99": round(middle(measurement, (result) => result.firstPicture?.p99), 1),
      "latency p50": round(middle(measurement, (result) => result.latency?.p50), 1),
      "latency p99": round(middle(measurement, (result) => result.latency?.p99), 1),
      lost: round(middle(measurement, (result) => result.lostPackets)),
      "load cores": round(middle(measurement, (result) => result.generatorCores), 2),
    };
  });
}

function middle(
  { results }: Measurement,
  figure: (result: LoadResult) => number | undefined,
): number | undefined {
  return percentile(results.map(figure).filter((value) => value !== undefined), 0.5);
}

function round(value: number | undefined, digits = 0): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(digits));
}

/** What makes a measurement doubtful, in a sentence each. */
export function warnings(measurements: readonly Measurement[]): string[] {
  return measurements.flatMap(({ server, protocol, players, results }) => {
    const what = `${server} ${protocol}, ${players} players`;
    const lost = results.filter(({ playing }) => playing < players).length;
    const busy = results.filter(({ generatorCores }) => generatorCores > SATURATED_CORES).length;
    const dropped = Math.max(...results.map(({ receiveDrops }) => receiveDrops));
    const errors = [...new Set(results.flatMap((result) => result.errors))];
    return [
      ...(lost > 0 ? [`${what}: not all played to the end in ${lost} rounds`] : []),
      ...(busy > 0 ? [`${what}: the load generator was the limit in ${busy} rounds`] : []),
      ...(dropped > 0
        ? [`${what}: the load generator or others here dropped ${dropped} datagrams in a round`]
        : []),
      ...errors.map((error) => `${what}: ${error}`),
    ];
  });
}

/** Rows as a Markdown table, its columns padded for the eye. */
export function toTable(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? "-")))];
  const widths = names.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const lines = cells.map((line) =>
    `| ${line.map((cell, at) => cell.padStart(widths[at] ?? 0)).join(" | ")} |`
  );
  const rule = `| ${widths.map((width) => `${"-".repeat(width - 1)}:`).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}
