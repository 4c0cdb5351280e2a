import { z } from "zod";
import { InvalidStreamNameError } from "../registry/errors.ts";
import { parseStreamName } from "../registry/names.ts";
import type { StreamSettings } from "../registry/settings.ts";
import { seconds } from "./_config/fields.ts";
import { ConfigError, parseSection, type Protocol } from "./protocol.ts";

/** Name under `streams:` whose settings hold for every stream. */
const EVERY_STREAM = "*";

/** What a source begins with that has an end, and so can be repeated. */
const FILE_SCHEME = "file:";

/** A day: longer than anybody waits for a publisher. */
const MAX_SECONDS = 86_400;
const duration = seconds(MAX_SECONDS);
const mebibytes = z.number("expected MiB").positive("expected more than 0 MiB").max(4096);

const url = z.string("expected a URL").refine((text) => URL.canParse(text), "expected a URL");

export const streamSection = z.strictObject({
  source: url.optional(),
  loop: z.boolean("expected true or false").default(false),
  onDemand: z.boolean("expected true or false").default(false),
  push: z.union([url.transform((one) => [one]), z.array(url)], "expected a URL or a list of URLs")
    .default([]),
  overridePublisher: z.boolean("expected true or false").optional(),
  grace: duration.optional(),
  linger: duration.optional(),
  gopSeconds: duration.optional(),
  gopMiB: mebibytes.optional(),
  queueSeconds: duration.optional(),
  queueMiB: mebibytes.optional(),
  stall: duration.optional(),
}).refine(({ loop, source = "" }) => !loop || source.startsWith(FILE_SCHEME), {
  path: ["loop"],
  message: "expected a source of file: to repeat",
});

/** All of the configuration but the sections of the modules. */
export const settingsSchema = z.object({
  host: z.string("expected an address to listen on").min(1).default("0.0.0.0"),
  log: z.strictObject({
    level: z.enum(["debug", "info", "warn", "error"], "expected debug, info, warn or error")
      .default("info"),
    format: z.enum(["text", "json"], "expected text or json").default("text"),
  }).prefault({}),
  streams: z.record(z.string(), streamSection, "expected stream names with their settings")
    .default({}),
});

/** What the config file says of one stream. Times in seconds. */
export type StreamSection = z.output<typeof streamSection>;

/** The gateway's own settings; the sections of the modules are theirs. */
export type GatewaySettings = z.output<typeof settingsSchema>;

export interface Config {
  readonly settings: GatewaySettings;
  /** What each module made of its section. */
  readonly options: ReadonlyMap<Protocol, unknown>;
}

/**
 * Checks a whole configuration: the gateway's own settings, and each module's section by the module.
 *
 * @param raw what the config file holds, as plain data.
 * @throws {ConfigError} for the first mistake; its path leads to the field from the top.
 */
export function parseConfig(raw: unknown, protocols: readonly Protocol[]): Config {
  const settings = parseSection(settingsSchema, raw);
  for (const [name] of namedStreams(settings)) assertStreamName(name);
  const sections: Readonly<Record<string, unknown>> = { ...raw as object };
  assertKnown(sections, protocols);
  const options = new Map<Protocol, unknown>();
  for (const protocol of protocols) {
    options.set(protocol, parseModule(protocol, sections[protocol.name]));
  }
  return { settings, options };
}

function assertStreamName(name: string): void {
  try {
    parseStreamName(name);
  } catch (error) {
    if (!(error instanceof InvalidStreamNameError)) throw error;
    throw new ConfigError(["streams", name], error.reason);
  }
}

function assertKnown(sections: object, protocols: readonly Protocol[]): void {
  const known = new Set([
    ...Object.keys(settingsSchema.shape),
    ...protocols.map((protocol) => protocol.name),
  ]);
  for (const name of Object.keys(sections)) {
    if (!known.has(name)) {
      throw new ConfigError([name], `there is no such section; there are ${[...known].join(", ")}`);
    }
  }
}

function parseModule(protocol: Protocol, section: unknown): unknown {
  try {
    return protocol.parseOptions(section);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([protocol.name, ...error.path], error.reason);
  }
}

/** The registry's settings for one stream: its own, those of every stream, then the defaults. */
export function streamSettings(settings: GatewaySettings, name: string): Partial<StreamSettings> {
  return {
    ...toStreamSettings(settings.streams[EVERY_STREAM]),
    ...toStreamSettings(settings.streams[name]),
  };
}

function toStreamSettings(section: StreamSection | undefined): Partial<StreamSettings> {
  if (section === undefined) return {};
  return withoutUndefined({
    overridePublisher: section.overridePublisher,
    graceMs: scaled(section.grace, 1000),
    sourceLingerMs: scaled(section.linger, 1000),
    gopMs: scaled(section.gopSeconds, 1000),
    gopBytes: scaled(section.gopMiB, 1 << 20),
    queueMs: scaled(section.queueSeconds, 1000),
    queueBytes: scaled(section.queueMiB, 1 << 20),
    stallMs: scaled(section.stall, 1000),
  });
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * factor);
}

function withoutUndefined<T extends object>(
  record: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Where a stream comes from, if it is fetched: with `?loop` when it is to be repeated. */
export function sourceOf({ source, loop }: StreamSection): URL | undefined {
  if (source === undefined) return undefined;
  const url = new URL(source);
  if (loop) url.searchParams.set("loop", "");
  return url;
}

/** The named streams of a configuration: all sections but the one for every stream. */
export function namedStreams(
  settings: GatewaySettings,
): readonly (readonly [name: string, section: StreamSection])[] {
  return Object.entries(settings.streams).filter(([name]) => name !== EVERY_STREAM);
}
