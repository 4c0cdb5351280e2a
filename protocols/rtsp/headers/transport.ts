/**
 * The Transport header: RFC 2326 section 12.39, with `dest_addr` and `src_addr` of RFC 7826
 * section 18.54.
 *
 * @module
 */
import { RtspHeaderError } from "../errors.ts";
import { parseDecimal, parseParameter, present, splitList } from "./syntax.ts";

const HEADER = "Transport";
const MAX_PORT = 0xffff;
const MAX_CHANNEL = 0xff;
const MAX_TTL = 0xff;

/** Clients offer up to four: UDP, multicast, TCP, each at most in two profiles. */
const MAX_ALTERNATIVES = 16;

/** Two ports or two interleaved channels. */
export interface Pair {
  readonly rtp: number;
  readonly rtcp: number;
}

/** RTP without encryption, over UDP or in the RTSP connection. */
export interface RtpTransport {
  readonly type: "rtp";
  readonly profile: "AVP" | "AVPF";
  readonly lower: "udp" | "tcp";
  readonly delivery: "unicast" | "multicast";
  readonly destination?: string;
  readonly source?: string;
  readonly clientPort?: Pair;
  readonly serverPort?: Pair;
  /** Of multicast. */
  readonly port?: Pair;
  readonly ttl?: number;
  readonly interleaved?: Pair;
  readonly ssrc?: number;
  readonly mode?: "play" | "record";
  /** `host:port` for RTP and for RTCP; a host may be empty. */
  readonly destAddr?: readonly string[];
  readonly srcAddr?: readonly string[];
}

/** Anything else: SRTP, MPEG-TS without RTP, what a vendor made up. */
export interface OtherTransport {
  readonly type: "other";
  /** `RTP/SAVP`, as written. */
  readonly spec: string;
}

export type Transport = RtpTransport | OtherTransport;

/**
 * Reads the alternatives of a Transport header, best first. Unknown parameters are left out.
 *
 * @throws {RtspHeaderError} when it names no transport, too many, or a port that cannot be.
 */
export function parseTransports(value: string): readonly Transport[] {
  const alternatives = splitList(value, ",");
  if (alternatives.length === 0) throw new RtspHeaderError(HEADER, "it names no transport");
  if (alternatives.length > MAX_ALTERNATIVES) {
    throw new RtspHeaderError(HEADER, `it names more than ${MAX_ALTERNATIVES} transports`);
  }
  return alternatives.map(parseAlternative);
}

/**
 * Reads the one transport of a response.
 *
 * @throws {RtspHeaderError}
 */
export function parseTransport(value: string): Transport {
  const [transport] = parseTransports(value);
  if (transport === undefined) throw new RtspHeaderError(HEADER, "it names no transport");
  return transport;
}

const ANY_SPEC = /^[\w.+-]+(?:\/[\w.+-]+)*$/;
const SPEC = /^RTP\/(AVPF?)(?:\/(UDP|TCP))?$/i;

function parseAlternative(text: string): Transport {
  const [spec = "", ...rest] = splitList(text, ";");
  if (spec === "") throw new RtspHeaderError(HEADER, "it names no transport");
  if (!ANY_SPEC.test(spec)) {
    throw new RtspHeaderError(HEADER, `${JSON.stringify(spec.slice(0, 20))} is no transport`);
  }
  const match = SPEC.exec(spec);
  if (match === null) return { type: "other", spec };
  const parameters = new Map<string, string>();
  for (const { name, value = "" } of rest.map(parseParameter)) {
    if (!parameters.has(name)) parameters.set(name, value);
  }
  return present({
    type: "rtp" as const,
    profile: match[1]?.toUpperCase() === "AVPF" ? "AVPF" as const : "AVP" as const,
    lower: match[2]?.toUpperCase() === "TCP" ? "tcp" as const : "udp" as const,
    // Deviation: multicast is the default of RFC 2326, but who leaves both words out means unicast.
    delivery: parameters.has("multicast") ? "multicast" as const : "unicast" as const,
    ...readParameters(parameters),
  });
}

type Parameters = {
  readonly [K in Exclude<keyof RtpTransport, "type" | "profile" | "lower" | "delivery">]:
    | RtpTransport[K]
    | undefined;
};

function readParameters(parameters: ReadonlyMap<string, string>): Parameters {
  const read = <T>(name: string, parse: (value: string, name: string) => T): T | undefined => {
    const value = parameters.get(name);
    return value === undefined ? undefined : parse(value, name);
  };
  return {
    destination: read("destination", parseHost),
    source: read("source", parseHost),
    clientPort: read("client_port", parsePorts),
    serverPort: read("server_port", parsePorts),
    port: read("port", parsePorts),
    ttl: read("ttl", (value) => parseDecimal(value, MAX_TTL)),
    interleaved: read("interleaved", parseChannels),
    ssrc: read("ssrc", parseSsrc),
    mode: read("mode", parseMode),
    destAddr: read("dest_addr", parseAddresses),
    srcAddr: read("src_addr", parseAddresses),
  };
}

/** Names and addresses, with a port or without; nothing that could end a value. */
const HOST = /^[\w.:%[\]-]*$/;

/** Some servers write an empty `source=`. */
function parseHost(value: string): string | undefined {
  return value !== "" && HOST.test(value) ? value : undefined;
}

function parsePair(value: string, name: string, max: number): Pair {
  const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(value);
  const rtp = Number(match?.[1]);
  const rtcp = match?.[2] === undefined ? rtp + 1 : Number(match[2]);
  if (match === null || rtp > max || rtcp > max) {
    throw new RtspHeaderError(HEADER, `${name} is ${JSON.stringify(value.slice(0, 20))}`);
  }
  return { rtp, rtcp };
}

/** Cameras write port 0 for ports that they do not use; it is taken as absent. */
function parsePorts(value: string, name: string): Pair | undefined {
  const pair = parsePair(value, name, MAX_PORT);
  return pair.rtp === 0 ? undefined : pair;
}

function parseChannels(value: string, name: string): Pair {
  return parsePair(value, name, MAX_CHANNEL);
}

/**
 * Eight hexadecimal digits by the RFC; devices leave zeros out, put `0x` in front, or write a list.
 * What is no such number is ignored: the packets tell.
 */
function parseSsrc(value: string): number | undefined {
  const match = /^(?:0x)?([0-9a-f]{1,8})(?:\/.*)?$/i.exec(value);
  return match?.[1] === undefined ? undefined : parseInt(match[1], 16);
}

/** FFmpeg before version 4 published with `mode=receive`. */
function parseMode(value: string): "play" | "record" | undefined {
  const mode = value.toLowerCase();
  if (/\b(?:record|receive)\b/.test(mode)) return "record";
  return /\bplay\b/.test(mode) ? "play" : undefined;
}

/** `"host:port"/"host:port"`; one alone came without its quotes. */
function parseAddresses(value: string): readonly string[] | undefined {
  const addresses = value.replaceAll('"', "").split("/").map((address) => address.trim());
  return addresses.every((address) => HOST.test(address)) ? addresses : undefined;
}

/** Writes one transport, or several alternatives joined by commas. */
export function writeTransport(...transports: readonly Transport[]): string {
  return transports.map(writeAlternative).join(",");
}

function writeAlternative(transport: Transport): string {
  if (transport.type === "other") return transport.spec;
  const { profile, lower, delivery } = transport;
  const spec = `RTP/${profile}${lower === "tcp" ? "/TCP" : ""}`;
  const parameters = PARAMETER_WRITERS
    .map((write) => write(transport))
    .filter((text) => text !== undefined);
  return [spec, delivery, ...parameters].join(";");
}

type ParameterWriter = (transport: RtpTransport) => string | undefined;

function parameterWriter<K extends keyof RtpTransport>(
  key: K,
  write: (value: Exclude<RtpTransport[K], undefined>) => string,
): ParameterWriter {
  return (transport) => {
    const value = transport[key];
    return value === undefined ? undefined : write(value as Exclude<RtpTransport[K], undefined>);
  };
}

/** In the order in which servers write them, which old clients rely on. */
const PARAMETER_WRITERS: readonly ParameterWriter[] = [
  parameterWriter("destination", (host) => `destination=${host}`),
  parameterWriter("source", (host) => `source=${host}`),
  parameterWriter("clientPort", ({ rtp, rtcp }) => `client_port=${rtp}-${rtcp}`),
  parameterWriter("serverPort", ({ rtp, rtcp }) => `server_port=${rtp}-${rtcp}`),
  parameterWriter("port", ({ rtp, rtcp }) => `port=${rtp}-${rtcp}`),
  parameterWriter("ttl", (ttl) => `ttl=${ttl}`),
  parameterWriter("interleaved", ({ rtp, rtcp }) => `interleaved=${rtp}-${rtcp}`),
  parameterWriter("ssrc", (ssrc) => `ssrc=${ssrc.toString(16).toUpperCase().padStart(8, "0")}`),
  parameterWriter("mode", (mode) => `mode=${mode}`),
  parameterWriter("destAddr", (addresses) => `dest_addr=${quoteAddresses(addresses)}`),
  parameterWriter("srcAddr", (addresses) => `src_addr=${quoteAddresses(addresses)}`),
];

function quoteAddresses(addresses: readonly string[]): string {
  return addresses.map((address) => `"${address}"`).join("/");
}
