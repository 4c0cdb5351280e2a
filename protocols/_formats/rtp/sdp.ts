/**
 * Session descriptions as devices write them: RFC 8866, with the attributes of RFC 2326 appendix C.
 *
 * @module
 */
import type { TrackKind } from "../../../registry/media/track.ts";
import type { MediaFormat } from "./payload/format.ts";
import { STATIC_PAYLOAD_TYPES } from "./payload/formats.ts";
import { clockRateOf, guessFormat } from "./sdp_defaults.ts";
import { type MediaLevel, readDocument, type RtpAttribute, type SdpLevel } from "./sdp_document.ts";

/** Payload types have seven bits. */
const MAX_PAYLOAD_TYPE = 127;
const MAX_CLOCK_RATE = 10_000_000;
const MAX_CHANNELS = 255;
const MAX_PORT = 0xffff;

export type SdpDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

export interface SdpConnection {
  /** An address, or the name of a host. */
  readonly address: string;
  /** Of multicast. */
  readonly ttl?: number;
}

/** One `m=` section, with the one payload type of it that is understood best. */
export interface MediaDescription extends MediaFormat {
  readonly kind: TrackKind;
  readonly payloadType: number;
  /** As written; absent where the device has one track and no control. */
  readonly control?: string;
  /** As written. By ONVIF it is that of the client: `sendonly` is a back channel to the device. */
  readonly direction?: SdpDirection;
  /** 0 where it is left to SETUP. */
  readonly port: number;
  /** That of the session where the media has none. */
  readonly connection?: SdpConnection;
  /** Bits per second. */
  readonly bandwidth?: number;
}

export interface SessionDescription {
  readonly title?: string;
  /** The URL of the whole; `*` is the base. */
  readonly control?: string;
  /** The value of a Range header. */
  readonly range?: string;
  readonly medias: readonly MediaDescription[];
}

/**
 * Reads a session description. Lines that are broken, and medias that are no RTP or name no format,
 * are left out; what a device got wrong and only one thing can be meant by is put right.
 *
 * @throws {SdpError} when it is no description, or over a limit.
 */
export function parseSdp(text: string): SessionDescription {
  const document = readDocument(text);
  const title = document.name === undefined ? "" : String(document.name).trim();
  const control = readText(document.control);
  const range = readRange(document) ?? document.media.map(readRange).find((value) => value);
  return {
    ...(title !== "" && title !== "-" && { title }),
    ...(control !== undefined && { control }),
    ...(range !== undefined && { range }),
    medias: document.media.map((media) => readMedia(media, document))
      .filter((media) => media !== undefined),
  };
}

function readText(value: string | number | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : String(value);
}

/** A number of digits up to `max`. */
function readNumber(value: string | number | undefined, max: number): number | undefined {
  const text = String(value ?? "");
  return /^\d{1,10}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}

function readRange({ invalid = [] }: SdpLevel): string | undefined {
  return invalid.map(({ value }) => /^range:(.+)$/.exec(String(value))?.[1])
    .find((range) => range !== undefined);
}

const KINDS: Readonly<Record<string, TrackKind>> = { video: "video", audio: "audio" };

function readMedia(media: MediaLevel, session: SdpLevel): MediaDescription | undefined {
  const kind = KINDS[String(media.type).toLowerCase()] ?? "data";
  const isRtp = String(media.protocol).toUpperCase().includes("RTP");
  const format = isRtp ? readFormat(media, kind) : undefined;
  if (format === undefined) return undefined;
  const control = readText(media.control);
  const direction = readDirection(media) ?? readDirection(session);
  const connection = readConnection(media) ?? readConnection(session);
  const bandwidth = readBandwidth(media);
  return {
    kind,
    ...format,
    ...(control !== undefined && { control }),
    ...(direction !== undefined && { direction }),
    port: readNumber(media.port, MAX_PORT) ?? 0,
    ...(connection !== undefined && { connection }),
    ...(bandwidth !== undefined && { bandwidth }),
  };
}

type ReadFormat = MediaFormat & { readonly payloadType: number };

/** The first payload type of the `m=` line that has a format. */
function readFormat(media: MediaLevel, kind: TrackKind): ReadFormat | undefined {
  const listed = String(media.payloads ?? "").split(" ")
    .map((text) => readNumber(text, MAX_PAYLOAD_TYPE))
    .filter((payloadType) => payloadType !== undefined);
  for (const payloadType of listed) {
    const format = formatOf(media, kind, payloadType, listed.length === 1);
    if (format !== undefined) return format;
  }
  return undefined;
}

function formatOf(
  media: MediaLevel,
  kind: TrackKind,
  payloadType: number,
  isOnly: boolean,
): ReadFormat | undefined {
  const rtp = findAttribute(media.rtp, payloadType, isOnly);
  const fmtp = readText(findAttribute(media.fmtp, payloadType, isOnly)?.config);
  const known = STATIC_PAYLOAD_TYPES.get(payloadType) ?? guessFormat(fmtp ?? "");
  const map = rtp === undefined ? known : readRtpMap(rtp, kind);
  return map && { ...map, payloadType, ...(fmtp !== undefined && { fmtp }) };
}

/**
 * Deviation: where a media has one payload type and one attribute, they belong together also when
 * their numbers differ. Hikvision writes the fmtp of AAC with another number than its rtpmap.
 */
function findAttribute<T extends { readonly payload: string | number }>(
  attributes: readonly T[],
  payloadType: number,
  isOnly: boolean,
): T | undefined {
  return attributes.find(({ payload }) => payload === payloadType) ??
    (isOnly && attributes.length === 1 ? attributes[0] : undefined);
}

function readRtpMap(rtp: RtpAttribute, kind: TrackKind): MediaFormat | undefined {
  const encoding = String(rtp.codec);
  if (encoding === "") return undefined;
  const rate = readNumber(rtp.rate, MAX_CLOCK_RATE);
  const channels = readNumber(rtp.encoding, MAX_CHANNELS);
  return {
    encoding,
    clockRate: clockRateOf(encoding, kind === "audio", rate === 0 ? undefined : rate),
    ...(channels !== undefined && channels > 0 && { channels }),
  };
}

const DIRECTIONS: readonly SdpDirection[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

function readDirection({ direction }: SdpLevel): SdpDirection | undefined {
  return DIRECTIONS.find((known) => known === direction);
}

/** `0.0.0.0` says nothing, and most devices say it. */
function readConnection({ connection }: SdpLevel): SdpConnection | undefined {
  const [address = "", ttl] = String(connection?.ip ?? "").split("/");
  if (address === "" || address === "0.0.0.0" || address === "::") return undefined;
  const hops = readNumber(ttl, 255);
  return { address, ...(hops !== undefined && { ttl: hops }) };
}

/** Bits per second in one unit of each modifier (RFC 8866 section 5.8, RFC 3890). */
const BANDWIDTH_UNITS: Readonly<Record<string, number>> = { AS: 1000, TIAS: 1 };

function readBandwidth({ bandwidth = [] }: SdpLevel): number | undefined {
  for (const { type, limit } of bandwidth) {
    const value = readNumber(limit, Number.MAX_SAFE_INTEGER);
    const unit = BANDWIDTH_UNITS[type];
    if (value !== undefined && value > 0 && unit !== undefined) return value * unit;
  }
  return undefined;
}
