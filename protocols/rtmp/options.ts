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

/** How long a player waits for a publisher, in seconds, unless `wait` says otherwise. */
const DEFAULT_WAIT_S = 30;

const MAX_WAIT_S = 3600;

export const rtmpOptionsSchema = z.strictObject({
  port: ports.default([1935]),
  host,
  tls: z.strictObject({ port: ports.default([1936]), ...certificate }).optional(),
  merge,
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
