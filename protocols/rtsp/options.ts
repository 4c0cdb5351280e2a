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

/** How long DESCRIBE waits for a publisher, in seconds, unless `wait` says otherwise. */
const DEFAULT_WAIT_S = 10;
const MAX_WAIT_S = 300;

/**
 * RTP has an even port and RTCP the next (RFC 3550 section 11). Where the usual pair is taken any
 * other does: SETUP tells clients which.
 */
const DEFAULT_RTP_PORTS = [8000, 0];

/** Of the range that is local to an organization, RFC 2365 section 6.2. */
const DEFAULT_GROUP = "239.192.42.1";
const DEFAULT_GROUP_PORT = 8002;
/** Hops: the routers of a site, not those behind it. */
const DEFAULT_TTL = 16;
const EXPECTED_TTL = "expected 1 to 255 hops";

const EXPECTED_PAIR = "expected an even port, a list of them, or false";

const evenPort = z.int("expected a port number").min(0, "expected a port from 0 on")
  .max(65_534, "expected a port up to 65534")
  .refine((port) => port % 2 === 0, "expected an even port: RTCP takes the next");

const userName = z.string().min(1).regex(/^[^:"]+$/, "expected a name without : and quotes");

export const rtspOptionsSchema = z.strictObject({
  port: ports.default([8554]),
  host,
  tls: z.strictObject({ port: ports.default([8322]), ...certificate }).optional(),
  rtpPort: z.union(
    [z.literal(false), evenPort, z.array(evenPort).min(1, EXPECTED_PAIR)],
    EXPECTED_PAIR,
  )
    .transform((value) => typeof value === "number" ? [value] : value).default(DEFAULT_RTP_PORTS),
  multicast: z.strictObject({
    enabled: z.boolean("expected true or false").default(false),
    group: z.ipv4("expected an IPv4 multicast address").refine(
      (address) => /^2(2[4-9]|3\d)\./.test(address),
      "expected an address from 224.0.0.0 to 239.255.255.255",
    ).default(DEFAULT_GROUP),
    port: evenPort.min(2, "expected a port from 2 on").default(DEFAULT_GROUP_PORT),
    ttl: z.int("expected a number of hops").min(1, EXPECTED_TTL).max(255, EXPECTED_TTL)
      .default(DEFAULT_TTL),
  }).prefault({}),
  realm: z.string("expected a text").min(1).default("Sluice"),
  users: z.record(userName, z.string("expected a password"), "expected names with passwords")
    .default({}),
  basic: z.boolean("expected true or false").default(false),
  register: z.boolean("expected true or false").default(false),
  merge,
  wait: seconds(MAX_WAIT_S).default(DEFAULT_WAIT_S),
});

/** The `rtsp:` section. */
export interface RtspOptions {
  readonly port: Ports;
  readonly host?: string | undefined;
  readonly tls?: TlsSection | undefined;
  /** Ports of RTP over UDP, RTCP on the next; `false` leaves only the connection itself. */
  readonly rtpPort: Ports;
  readonly multicast: MulticastOptions;
  readonly realm: string;
  /** Passwords by user. Where there are any, every request has to be signed by one of them. */
  readonly users: Readonly<Record<string, string>>;
  /** Whether a password may also come in the clear. */
  readonly basic: boolean;
  /** Whether a back-end may register its URLs as sources. */
  readonly register: boolean;
  /** Milliseconds that media may wait for company in one write. */
  readonly merge: number;
  /** Seconds that DESCRIBE waits for a publisher; 0 answers 404 at once. */
  readonly wait: number;
}

/** Streams to multicast groups: off unless turned on, since it sends to a whole network. */
export interface MulticastOptions {
  readonly enabled: boolean;
  /** Group of the first stream; each further stream takes the next address. */
  readonly group: string;
  /** Port of the first track; each further track takes the next even one. */
  readonly port: number;
  /** Hops that packets may take. */
  readonly ttl: number;
}

/** @throws {ConfigError} */
export function parseOptions(raw: unknown): RtspOptions {
  return parseSection(rtspOptionsSchema, raw);
}
