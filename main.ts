/**
 * The command line: flags, environment and config file become a running gateway.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import * as log from "@std/log";
import manifest from "./deno.json" with { type: "json" };
import { formatAddress } from "./protocols/_transport/transport.ts";
import { ListenError } from "./protocols/_transport/errors.ts";
import { parseConfig } from "./protocols/config.ts";
import { type ConfigFile, ConfigFileError, parseConfigFile } from "./protocols/config_file.ts";
import { Gateway } from "./protocols/gateway.ts";
import type { LogFields, Logger } from "./protocols/logger.ts";
import { builtinProtocols } from "./protocols/mod.ts";
import { ConfigError } from "./protocols/protocol.ts";

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** A flag that is a field of the configuration, and so is its environment variable. */
interface Setting {
  readonly flag: string;
  readonly path: readonly [string, ...string[]];
  readonly argument?: string;
  readonly help: string;
}

const SETTINGS: readonly Setting[] = [
  { flag: "host", path: ["host"], argument: "H", help: "address to listen on (0.0.0.0)" },
  { flag: "rtmp-port", path: ["rtmp", "port"], argument: "N", help: "RTMP port (1935)" },
  { flag: "rtsp-port", path: ["rtsp", "port"], argument: "N", help: "RTSP port (8554)" },
  { flag: "http-port", path: ["http", "port"], argument: "N", help: "HTTP port (8080)" },
  { flag: "media", path: ["file", "dir"], argument: "DIR", help: "directory of media to serve" },
  { flag: "demo", path: ["demo", "enabled"], help: "publish a moving picture as demo/clock" },
  {
    flag: "log-level",
    path: ["log", "level"],
    argument: "L",
    help: "debug, info, warn or error (info)",
  },
  { flag: "log-format", path: ["log", "format"], argument: "F", help: "text or json (text)" },
];

/** A mistake on the command line. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

interface Arguments {
  readonly help: boolean;
  readonly version: boolean;
  readonly check: boolean;
  readonly config: string | undefined;
  /** Settings from flags and environment, with where each came from. */
  readonly settings: readonly { readonly setting: Setting; readonly text: string }[];
}

type Section = { [name: string]: unknown };

function parseArguments(args: readonly string[]): Arguments {
  const flags = parseArgs([...args], {
    boolean: ["help", "version", "check", ...SETTINGS.filter((s) => !s.argument).map(flagOf)],
    string: ["config", ...SETTINGS.filter((s) => s.argument).map(flagOf)],
    alias: { h: "help", c: "config" },
    unknown: (argument) => {
      throw new UsageError(`unknown argument ${argument}`);
    },
  });
  const values: Readonly<Record<string, unknown>> = flags;
  const settings = SETTINGS.flatMap((setting) => {
    const text = textOf(values[setting.flag]) ?? Deno.env.get(variableOf(setting));
    return text === undefined ? [] : [{ setting, text }];
  });
  const config = textOf(values["config"]) ?? Deno.env.get("SLUICE_CONFIG");
  return {
    help: flags.help === true,
    version: flags.version === true,
    check: flags.check === true,
    config,
    settings,
  };
}

function flagOf(setting: Setting): string {
  return setting.flag;
}

function variableOf({ flag }: Setting): string {
  return `SLUICE_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** A flag's value; a switch that is off says nothing, so that the environment can. */
function textOf(value: unknown): string | undefined {
  if (value === true) return "true";
  return typeof value === "string" ? value : undefined;
}

/** Lays flags and environment over the file; what looks like a number, list or truth value is one. */
function overlay(file: unknown, { settings }: Arguments): Section {
  const raw = structuredClone(file ?? {}) as Section;
  for (const { setting: { path }, text } of settings) {
    let section = raw;
    for (const name of path.slice(0, -1)) {
      const inner = section[name];
      section =
        section[name] =
          (typeof inner === "object" && inner !== null ? inner : {}) as Section;
    }
    section[path.at(-1) ?? ""] = interpret(text);
  }
  return raw;
}

function interpret(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  if (/^\d+$/.test(text)) return Number(text);
  if (/^\d+(,\d+)+$/.test(text)) return text.split(",").map(Number);
  return text;
}

async function readConfig(path: string | undefined): Promise<ConfigFile | undefined> {
  if (path === undefined) return undefined;
  try {
    return parseConfigFile(path, await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof ConfigFileError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot read the config file ${path}: ${reason}`);
  }
}

/** Names where a wrong setting came from: flag, variable or line. */
function explain(error: ConfigError, args: Arguments, file: ConfigFile | undefined): string {
  const culprit = args.settings.find(({ setting }) => setting.path.join() === error.path.join());
  if (culprit !== undefined) {
    return `--${culprit.setting.flag} (or ${variableOf(culprit.setting)}): ${error.reason}`;
  }
  return (file?.locate(error) ?? error).message;
}

function consoleLogger(level: string, format: "text" | "json"): Logger {
  const name = level.toUpperCase() as log.LevelName;
  log.setup({
    handlers: {
      console: new log.ConsoleHandler(name, {
        formatter: format === "json" ? jsonLine : textLine,
        useColors: false,
      }),
    },
    loggers: { default: { level: name, handlers: ["console"] } },
  });
  const logger = log.getLogger();
  return {
    debug: (message, fields) => void logger.debug(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    error: (message, fields) => void logger.error(message, fields),
  };
}

function fieldsOf(record: log.LogRecord): LogFields {
  return (record.args[0] ?? {}) as LogFields;
}

function textLine(record: log.LogRecord): string {
  const fields = Object.entries(fieldsOf(record))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${quoted(`${value}`)}`);
  const time = record.datetime.toISOString();
  return `${time} ${record.levelName.padEnd(5)} ${record.msg}${fields.join("")}`;
}

/** A value that is no single word stands in quotes; no peer can write to the terminal through it. */
function quoted(value: string): string {
  if (!/[\s"\p{C}]/u.test(value)) return value;
  return JSON.stringify(value).replace(
    /\p{C}/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function jsonLine(record: log.LogRecord): string {
  return JSON.stringify({
    time: record.datetime.toISOString(),
    level: record.levelName.toLowerCase(),
    message: record.msg,
    ...fieldsOf(record),
  });
}

function usage(): string {
  const rows = [
    ["--config FILE", "YAML config file"],
    ...SETTINGS.map((
      { flag, argument, help },
    ) => [`--${flag}${argument ? ` ${argument}` : ""}`, help]),
    ["--check", "check the configuration and exit"],
    ["--version", "print the version and exit"],
    ["--help", "print this and exit"],
  ] as const;
  const lines = rows.map(([option, help]) => `  ${option.padEnd(18)} ${help}`);
  return [
    "Usage: sluice [options]",
    "",
    ...lines,
    "",
    "Each option is also an environment variable (SLUICE_RTMP_PORT); options win over those, they win",
    "over the file. A port may be a list that is tried in order (8080,8081), 0 for a free one, or false.",
  ].join("\n");
}

function banner(gateway: Gateway): string {
  const addresses = gateway.endpoints.map(({ scheme, address }) =>
    `  ${scheme}://${formatAddress(address)}`
  );
  const hints = gateway.hints.map((hint) => `  ${hint}`);
  return [`Sluice ${manifest.version} listens on`, ...addresses, "", "Try", ...hints, ""].join(
    "\n",
  );
}

/** Runs until a signal asks for the end. Gives the exit code. */
async function run(args: Arguments, file: ConfigFile | undefined): Promise<number> {
  const raw = overlay(file?.value, args);
  const { settings } = parseConfig(raw, builtinProtocols);
  const logger = consoleLogger(settings.log.level, settings.log.format);
  globalThis.addEventListener("unhandledrejection", (event) => {
    // One session's bug must not take the others down; the line makes sure that it is seen.
    event.preventDefault();
    const { reason } = event;
    logger.error("unhandled rejection", { reason: reason?.stack ?? String(reason) });
  });
  const gateway = new Gateway({ protocols: builtinProtocols, config: raw, log: logger });
  if (args.check) {
    console.log("The configuration is good.");
    return EXIT_OK;
  }
  const stopped = stopSignal();
  await gateway.start();
  onSignal("SIGHUP", () => reload(gateway, args, logger));
  if (settings.log.format === "text") console.log(banner(gateway));
  else logger.info("started", { version: manifest.version, ...listing(gateway) });
  const signal = await stopped;
  logger.info("stopping", { signal });
  await gateway.stop();
  return EXIT_OK;
}

function listing(gateway: Gateway): LogFields {
  const urls = gateway.endpoints.map(({ scheme, address }) =>
    `${scheme}://${formatAddress(address)}`
  );
  return { listening: urls.join(" ") };
}

async function reload(gateway: Gateway, args: Arguments, logger: Logger): Promise<void> {
  let file: ConfigFile | undefined;
  try {
    file = await readConfig(args.config);
    gateway.reload(overlay(file?.value, args));
    logger.info("configuration reloaded");
  } catch (error) {
    const reason = error instanceof ConfigError ? explain(error, args, file) : String(error);
    logger.error("configuration not reloaded", { reason });
  }
}

/** Resolves with the first signal to stop; the next one ends the process at once. */
function stopSignal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    onSignal(signal, () => {
      if (stopping) Deno.exit(EXIT_FAILED);
      stopping = true;
      resolve(signal);
    });
  }
  return promise;
}

function onSignal(signal: Deno.Signal, handle: () => void): void {
  // Windows knows SIGINT and SIGBREAK only.
  if (Deno.build.os === "windows" && signal !== "SIGINT") return;
  Deno.addSignalListener(signal, handle);
}

async function main(): Promise<number> {
  let args: Arguments | undefined;
  let file: ConfigFile | undefined;
  try {
    args = parseArguments(Deno.args);
    if (args.help) console.log(usage());
    else if (args.version) console.log(`sluice ${manifest.version}`);
    if (args.help || args.version) return EXIT_OK;
    file = await readConfig(args.config);
    return await run(args, file);
  } catch (error) {
    if (error instanceof ConfigError && args !== undefined) {
      console.error(`sluice: ${explain(error, args, file)}`);
      return EXIT_USAGE;
    }
    if (error instanceof UsageError || error instanceof ConfigFileError) {
      console.error(`sluice: ${error.message}`);
      if (error instanceof UsageError) console.error("Try sluice --help.");
      return EXIT_USAGE;
    }
    const known = error instanceof ListenError;
    console.error(`sluice: ${known ? error.message : (error as Error).stack ?? error}`);
    return EXIT_FAILED;
  }
}

if (import.meta.main) Deno.exit(await main());
