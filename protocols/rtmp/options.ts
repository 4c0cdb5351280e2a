import { z } from "zod";
import { parseSection } from "../protocol.ts";

/**
 * Default of `merge`: the longest that keeps the 99th percentile of latency under 50 ms with a
 * thousand players on one core (see `scripts/bench.ts`).
 */
export const DEFAULT_MERGE_MS = 30;

/** How long a player waits for a publisher, in seconds, unless `wait` says otherwise. */
const DEFAULT_WAIT_S = 30;

const port = z.int("expected a port number").min(0, "expected a port from 0 on").max(
  65_535,
  "expected a port up to 65535",
);
const ports = z.union(
  [z.literal(false), port.transform((one) => [one]), z.array(port).min(1)],
  "expected a port, a list of ports, or false",
);

const schema = z.strictObject({
  port: ports.default([1935]),
  host: z.string("expected an address to listen on").optional(),
  tls: z.strictObject({
    port: ports.default([1936]),
    cert: z.string("expected the path of a PEM file"),
    key: z.string("expected the path of a PEM file"),
  }).optional(),
  merge: z.number("expected milliseconds").min(0, "expected 0 to 500 ms").max(
    500,
    "expected 0 to 500 ms",
  ).default(DEFAULT_MERGE_MS),
  wait: z.number("expected seconds").min(0, "expected 0 to 3600 s").max(
    3600,
    "expected 0 to 3600 s",
  ).default(DEFAULT_WAIT_S),
});

/**
 * The `rtmp:` section. `port` and `tls.port` are tried in order; `merge` (ms) is how long media may
 * wait for company in one write; `wait` (s) is how long a player waits for a publisher, 0 refuses it
 * with `NetStream.Play.StreamNotFound`.
 */
export type RtmpOptions = z.output<typeof schema>;

/** @throws {ConfigError} */
export function parseOptions(raw: unknown): RtmpOptions {
  return parseSection(schema, raw);
}
