/**
 * SDP text from and to the plain objects of the package `sdp-transform`: RFC 8866. The package has
 * no types, and gives a number wherever a text looks like one.
 *
 * @module
 */
import { parse, write } from "sdp-transform";
import { SdpError } from "./sdp_errors.ts";

/** Descriptions of many tracks, each with parameter sets, stay below ten thousand characters. */
export const MAX_SDP_LENGTH = 64 * 1024;

/** More than any device has; each costs a SETUP. */
export const MAX_MEDIAS = 32;

type Scalar = string | number;

export interface RtpAttribute {
  readonly payload: Scalar;
  readonly codec: Scalar;
  readonly rate?: Scalar;
  /** The channels of audio, by the package's name for them. */
  readonly encoding?: Scalar;
}

export interface FmtpAttribute {
  readonly payload: Scalar;
  readonly config: Scalar;
}

/** What may stand at the level of the session and of a media. */
export interface SdpLevel {
  readonly control?: Scalar;
  readonly connection?: { readonly version: Scalar; readonly ip: Scalar };
  readonly bandwidth?: readonly { readonly type: string; readonly limit: Scalar }[];
  readonly direction?: string;
  /** Attributes that the package does not know, as they are: `range:npt=now-`. */
  readonly invalid?: readonly { readonly value: Scalar }[];
}

export interface MediaLevel extends SdpLevel {
  /** The `m=` line; absent where it was malformed. */
  readonly type?: Scalar;
  readonly port?: Scalar;
  readonly protocol?: Scalar;
  readonly payloads?: Scalar;
  readonly rtp: readonly RtpAttribute[];
  readonly fmtp: readonly FmtpAttribute[];
}

export interface SdpDocument extends SdpLevel {
  readonly origin?: {
    readonly username: string;
    readonly sessionId: Scalar;
    readonly sessionVersion: Scalar;
    readonly netType: string;
    readonly ipVer: Scalar;
    readonly address: string;
  };
  readonly name?: Scalar;
  readonly timing?: { readonly start: number; readonly stop: number };
  readonly media: readonly MediaLevel[];
}

const LINE = /^([a-z]) ?= ?(.*)$/;

/** Lines that are read; devices write others, and the rest of these, in ways of their own. */
const READ_LINES: ReadonlySet<string> = new Set(["v", "s", "c", "b", "m", "a"]);

const READ_ATTRIBUTES: ReadonlySet<string> = new Set([
  "rtpmap",
  "fmtp",
  "control",
  "range",
  "sendrecv",
  "sendonly",
  "recvonly",
  "inactive",
]);

/**
 * Reads SDP text. Lines that are broken or mean nothing here are left out; so is what a line has
 * too much of: tabs, spaces, NULs behind the end, the count of ports.
 *
 * @throws {SdpError} when it is too long, has no line of SDP, or too many medias.
 */
export function readDocument(text: string): SdpDocument {
  if (text.length > MAX_SDP_LENGTH) {
    throw new SdpError(`it is longer than ${MAX_SDP_LENGTH} characters`, MAX_SDP_LENGTH);
  }
  const lines = text.split(/[\r\n\0]+/).map(tidyLine).filter((line) => line !== undefined);
  if (lines.length === 0) throw new SdpError("it has no line of SDP");
  const medias = lines.filter((line) => line.startsWith("m=")).length;
  if (medias > MAX_MEDIAS) throw new SdpError(`it has more than ${MAX_MEDIAS} medias`, MAX_MEDIAS);
  const document: SdpDocument = parse(lines.join("\r\n"));
  return document;
}

function tidyLine(line: string): string | undefined {
  const match = LINE.exec(line.replace(/[\s\ufeff]+/g, " ").trim());
  const [, type = "", value = ""] = match ?? [];
  if (!READ_LINES.has(type)) return undefined;
  if (type === "a") return tidyAttribute(value);
  return `${type}=${type === "m" ? tidyMedia(value) : value}`;
}

function tidyAttribute(value: string): string | undefined {
  const colon = value.indexOf(":");
  const name = (colon === -1 ? value : value.slice(0, colon)).trim().toLowerCase();
  if (!READ_ATTRIBUTES.has(name)) return undefined;
  return colon === -1 ? `a=${name}` : `a=${name}:${value.slice(colon + 1).trim()}`;
}

/** `49170/2` is a port and a count of ports. */
function tidyMedia(value: string): string {
  return value.replace(/^(\w+ \d+)\/\d+ /, "$1 ");
}

/** Writes SDP text with CRLF. Values must not have line breaks. */
export function writeDocument(document: SdpDocument): string {
  const text: string = write(document);
  return text;
}
