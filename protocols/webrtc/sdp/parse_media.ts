/**
 * Reading of one `m=` section.
 *
 * @module
 */
import { integerParameter, parseFmtp } from "../../_formats/rtp/payload/fmtp.ts";
import { STATIC_PAYLOAD_TYPES } from "../../_formats/rtp/payload/formats.ts";
import type { RtpMap } from "../../_formats/rtp/payload/format.ts";
import { RtcError } from "../errors.ts";
import type {
  Direction,
  HeaderExtension,
  RemoteCodec,
  RemoteMedia,
  RemoteSource,
} from "./description.ts";
import { MAX_EXTENSIONS, MAX_MID_LENGTH, MAX_PAYLOAD_TYPES, MAX_SOURCES } from "./limits.ts";
import type { SdpMedia, SdpSession, Value } from "./sdp_transform.d.ts";

const MAX_PAYLOAD_TYPE = 127;
const MAX_SSRC = 0xffff_ffff;

/** Greatest id of the two-byte form (RFC 8285 section 4.3). */
const MAX_EXTENSION_ID = 255;

/** RTP over DTLS with feedback, as written in all times (RFC 8829 section 5.1.2). */
const PROTOCOLS: ReadonlySet<string> = new Set([
  "UDP/TLS/RTP/SAVPF",
  "TCP/DTLS/RTP/SAVPF",
  "RTP/SAVPF",
  "RTP/SAVP",
  "UDP/TLS/RTP/SAVP",
]);

/**
 * @param bundled the names in the BUNDLE group; undefined where there is none.
 * @throws {RtcError} "invalid-sdp"
 */
export function parseMedia(
  session: SdpSession,
  media: SdpMedia,
  index: number,
  bundled: readonly string[] | undefined,
): RemoteMedia {
  const mid = readMid(media, index);
  const formats = String(media.payloads ?? "").trim();
  const protocol = String(media.protocol ?? "");
  if (!media.type || typeof media.port !== "number" || protocol === "" || formats === "") {
    throw invalidSdp(`the m= line of section ${index} is broken`);
  }
  if (!MID.test(mid)) throw invalidSdp(`the name of section ${index} is no token, or too long`);
  return {
    mid,
    kind: String(media.type),
    protocol,
    formats,
    rejected: isRejected(media) || (bundled !== undefined && !bundled.includes(mid)),
    direction: readDirection(media.direction ?? session.direction),
    reducedSize: media.rtcpRsize !== undefined,
    codecs: PROTOCOLS.has(protocol) ? readCodecs(media, formats) : [],
    extensions: readExtensions(session, media),
    sources: readSources(media),
  };
}

/** RFC 8866 section 9, token. */
const MID = new RegExp(
  `^[\\x21\\x23-\\x27\\x2a\\x2b\\x2d\\x2e0-9A-Z\\x5e-\\x7e]{1,${MAX_MID_LENGTH}}$`,
  "i",
);

/** The name of a section, or its place: without BUNDLE it may have none. */
export function readMid({ mid }: SdpMedia, index: number): string {
  return String(mid ?? index);
}

/** Port 0 rejects, but for a section that shall only be used in a bundle (RFC 9143 section 6). */
function isRejected({ port, bundleOnly }: SdpMedia): boolean {
  return Number(port) === 0 && bundleOnly === undefined;
}

const DIRECTIONS: ReadonlySet<string> = new Set(["sendrecv", "sendonly", "recvonly", "inactive"]);

/** RFC 8866 section 6.7: where it is not said, it is both. */
function readDirection(text: Value = "sendrecv"): Direction {
  const isDirection = (value: Value): value is Direction => DIRECTIONS.has(String(value));
  return isDirection(text) ? text : "sendrecv";
}

function readCodecs(media: SdpMedia, formats: string): readonly RemoteCodec[] {
  const payloadTypes = readPayloadTypes(formats);
  const codecs = payloadTypes.flatMap((payloadType) => readCodec(media, payloadType));
  const rtxOf = new Map<number, number>();
  for (const { encoding, payloadType, fmtp } of codecs) {
    if (!isRtx(encoding)) continue;
    const repeated = integerParameter(parseFmtp(fmtp), "apt", -1, MAX_PAYLOAD_TYPE);
    if (!rtxOf.has(repeated)) rtxOf.set(repeated, payloadType);
  }
  return codecs.filter(({ encoding }) => !isRtx(encoding)).map((codec) => {
    const rtxPayloadType = rtxOf.get(codec.payloadType);
    return { ...codec, ...(rtxPayloadType !== undefined && { rtxPayloadType }) };
  });
}

function isRtx(encoding: string): boolean {
  return encoding.toLowerCase() === "rtx";
}

function readPayloadTypes(formats: string): readonly number[] {
  const numbers = formats.split(" ").filter((text) => /^\d{1,3}$/.test(text)).map(Number);
  const valid = numbers.filter((payloadType) => payloadType <= MAX_PAYLOAD_TYPE);
  return [...new Set(valid)].slice(0, MAX_PAYLOAD_TYPES);
}

/** None for a payload type whose meaning nobody has told. */
function readCodec(media: SdpMedia, payloadType: number): readonly RemoteCodec[] {
  const map = readRtpMap(media, payloadType);
  if (map === undefined) return [];
  const fmtp = media.fmtp.find(({ payload }) => Number(payload) === payloadType)?.config;
  const feedback = (media.rtcpFb ?? [])
    .filter(({ payload }) => payload === "*" || Number(payload) === payloadType)
    .map(({ type, subtype }) => subtype === undefined ? `${type}` : `${type} ${subtype}`);
  const parameters = String(fmtp ?? "").trim();
  return [{
    payloadType,
    ...map,
    ...(parameters !== "" && { fmtp: parameters }),
    feedback: [...new Set(feedback)],
  }];
}

function readRtpMap({ rtp }: SdpMedia, payloadType: number): RtpMap | undefined {
  const map = rtp.find(({ payload }) => payload !== "" && Number(payload) === payloadType);
  if (map === undefined) return STATIC_PAYLOAD_TYPES.get(payloadType);
  const clockRate = Number(map.rate);
  const channels = Number(map.encoding);
  if (map.codec === "" || !Number.isInteger(clockRate) || clockRate <= 0) return undefined;
  return { encoding: String(map.codec), clockRate, ...(channels > 0 && { channels }) };
}

/** Those of the session count for every section (RFC 8285 section 5). The first of an id counts. */
function readExtensions(session: SdpSession, media: SdpMedia): readonly HeaderExtension[] {
  const extensions = new Map<number, HeaderExtension>();
  for (const { value, uri, direction } of [...media.ext ?? [], ...session.ext ?? []]) {
    const id = Number(value);
    if (id < 1 || id > MAX_EXTENSION_ID || extensions.has(id)) continue;
    if (extensions.size >= MAX_EXTENSIONS) break;
    extensions.set(id, { id, uri: String(uri), direction: readDirection(direction) });
  }
  return [...extensions.values()];
}

/** Sources in their order, without those that repeat another (RFC 5576 section 4.2, RFC 4588). */
function readSources({ ssrcs = [], ssrcGroups = [] }: SdpMedia): readonly RemoteSource[] {
  const rtxOf = new Map<number, number>();
  for (const group of ssrcGroups) {
    const [ssrc, rtxSsrc] = String(group.ssrcs).split(" ").map(Number);
    if (group.semantics === "FID" && isSsrc(ssrc) && isSsrc(rtxSsrc)) rtxOf.set(ssrc, rtxSsrc);
  }
  const repeating = new Set(rtxOf.values());
  const all = [...new Set(ssrcs.map(({ id }) => Number(id)))].filter(isSsrc);
  return all.filter((ssrc) => !repeating.has(ssrc)).slice(0, MAX_SOURCES).map((ssrc) => {
    const rtxSsrc = rtxOf.get(ssrc);
    return { ssrc, ...(rtxSsrc !== undefined && { rtxSsrc }) };
  });
}

function isSsrc(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= MAX_SSRC;
}

/** What is thrown of a description that is none. */
export function invalidSdp(reason: string): RtcError {
  return new RtcError("invalid-sdp", `Cannot parse SDP: ${reason}`);
}
