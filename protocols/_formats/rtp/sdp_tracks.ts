/**
 * Session descriptions and the tracks of a stream, in both directions.
 *
 * @module
 */
import type { Track } from "../../../registry/media/track.ts";
import type { PayloadFormat } from "./payload/format.ts";
import { formatOfCodec, formatOfEncoding, staticPayloadType } from "./payload/formats.ts";
import type { MediaDescription, SdpConnection, SessionDescription } from "./sdp.ts";
import { type SdpLine, writeLines } from "./sdp_document.ts";

/** What a media becomes when it is ingested. */
export interface TrackCandidate {
  readonly media: MediaDescription;
  readonly format: PayloadFormat;
  /** The track, but for its id; its ticks are those of the RTP clock. */
  readonly track: Omit<Track, "id">;
}

/** The tracks that a description offers, in its order. */
export function describeMedias(session: SessionDescription): readonly TrackCandidate[] {
  return session.medias.map((media) => {
    const format = formatOfEncoding(media.encoding, media.kind);
    const config = format.config(media);
    const { kind, codec } = format;
    const timescale = media.clockRate;
    return { media, format, track: { kind, codec, timescale, ...(config && { config }) } };
  });
}

/** A track as it goes out. */
export interface SdpTrack {
  readonly track: Track;
  readonly format: PayloadFormat;
  readonly payloadType: number;
  /** The value of `a=control`. */
  readonly control: string;
}

const FIRST_DYNAMIC = 96;
const DYNAMIC_COUNT = 32;

/**
 * The tracks that RTP can carry. A payload type depends on nothing but its track, so that it stays
 * when other tracks come and go.
 */
export function sdpTracks(
  tracks: readonly Track[],
  controlOf: (track: Track) => string,
): readonly SdpTrack[] {
  return tracks.flatMap((track) => {
    const format = formatOfCodec(track.codec, track.kind);
    if (format === undefined) return [];
    const payloadType = staticPayloadType(format.rtpmap(track)) ??
      FIRST_DYNAMIC + track.id % DYNAMIC_COUNT;
    return [{ track, format, payloadType, control: controlOf(track) }];
  });
}

export interface SdpOptions {
  /** Numbers of `o=`, of digits; the version grows with each change of the description. */
  readonly sessionId: string;
  readonly sessionVersion: number;
  /** Address of the writer, for `o=`. */
  readonly address: string;
  readonly title?: string;
  /** The value of a Range header; `npt=now-` for what is live. */
  readonly range?: string;
  /** Where the packets go, and to which port; both are left to SETUP where they are left out. */
  readonly connection?: SdpConnection;
  readonly portOf?: (track: SdpTrack) => number;
}

/** Writes the body of a DESCRIBE response or an ANNOUNCE request, with CRLF. */
export function writeSdp(tracks: readonly SdpTrack[], options: SdpOptions): string {
  const { sessionId, sessionVersion, address, title = "-", range } = options;
  return writeLines([
    { type: "v", value: "0" },
    { type: "o", value: `- ${sessionId} ${sessionVersion} ${addressText(address)}` },
    { type: "s", value: title },
    { type: "c", value: connectionText(options.connection ?? { address: "0.0.0.0" }) },
    { type: "t", value: "0 0" },
    { type: "a", value: "control:*" },
    ...(range === undefined ? [] : [{ type: "a", value: `range:${range}` }]),
    ...tracks.flatMap((track) => mediaLines(track, options.portOf?.(track) ?? 0)),
  ]);
}

function mediaLines(sdpTrack: SdpTrack, port: number): readonly SdpLine[] {
  const { track, format, payloadType, control } = sdpTrack;
  const { encoding, clockRate, channels } = format.rtpmap(track);
  const fmtp = format.fmtp(track);
  const kind = track.kind === "data" ? "application" : track.kind;
  const map = `${encoding}/${clockRate}${channels === undefined ? "" : `/${channels}`}`;
  return [
    { type: "m", value: `${kind} ${port} RTP/AVP ${payloadType}` },
    { type: "a", value: `rtpmap:${payloadType} ${map}` },
    ...(fmtp === undefined ? [] : [{ type: "a", value: `fmtp:${payloadType} ${fmtp}` }]),
    { type: "a", value: `control:${control}` },
  ];
}

function connectionText({ address, ttl }: SdpConnection): string {
  return addressText(address) + (ttl === undefined ? "" : `/${ttl}`);
}

function addressText(address: string): string {
  return `IN IP${address.includes(":") ? 6 : 4} ${address}`;
}
