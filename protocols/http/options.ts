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
import { DEFAULT_ADMISSION_LIMITS } from "../_transport/admission.ts";
import { ANY_ORIGIN } from "./cors.ts";
import { type HlsSection, hlsSection } from "./hls/options.ts";

const DEFAULT_HTTP_PORT = 8080;
const DEFAULT_HTTPS_PORT = 8443;

/** Seconds that `?wait=` may ask for at most, unless the settings say otherwise. */
const DEFAULT_WAIT_LIMIT = 60;
const MAX_WAIT_LIMIT = 3600;

const origin = z.string("expected an origin such as https://example.org, or *").refine(
  (value) => value === ANY_ORIGIN || (URL.canParse(value) && new URL(value).origin === value),
  "expected an origin such as https://example.org, or *",
);

/** Parses the `http:` section into {@linkcode HttpOptions}. */
export const httpOptionsSchema = z.strictObject({
  port: ports.default([DEFAULT_HTTP_PORT]),
  host,
  tls: z.strictObject({ port: ports.default([DEFAULT_HTTPS_PORT]), ...certificate }).optional(),
  merge,
  cors: z.union([origin, z.array(origin)], {
    error: "expected an origin such as https://example.org, a list of them, or *",
  }).default(ANY_ORIGIN),
  waitLimit: seconds(MAX_WAIT_LIMIT).default(DEFAULT_WAIT_LIMIT),
  maxViewers: z.int("expected a number").min(1, "expected 1 or more")
    .default(DEFAULT_ADMISSION_LIMITS.total),
  maxViewersPerAddress: z.int("expected a number").min(1, "expected 1 or more")
    .default(DEFAULT_ADMISSION_LIMITS.perAddress),
  hls: hlsSection.prefault({}),
});

/** The `http:` section. */
export interface HttpOptions {
  readonly port: Ports;
  readonly host?: string | undefined;
  /** Serves HTTPS too. */
  readonly tls?: TlsSection | undefined;
  /** Longest time in milliseconds that media waits for more to share a write with. */
  readonly merge: number;
  /** Origins whose pages may use the gateway. */
  readonly cors: string | readonly string[];
  /** Most seconds that a viewer may wait for a stream with `?wait=`. */
  readonly waitLimit: number;
  /** Most viewers at a time, in all. */
  readonly maxViewers: number;
  /** Most viewers at a time from one address. */
  readonly maxViewersPerAddress: number;
  readonly hls: HlsSection;
}
