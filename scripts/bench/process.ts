import { findProgram, type Place, type Ports, type ServerKind } from "./servers.ts";

/** The server runs on one core and the load on another, so that neither takes from the other. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

const READY_LIMIT_MS = 15_000;
const READY_POLL_MS = 50;
const STOP_LIMIT_MS = 5_000;

const root = new URL("../../", import.meta.url);

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  readonly pid: number;
  readonly ports: Ports;
}

/** Starts a server on free ports. @throws {Error} when it does not come to listen. */
export async function startServer(kind: ServerKind, merge?: number): Promise<RunningServer> {
  const program = findProgram(kind);
  if (program === undefined) throw new Error(`Cannot measure ${kind.name}: it is not installed`);
  const folder = await Deno.makeTempDir({ prefix: "sluice-bench-" });
  const place: Place = { ports: freePorts(), folder, merge };
  const config = `${folder}/config`;
  await Deno.writeTextFile(config, kind.config(place));
  const child = pinned(SERVER_CORE, program, kind.args(config, place), "null").spawn();
  const stop = async () => {
    await end(child);
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await waitForPort(place.ports[kind.ready ?? "rtmp"]);
    if (kind.plays.includes("rtsp-tcp")) await waitForPort(place.ports.rtsp);
    return { pid: child.pid, ports: place.ports, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A command that runs on one core, where the machine has several and a way to say so. */
export function pinned(
  core: number,
  program: string,
  args: readonly string[],
  stdout: "null" | "piped",
): Deno.Command {
  const canPin = navigator.hardwareConcurrency > core && navigator.hardwareConcurrency > 1 &&
    hasTaskset();
  const [command = program, ...rest] = canPin
    ? ["taskset", "-c", String(core), program, ...args]
    : [program, ...args];
  return new Deno.Command(command, { args: rest, cwd: root, stdin: "null", stdout });
}

function hasTaskset(): boolean {
  try {
    return Deno.statSync("/usr/bin/taskset").isFile;
  } catch {
    return false;
  }
}

/** Asks a child to stop, and makes it stop. */
export async function end(child: Deno.ChildProcess): Promise<void> {
  const kill = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended by itself.
  }
  await child.status;
  clearTimeout(kill);
}

/** Ports that were free a moment ago: not every server can be asked which one it took. */
function freePorts(): Ports {
  using rtmp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using http = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using rtsp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return { rtmp: rtmp.addr.port, http: http.addr.port, rtsp: rtsp.addr.port };
}

async function waitForPort(port: number): Promise<void> {
  for (const start = performance.now(); performance.now() - start < READY_LIMIT_MS;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }
  throw new Error(`Cannot measure: nothing listens on ${port} after ${READY_LIMIT_MS / 1000} s`);
}
