import { z } from "zod";
import { host, type Ports, ports, seconds } from "../_config/fields.ts";
import type { Address } from "../_transport/transport.ts";
import type { TurnServer } from "./transport/turn_transactions.ts";
import { parseSection } from "../protocol.ts";

/** All sessions share one port: the others are tried when it is taken. */
const DEFAULT_PORTS = [8189, 8190, 8191, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199];

const DEFAULT_MAX_SESSIONS = 2000;
const MAX_SESSIONS = 65_535;

/** Seconds of silence after which a peer is gone. */
const DEFAULT_TIMEOUT_S = 15;
const MAX_TIMEOUT_S = 300;

/** Seconds that a viewer may ask to wait for a stream at most. */
const DEFAULT_WAIT_LIMIT_S = 60;
const MAX_WAIT_LIMIT_S = 3600;

const DEFAULT_MAX_PEERS = 1000;

const EXPECTED_URL = "expected a URL such as stun:stun.example.org:3478";

/** What a header can hold: peers are told of servers in `Link`. */
const url = z.string(EXPECTED_URL).regex(/^(?:stun|turns?):[!-;=?-~]+$/, EXPECTED_URL);
const headerText = z.string("expected a text").regex(/^[ -~]*$/, "expected printable ASCII");

const iceServer = z.strictObject({
  urls: z.union([url, z.array(url).min(1)], "expected a URL or a list of them")
    .transform((value) => typeof value === "string" ? [value] : value),
  username: headerText.optional(),
  credential: headerText.optional(),
});

/** Parses the `webrtc:` section into {@linkcode WebRtcOptions}. */
export const webRtcOptionsSchema = z.strictObject({
  port: ports.default(DEFAULT_PORTS),
  host,
  tcp: z.boolean("expected true or false").default(true),
  publicHosts: z.array(z.string("expected an address or a host name").min(1)).default([]),
  iceServers: z.array(iceServer).default([]),
  timeout: seconds(MAX_TIMEOUT_S).default(DEFAULT_TIMEOUT_S),
  waitLimit: seconds(MAX_WAIT_LIMIT_S).default(DEFAULT_WAIT_LIMIT_S),
  maxSessions: z.int("expected a number").min(1, "expected 1 or more").max(MAX_SESSIONS)
    .default(DEFAULT_MAX_SESSIONS),
  signaling: z.strictObject({
    enabled: z.boolean("expected true or false").default(true),
    port: ports.default(false),
    maxPeers: z.int("expected a number").min(1, "expected 1 or more").default(DEFAULT_MAX_PEERS),
  }).prefault({}),
});

/** A STUN or TURN server, as `RTCIceServer` of browsers has it. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

/** The `webrtc:` section. */
export interface WebRtcOptions {
  /** UDP ports of which the first that is free serves all peers; `false` turns the module off. */
  readonly port: Ports;
  readonly host?: string | undefined;
  /** Whether peers may also come over TCP, on the same number, where UDP does not get through. */
  readonly tcp: boolean;
  /** Addresses or names under which the port can be reached from outside, as behind a NAT. */
  readonly publicHosts: readonly string[];
  /**
   * Told to peers; the first STUN server tells us our own public address too, and the first TURN server
   * over UDP relays for us.
   */
  readonly iceServers: readonly IceServer[];
  /** Seconds without a sign of life after which a peer is gone. */
  readonly timeout: number;
  /** Most seconds that `?wait=` may ask for. */
  readonly waitLimit: number;
  /** Most peers at a time. */
  readonly maxSessions: number;
  readonly signaling: SignalingSection;
}

/** The classic signaling server, and rooms over WebSocket. */
export interface SignalingSection {
  readonly enabled: boolean;
  /** A port of its own beside the HTTP port, as 8888. */
  readonly port: Ports;
  readonly maxPeers: number;
}

const STUN_PORT = 3478;

/** The first STUN server, which tells us the address that others see. */
export function stunServerOf({ iceServers }: WebRtcOptions): Address | undefined {
  const urls = iceServers.flatMap(({ urls }) => urls);
  const [, host, port] = urls.map((url) => STUN_URL.exec(url)).find((match) => match !== null) ??
    [];
  return host === undefined ? undefined : addressOf(host, port);
}

function addressOf(host: string, port: string | undefined): Address {
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port ?? STUN_PORT) };
}

/** The first TURN server that we can use ourselves: over UDP, with user and password. */
export function turnServerOf({ iceServers }: WebRtcOptions): TurnServer | undefined {
  for (const { urls, username, credential } of iceServers) {
    const [, host, port] = urls.map((url) => TURN_URL.exec(url)).find((match) => match !== null) ??
      [];
    if (host !== undefined && username !== undefined && credential !== undefined) {
      return { ...addressOf(host, port), username, credential };
    }
  }
  return undefined;
}

/** Whether a server relays, for whomever. */
export function isTurn(url: string): boolean {
  return /^turns?:/.test(url);
}

/** RFC 7064 section 3.1. */
const STUN_URL = /^stun:(\[[^\]]+\]|[^:?]+)(?::(\d{1,5}))?$/;

/** Over UDP (RFC 7065 section 3.1). */
const TURN_URL = /^turn:(\[[^\]]+\]|[^:?]+)(?::(\d{1,5}))?(?:\?transport=udp)?$/;

/** @throws {ConfigError} */
export function parseOptions(raw: unknown): WebRtcOptions {
  return parseSection(webRtcOptionsSchema, raw);
}
