/** What a process and its descendants use, from /proc (Linux). */

/** Ticks per second of the times in /proc, which the kernel fixes for user space. */
const CLOCK_TICKS = 100;
const PAGE_BYTES = 4096;

/** Places in /proc/PID/stat (proc(5)) behind the command name, which may hold anything. */
const PARENT = 1;
const USER_TIME = 11;
const SYSTEM_TIME = 12;
const RESIDENT_PAGES = 21;

export interface ProcessStat {
  readonly parent: number;
  /** User and system time of all its threads, in milliseconds. */
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** Reads one /proc/PID/stat. */
export function parseStat(stat: string): ProcessStat {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  const ticks = (fields[USER_TIME] ?? 0) + (fields[SYSTEM_TIME] ?? 0);
  return {
    parent: fields[PARENT] ?? 0,
    cpuMs: ticks * 1000 / CLOCK_TICKS,
    residentBytes: (fields[RESIDENT_PAGES] ?? 0) * PAGE_BYTES,
  };
}

export interface Usage {
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** What `pid` and all that it started use at this moment. */
export function usageOf(pid: number): Usage {
  const stats = readStats();
  let cpuMs = 0;
  let residentBytes = 0;
  for (const [id, stat] of stats) {
    if (!isWithin(id, pid, stats)) continue;
    cpuMs += stat.cpuMs;
    residentBytes += stat.residentBytes;
  }
  return { cpuMs, residentBytes };
}

function readStats(): ReadonlyMap<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      stats.set(Number(name), parseStat(Deno.readTextFileSync(`/proc/${name}/stat`)));
    } catch {
      // It has ended in the meantime.
    }
  }
  return stats;
}

function isWithin(id: number, root: number, stats: ReadonlyMap<number, ProcessStat>): boolean {
  let at: number | undefined = id;
  while (at !== undefined && at !== root) at = stats.get(at)?.parent;
  return at === root;
}

/** The field of /proc/net/snmp (proc(5)) with datagrams that found the buffer of their socket full. */
const BUFFER_ERRORS = "RcvbufErrors";

/** Reads it out of /proc/net/snmp, where a line of names comes before each line of values. */
export function parseReceiveDrops(snmp: string): number {
  const [names = [], values = []] = snmp.split("\n")
    .filter((line) => line.startsWith("Udp:")).map((line) => line.split(" "));
  return Number(values[names.indexOf(BUFFER_ERRORS)] ?? 0);
}

/** Datagrams that all sockets of this machine have dropped so far, as nobody read them in time. */
export function receiveDrops(): number {
  return parseReceiveDrops(Deno.readTextFileSync("/proc/net/snmp"));
}
