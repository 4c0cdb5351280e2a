import { TextLineStream } from "../../scripts/text_lines.ts";

const root = new URL("../../", import.meta.url);

/** Long enough for a loaded machine; the gateway starts in a quarter of a second. */
const START_LIMIT_MS = 20_000;

/** How long a test waits for a line of the log. */
const EVENT_LIMIT_MS = 20_000;

/** What the gateway may have for its farewells before it is killed. */
const STOP_LIMIT_MS = 8_000;

/** One line of the gateway's JSON log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Fields that a line has to have. */
export type LogFields = Readonly<Record<string, unknown>>;

interface Waiter {
  readonly isMet: () => boolean;
  readonly resolve: () => void;
}

/** The real program in a process of its own, as `deno task start` runs it, on free ports. */
export class Program implements AsyncDisposable {
  readonly pid: number;
  readonly lines: LogLine[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #waiters = new Set<Waiter>();
  readonly #endpoints = new Map<string, string>();

  private constructor(child: Deno.ChildProcess) {
    this.pid = child.pid;
    this.#child = child;
    this.#reading = this.#readLog();
  }

  /**
   * Starts a gateway and waits until it listens.
   *
   * @param options.config what the config file is to hold.
   * @param options.permissions flags of Deno beyond those of `deno task start`.
   */
  static async start(
    { config = {}, args = [], permissions = [] }: {
      readonly config?: Readonly<Record<string, unknown>>;
      readonly args?: readonly string[];
      readonly permissions?: readonly string[];
    } = {},
  ): Promise<Program> {
    const file = await writeConfig({ webrtc: { port: 0 }, ...config });
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...await startPermissions(),
        ...permissions,
        "main.ts",
        ...["--host", "127.0.0.1", "--log-format", "json"],
        ...["--rtmp-port", "0", "--rtsp-port", "0", "--http-port", "0"],
        ...["--config", file],
        ...args,
      ],
      cwd: root,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const program = new Program(child);
    try {
      const { listening } = await program.seen("started", {}, { limitMs: START_LIMIT_MS });
      for (const url of String(listening).split(" ")) {
        program.#endpoints.set(new URL(url).protocol.slice(0, -1), url);
      }
    } catch (error) {
      await program.stop();
      throw error;
    } finally {
      await Deno.remove(file);
    }
    return program;
  }

  /** `rtmp://127.0.0.1:PORT/PATH`, and the same for every other scheme that it listens on. */
  url(
    scheme: "rtmp" | "rtmps" | "rtsp" | "rtsps" | "http" | "ws" | "webrtc",
    path: string,
  ): string {
    const base = scheme === "ws"
      ? this.#endpoints.get("http")?.replace(/^http/, "ws")
      : this.#endpoints.get(scheme);
    if (base === undefined) throw new Error(`the gateway does not listen for ${scheme}`);
    return `${base}/${path}`;
  }

  /** The lines so far that say `message` and have all of `fields`. */
  matching(message: string, fields: LogFields = {}): readonly LogLine[] {
    const wanted = Object.entries(fields);
    return this.lines.filter((line) =>
      line.message === message && wanted.every(([name, value]) => line[name] === value)
    );
  }

  /** Waits until the log has `count` such lines, those before the call included; gives the last. */
  async seen(
    message: string,
    fields: LogFields = {},
    { count = 1, limitMs = EVENT_LIMIT_MS } = {},
  ): Promise<LogLine> {
    await this.#until(() => this.matching(message, fields).length >= count, limitMs);
    const line = this.matching(message, fields)[count - 1];
    if (line !== undefined) return line;
    const tail = this.lines.slice(-20).map((one) => JSON.stringify(one)).join("\n");
    throw new Error(
      `the log did not say "${message}" ${JSON.stringify(fields)} ${count} times:\n${tail}`,
    );
  }

  async #until(isMet: () => boolean, limitMs: number): Promise<void> {
    if (isMet()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { isMet, resolve };
    const timer = setTimeout(resolve, limitMs);
    this.#waiters.add(waiter);
    await promise;
    this.#waiters.delete(waiter);
    clearTimeout(timer);
  }

  /** Resident memory in bytes. */
  memory(): number {
    const status = Deno.readTextFileSync(`/proc/${this.pid}/status`);
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** Asks it to end, as a service manager does, and gives its exit code. May be called again. */
  async stop(): Promise<number> {
    const timer = setTimeout(() => this.#signal("SIGKILL"), STOP_LIMIT_MS);
    this.#signal("SIGTERM");
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
  }

  async #readLog(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextLineStream())) {
      if (!text.startsWith("{")) continue;
      this.lines.push(JSON.parse(text));
      for (const waiter of this.#waiters) if (waiter.isMet()) waiter.resolve();
    }
    for (const waiter of this.#waiters) waiter.resolve();
  }
}

/** The permissions of the `start` task: what works here works for a user. */
async function startPermissions(): Promise<string[]> {
  const { tasks }: { tasks: { start: string } } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  const words = tasks.start.replaceAll("'", "").split(" ");
  return words.slice(1, words.indexOf("main.ts"));
}

async function writeConfig(config: unknown): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, JSON.stringify(config));
  return file;
}
