import { z } from "zod";
import { certificate, host, merge, ports, seconds } from "../_config/fields.ts";
import { parseSection } from "../protocol.ts";

/**
 * Default of `merge`: the longest that keeps the 99th percentile of latency under 50 ms with a
 * thousand players on one core (see `scripts/bench.ts`).
 */
export const DEFAULT_MERGE_MS = 30;

/** How long a player waits for a publisher, in seconds, unless `wait` says otherwise. */
const DEFAULT_WAIT_S = 30;

const MAX_WAIT_S = 3600;

const schema = z.strictObject({
  port: ports.default([1935]),
  host,
  tls: z.strictObject({ port: ports.default([1936]), ...certificate }).optional(),
  merge: merge.default(DEFAULT_MERGE_MS),
  wait: seconds(MAX_WAIT_S).default(DEFAULT_WAIT_S),
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
