import { z } from "zod";
import {
  certificate,
  host,
  merge,
  type Ports,
  ports,
  seconds,
  type TlsSection,
} from "../_config/fields.ts";
import { parseSection } from "../protocol.ts";

/**
 * Default of `merge`, in milliseconds: pictures that come 30 or fewer times a second go out at once,
 * with the sounds since the last one; of 50 or more, two share a write. With 40, where two of 30
 * would, CPU halves, but of a thousand players on one core some are more than 50 ms late (see
 * `docs/performance.md`).
 */
export const DEFAULT_MERGE_MS = 30;

/** How long a player waits for a publisher, in seconds, unless `wait` says otherwise. */
const DEFAULT_WAIT_S = 30;

const MAX_WAIT_S = 3600;

export const rtmpOptionsSchema = z.strictObject({
  port: ports.default([1935]),
  host,
  tls: z.strictObject({ port: ports.default([1936]), ...certificate }).optional(),
  merge: merge.default(DEFAULT_MERGE_MS),
  wait: seconds(MAX_WAIT_S).default(DEFAULT_WAIT_S),
});

/** The `rtmp:` section. */
export interface RtmpOptions {
  readonly port: Ports;
  readonly host?: string | undefined;
  readonly tls?: TlsSection | undefined;
  /** Milliseconds that media may wait for company in one write. */
  readonly merge: number;
  /**
   * Seconds that a player waits for a publisher; 0 refuses it with `NetStream.Play.StreamNotFound`.
   */
  readonly wait: number;
}

/** @throws {ConfigError} */
export function parseOptions(raw: unknown): RtmpOptions {
  return parseSection(rtmpOptionsSchema, raw);
}
