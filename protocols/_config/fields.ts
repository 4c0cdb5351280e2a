/**
 * Settings that mean the same in every section.
 *
 * @module
 */

import { z } from "zod";

/** Ports that are tried in order, or `false` for none; 0 takes a free one. */
export type Ports = false | readonly number[];

/** The `tls:` part of a section. */
export interface TlsSection {
  readonly port: Ports;
  /** Certificate chain: PEM text, or the path of a file that holds it. */
  readonly cert: string;
  /** Private key, likewise. */
  readonly key: string;
}

const MAX_MERGE_MS = 500;
const PORT_RANGE = "expected a port from 0 to 65535";

const port = z.int("expected a port number").min(0, PORT_RANGE).max(65_535, PORT_RANGE);

/** One port, several that are tried in order, or `false` for none; 0 takes a free one. */
export const ports = z.union(
  [z.literal(false), port, z.array(port).min(1, "expected one port or more")],
  "expected a port, a list of ports, or false",
).transform((value) => typeof value === "number" ? [value] : value);

/** An address to listen on; that of the gateway when absent. */
export const host = z.string("expected an address").min(1, "expected an address").optional();

const pem = z.string("expected a file path or PEM text").min(1, "expected a file path or PEM text");

/** What a TLS listener needs beside its port: PEM text, or the paths of files that hold it. */
export const certificate = { cert: pem, key: pem };

/**
 * Pictures that come 30 or fewer times a second go out at once, with the sounds since the last one; of
 * 50 or more, two share a write. With 36 or more, where two of 30 would, CPU halves, but the first of
 * the two waits 33 ms for the second, and of a thousand players on one core some are more than 50 ms
 * late (see `docs/performance.md`).
 */
const DEFAULT_MERGE_MS = 30;

/** Longest time in milliseconds that media waits for more to share a write with. */
export const merge = z.number("expected milliseconds").min(0, "expected 0 to 500 ms")
  .max(MAX_MERGE_MS, "expected 0 to 500 ms").default(DEFAULT_MERGE_MS);

/** A number of seconds up to `max`. */
export function seconds(max: number): z.ZodNumber {
  const range = `expected 0 to ${max} s`;
  return z.number("expected seconds").min(0, range).max(max, range);
}
