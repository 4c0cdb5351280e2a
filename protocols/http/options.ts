import { z } from "zod";
import { DEFAULT_ADMISSION_LIMITS } from "../_transport/admission.ts";
import { ANY_ORIGIN } from "./cors.ts";

export const DEFAULT_HTTP_PORT = 8080;
export const DEFAULT_HTTPS_PORT = 8443;

/** Milliseconds: long enough to halve the writes of a 50 fps stream, too short to be seen. */
export const DEFAULT_MERGE_MS = 30;

/** A player buffers about this much anyway; more would only be latency. */
const MAX_MERGE_MS = 500;

/** Seconds that `?wait=` may ask for at most, unless the settings say otherwise. */
const DEFAULT_WAIT_LIMIT = 60;
const MAX_WAIT_LIMIT = 3600;

const port = z.int("expected a port number").min(0, "expected a port from 0 to 65535")
  .max(65535, "expected a port from 0 to 65535");

/** One port, several that are tried in order, or none. 0 takes a free one. */
const ports = z.union([z.literal(false), port, z.array(port).min(1, "expected one port or more")], {
  error: "expected a port, a list of ports, or false",
});

/** PEM text, or the path of a file that holds it. */
const pem = z.string("expected a file path or PEM text").min(1, "expected a file path or PEM text");

const origin = z.string("expected an origin such as https://example.org, or *").refine(
  (value) => value === ANY_ORIGIN || (URL.canParse(value) && new URL(value).origin === value),
  "expected an origin such as https://example.org, or *",
);

/** The `http` section of the configuration. */
export const httpOptionsSchema = z.strictObject({
  port: ports.default(DEFAULT_HTTP_PORT),
  /** Address to listen on; that of the gateway when absent. */
  host: z.string("expected an address").min(1, "expected an address").optional(),
  /** Serves HTTPS too. */
  tls: z.strictObject({ port: ports.default(DEFAULT_HTTPS_PORT), cert: pem, key: pem }).optional(),
  /** Longest time in milliseconds that media waits for more to share a write with. */
  merge: z.number("expected milliseconds from 0 to 500").min(0, "expected 0 to 500 ms")
    .max(MAX_MERGE_MS, "expected 0 to 500 ms").default(DEFAULT_MERGE_MS),
  /** Origins whose pages may use the gateway. */
  cors: z.union([origin, z.array(origin)], {
    error: "expected an origin such as https://example.org, a list of them, or *",
  }).default(ANY_ORIGIN),
  /** Most seconds that a viewer may wait for a stream with `?wait=`. */
  waitLimit: z.number("expected seconds").min(0, "expected 0 to 3600 s")
    .max(MAX_WAIT_LIMIT, "expected 0 to 3600 s").default(DEFAULT_WAIT_LIMIT),
  /** Most viewers at a time, in all and from one address. */
  maxViewers: z.int("expected a number").min(1, "expected 1 or more")
    .default(DEFAULT_ADMISSION_LIMITS.total),
  maxViewersPerAddress: z.int("expected a number").min(1, "expected 1 or more")
    .default(DEFAULT_ADMISSION_LIMITS.perAddress),
});

export type HttpOptions = z.output<typeof httpOptionsSchema>;
