/**
 * Session descriptions as devices write them: RFC 8866, with the attributes of RFC 2326 appendix C.
 *
 * @module
 */
import type { TrackKind } from "../../../registry/media/track.ts";
import type { MediaFormat } from "./payload/format.ts";
import { STATIC_PAYLOAD_TYPES } from "./payload/formats.ts";
import { clockRateOf, guessFormat } from "./sdp_defaults.ts";
import { readDocument, type SdpSection } from "./sdp_document.ts";

/** Payload types have seven bits. */
const MAX_PAYLOAD_TYPE = 127;
const MAX_CLOCK_RATE = 10_000_000;
const MAX_CHANNELS = 255;
const MAX_PORT = 0xffff;
const MAX_TTL = 255;

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
  const { session, medias } = readDocument(text);
  const title = session.values("s")[0] ?? "";
  const control = readControl(session);
  const range = [session, ...medias].flatMap((section) => section.attributes("range"))[0];
  return {
    ...(title !== "" && title !== "-" && { title }),
    ...(control !== undefined && { control }),
    ...(range !== undefined && { range }),
    medias: medias.map((media) => readMedia(media, session))
      .filter((media) => media !== undefined),
  };
}

/** A number of digits up to `max`. */
function readNumber(text: string | undefined, max: number): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= max
    ? Number(text)
    : undefined;
}

const KINDS: ReadonlyMap<string, TrackKind> = new Map([["video", "video"], ["audio", "audio"]]);

/** The port may have a count of ports behind it. */
const MEDIA = /^(\S+) (\d+)(?:\/\d+)? (\S+) (.+)$/;

function readMedia(media: SdpSection, session: SdpSection): MediaDescription | undefined {
  const [, type = "", port, protocol = "", payloadTypes = ""] =
    MEDIA.exec(media.values("m")[0] ?? "") ?? [];
  const kind = KINDS.get(type.toLowerCase()) ?? "data";
  const isRtp = protocol.toUpperCase().includes("RTP");
  const format = isRtp ? readFormat(media, kind, payloadTypes) : undefined;
  if (format === undefined) return undefined;
  const control = readControl(media);
  const direction = readDirection(media) ?? readDirection(session);
  const connection = readConnection(media) ?? readConnection(session);
  const bandwidth = readBandwidth(media);
  return {
    kind,
    ...format,
    ...(control !== undefined && { control }),
    ...(direction !== undefined && { direction }),
    port: readNumber(port, MAX_PORT) ?? 0,
    ...(connection !== undefined && { connection }),
    ...(bandwidth !== undefined && { bandwidth }),
  };
}

function readControl(section: SdpSection): string | undefined {
  const [control = ""] = section.attributes("control");
  return control === "" ? undefined : control;
}

type ReadFormat = MediaFormat & { readonly payloadType: number };

/** Values of `a=rtpmap` or `a=fmtp` by payload type, without it. */
type Numbered = ReadonlyMap<number, string>;

/** The first payload type of the `m=` line that has a format. */
function readFormat(
  media: SdpSection,
  kind: TrackKind,
  payloadTypes: string,
): ReadFormat | undefined {
  const listed = new Set(
    payloadTypes.split(" ").map((text) => readNumber(text, MAX_PAYLOAD_TYPE))
      .filter((payloadType) => payloadType !== undefined),
  );
  const rtpmaps = readNumbered(media.attributes("rtpmap"));
  const fmtps = readNumbered(media.attributes("fmtp"));
  for (const payloadType of listed) {
    const rtpmap = findNumbered(rtpmaps, payloadType, listed.size === 1);
    const fmtp = findNumbered(fmtps, payloadType, listed.size === 1);
    const map = readRtpMap(rtpmap, kind) ?? STATIC_PAYLOAD_TYPES.get(payloadType) ??
      guessFormat(fmtp ?? "");
    if (map !== undefined) return { ...map, payloadType, ...(fmtp !== undefined && { fmtp }) };
  }
  return undefined;
}

function readNumbered(attributes: readonly string[]): Numbered {
  const matches = attributes.map((text) => /^(\d+) (.+)$/.exec(text));
  return new Map(
    matches.filter((match) => match !== null)
      .map(([, payloadType, value = ""]) => [Number(payloadType), value]),
  );
}

/**
 * Deviation: where a media has one payload type and one attribute, they belong together also when
 * their numbers differ. Hikvision writes the fmtp of AAC with another number than its rtpmap.
 */
function findNumbered(
  attributes: Numbered,
  payloadType: number,
  isOnly: boolean,
): string | undefined {
  const [first] = attributes.values();
  return attributes.get(payloadType) ?? (isOnly && attributes.size === 1 ? first : undefined);
}

/** Encoding names are tokens; one becomes the name of a codec. */
const RTPMAP = /^([\w.+-]{1,64})(?: ?\/ ?(\d+))?(?: ?\/ ?(\d+))?/;

function readRtpMap(rtpmap: string | undefined, kind: TrackKind): MediaFormat | undefined {
  const match = RTPMAP.exec(rtpmap ?? "");
  const encoding = match?.[1];
  if (encoding === undefined) return undefined;
  const rate = readNumber(match?.[2], MAX_CLOCK_RATE);
  const channels = readNumber(match?.[3], MAX_CHANNELS);
  return {
    encoding,
    clockRate: clockRateOf(encoding, kind === "audio", rate === 0 ? undefined : rate),
    ...(channels !== undefined && channels > 0 && { channels }),
  };
}

const DIRECTIONS: readonly SdpDirection[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

function readDirection(section: SdpSection): SdpDirection | undefined {
  return DIRECTIONS.find((direction) => section.attributes(direction).length > 0);
}

/** `0.0.0.0` says nothing, and most devices say it. */
function readConnection(section: SdpSection): SdpConnection | undefined {
  const match = /^IN IP[46] ([^\s/]+)(?:\/(\d+))?/.exec(section.values("c")[0] ?? "");
  const address = match?.[1];
  if (address === undefined || address === "0.0.0.0" || address === "::") return undefined;
  const ttl = readNumber(match?.[2], MAX_TTL);
  return { address, ...(ttl !== undefined && { ttl }) };
}

/** Bits per second in one unit of each modifier (RFC 8866 section 5.8, RFC 3890). */
const BANDWIDTH_UNITS: ReadonlyMap<string, number> = new Map([["AS", 1000], ["TIAS", 1]]);

function readBandwidth(section: SdpSection): number | undefined {
  for (const text of section.values("b")) {
    const [modifier = "", limit] = text.split(":");
    const value = readNumber(limit, Number.MAX_SAFE_INTEGER);
    const unit = BANDWIDTH_UNITS.get(modifier);
    if (value !== undefined && value > 0 && unit !== undefined) return value * unit;
  }
  return undefined;
}
