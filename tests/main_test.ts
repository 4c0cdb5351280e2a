/** The command line as a user runs it: a child process with the permissions of `deno task start`. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import manifest from "../deno.json" with { type: "json" };
import { denoTransport } from "../protocols/_transport/deno_transport.ts";
import { RtmpClient, RtmpRefusedError } from "../protocols/rtmp/client.ts";
import { parseRtmpUrl } from "../protocols/rtmp/url.ts";
import { systemClock } from "../registry/clock.ts";
import { must } from "./must.ts";

const ROOT = new URL("..", import.meta.url);

/** The arguments of `deno` in the task, as a shell would split them. */
const START = must(manifest.tasks.start.match(/(?:[^\s']|'[^']*')+/g))
  .slice(1)
  .map((argument) => argument.replaceAll("'", ""));

type Environment = Readonly<Record<string, string>>;

function command(args: readonly string[], env: Environment): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [...START, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end, which has to come by itself. */
async function run(args: readonly string[], env: Environment = {}): Promise<Outcome> {
  const { code, stdout, stderr } = await command(args, env).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A gateway that runs until the test ends it. */
class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  readonly seen: string[] = [];
  #rest = "";

  constructor(args: readonly string[], env: Environment = {}) {
    this.#child = command(args, env).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#stderr = new Response(this.#child.stderr).text();
  }

  /** Reads lines up to the first that holds `text`. */
  async until(text: string): Promise<string> {
    for (;;) {
      const line = await this.#nextLine();
      if (line === undefined) throw new Error(`Cannot find ${text}: ${this.seen.join("\n")}`);
      if (line.includes(text)) return line;
    }
  }

  async #nextLine(): Promise<string | undefined> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) return undefined;
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    this.seen.push(line);
    return line;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Reads to the end, and gives the exit code. */
  async end(): Promise<number> {
    while (await this.#nextLine() !== undefined);
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    while (!(await this.#lines.read()).done);
    await this.#stderr;
  }
}

const FREE_PORTS = [
  "--host",
  "127.0.0.1",
  "--rtmp-port",
  "0",
  "--rtsp-port",
  "0",
  "--http-port",
  "0",
];

/** A config file that is gone after the test. */
async function configFile(text: string): Promise<{ path: string } & Disposable> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(path, text);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}

Deno.test("--help names every option, and --version the version", async () => {
  const [help, version] = [await run(["--help"]), await run(["--version"])];
  assertEquals([help.code, help.stderr, version.code, version.stderr], [0, "", 0, ""]);
  const options = [
    "config",
    "host",
    "rtmp-port",
    "rtsp-port",
    "http-port",
    "demo",
    "log-level",
    "log-format",
  ];
  for (const option of [...options, "check", "version", "help"]) {
    assertStringIncludes(help.stdout, `--${option}`);
  }
  assertEquals(version.stdout, `sluice ${manifest.version}\n`);
});

Deno.test("--check of a good file says so and listens on nothing", async () => {
  using file = await configFile("rtmp:\n  port: 1935\nstreams:\n  live/a: {grace: 5}\n");
  const { code, stdout, stderr } = await run(["--config", file.path, "--check"]);
  assertEquals([code, stdout, stderr], [0, "The configuration is good.\n", ""]);
});

/** A config file with a mistake, its line, and what is said of it. */
const MISTAKES: readonly (readonly [text: string, line: number, said: string])[] = [
  [
    "host: 0.0.0.0\nrtmp:\n  port: many\n",
    3,
    'rtmp.port: expected a port, a list of ports, or false, found "many"',
  ],
  ["rtmpp: {}\n", 1, "rtmpp: there is no such section"],
  ["http:\n  prot: 1\n", 2, "http.prot: there is no such setting"],
  [
    "streams:\n  live/a:\n    source: srt://x\n",
    3,
    "streams.live/a.source: no module can pull srt:// URLs",
  ],
  ["rtmp: [\n", 2, ""],
];

for (const [text, line, said] of MISTAKES) {
  Deno.test(`the config file ${JSON.stringify(text)} is refused at its line ${line}`, async () => {
    using file = await configFile(text);
    const { code, stdout, stderr } = await run(["--config", file.path]);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `sluice: ${file.path}:${line}: ${said}`);
    assertEquals(stderr.trim().split("\n").length, 1);
  });
}

/** Wrong command lines, and what is said of them. */
const MISUSES: readonly (readonly [args: readonly string[], env: Environment, said: string])[] = [
  [["--nonsense"], {}, "unknown argument --nonsense"],
  [["stray"], {}, "unknown argument stray"],
  [["--config", "/nowhere.yaml"], {}, "cannot read the config file /nowhere.yaml"],
  [["--rtmp-port", "many"], {}, "--rtmp-port (or SLUICE_RTMP_PORT): expected a port"],
  [["--rtmp-port"], {}, "--rtmp-port (or SLUICE_RTMP_PORT): expected a port"],
  [
    ["--log-level", "loud"],
    {},
    "--log-level (or SLUICE_LOG_LEVEL): expected debug, info, warn or error",
  ],
  [[], { SLUICE_HTTP_PORT: "99999" }, "--http-port (or SLUICE_HTTP_PORT): expected a port"],
];

for (const [args, env, said] of MISUSES) {
  Deno.test(`the command line ${JSON.stringify([args, env])} is refused`, async () => {
    const { code, stdout, stderr } = await run(args, env);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, said);
  });
}

Deno.test("flags win over the environment, and that over the file", async () => {
  using file = await configFile("rtmp: {port: many}\nhttp: {port: many}\nlog: {level: loud}\n");
  const env = { SLUICE_HTTP_PORT: "0", SLUICE_RTMP_PORT: "wrong", SLUICE_CONFIG: file.path };
  const wrong = await run(["--rtmp-port", "0", "--check"], env);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, `${file.path}:3: log.level`);
  const right = await run(["--rtmp-port", "0", "--log-level", "warn", "--check"], env);
  assertEquals([right.code, right.stderr], [0, ""]);
});

Deno.test("a port in use ends with 1, and the line names it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = `${listener.addr.port}`;
  const args = ["--host", "127.0.0.1", "--http-port", "0", "--rtsp-port", "0", "--rtmp-port", port];
  const { code, stderr } = await run(args);
  assertEquals(code, 1);
  assertEquals(stderr, `sluice: Cannot listen on 127.0.0.1:${port}: the port is in use\n`);
});

Deno.test("start-up prints every address and what to type first; SIGTERM ends with 0", async () => {
  await using gateway = new Running([...FREE_PORTS, "--demo"]);
  await gateway.until("Try");
  assertMatch(
    gateway.seen.join("\n"),
    /(?: {2}(?:rtmp|rtsp|rtp|rtcp|webrtc|http):\/\/127\.0\.0\.1:\d+\n){6}/,
  );
  await gateway.until("ffmpeg");
  gateway.signal("SIGTERM");
  assertEquals(await gateway.end(), 0);
  assert(gateway.seen.some((line) => line.includes("stopping signal=SIGTERM")));
});

Deno.test("SIGINT ends with 0 too", async () => {
  await using gateway = new Running(FREE_PORTS);
  await gateway.until("ffmpeg");
  gateway.signal("SIGINT");
  assertEquals(await gateway.end(), 0);
});

Deno.test("JSON logs are one object per line and nothing else", async () => {
  await using gateway = new Running([...FREE_PORTS, "--log-format", "json", "--demo"]);
  await gateway.until("started");
  gateway.signal("SIGTERM");
  assertEquals(await gateway.end(), 0);
  const records = gateway.seen.map((line) => JSON.parse(line));
  for (const { time, level, message } of records) {
    assertEquals(new Date(time).toISOString(), time);
    assert(["debug", "info", "warn", "error"].includes(level));
    assert(typeof message === "string" && message !== "");
  }
  const started = records.find(({ message }) => message === "started");
  assertMatch(
    started.listening,
    /^(?:(?:rtmp|rtsp|rtp|rtcp|webrtc|http):\/\/127\.0\.0\.1:\d+ ?){6}$/,
  );
  assertEquals(started.version, manifest.version);
});

Deno.test("what a peer says cannot write to the terminal or forge a line of the log", async () => {
  await using gateway = new Running(FREE_PORTS);
  const url = new URL(`${(await gateway.until("rtmp://")).trim()}/live/x`);
  const client = await RtmpClient.connect(
    { ...parseRtmpUrl(url), streamKey: "\x1b[31m\x9b2J\u202ered" },
    { transport: denoTransport, clock: systemClock, signal: new AbortController().signal },
  );
  await assertRejects(() => client.publish(), RtmpRefusedError);
  client.close();
  await gateway.until("refused");
  for (const line of gateway.seen) assert(!/\p{C}/u.test(line), line);
});

Deno.test("SIGHUP reads the file again, and a mistake in it changes nothing", async () => {
  using file = await configFile("log: {level: info}\n");
  await using gateway = new Running([...FREE_PORTS, "--config", file.path]);
  await gateway.until("ffmpeg");
  await Deno.writeTextFile(file.path, "streams:\n  live/a:\n    graze: 5\n");
  gateway.signal("SIGHUP");
  const refused = await gateway.until("configuration not reloaded");
  assertStringIncludes(refused, `${file.path}:3: streams.live/a.graze: there is no such setting`);
  await Deno.writeTextFile(file.path, "streams:\n  live/a:\n    grace: 5\n");
  gateway.signal("SIGHUP");
  await gateway.until("configuration reloaded");
  gateway.signal("SIGTERM");
  assertEquals(await gateway.end(), 0);
});
