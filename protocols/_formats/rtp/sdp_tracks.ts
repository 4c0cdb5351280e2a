/**
 * Session descriptions and the tracks of a stream, in both directions.
 *
 * @module
 */
import type { Track } from "../../../registry/media/track.ts";
import type { PayloadFormat } from "./payload/format.ts";
import { formatOfCodec, formatOfEncoding, staticPayloadType } from "./payload/formats.ts";
import type { MediaDescription, SdpConnection, SessionDescription } from "./sdp.ts";
import { type MediaLevel, writeDocument } from "./sdp_document.ts";

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
  const { sessionId, sessionVersion, address, title = "-", range, connection } = options;
  return writeDocument({
    origin: {
      username: "-",
      sessionId,
      sessionVersion,
      netType: "IN",
      ipVer: ipVersion(address),
      address,
    },
    name: oneLine(title),
    connection: writeConnection(connection ?? { address: "0.0.0.0" }),
    timing: { start: 0, stop: 0 },
    control: "*",
    ...(range !== undefined && { invalid: [{ value: `range:${range}` }] }),
    media: tracks.map((track) => writeMedia(track, options.portOf?.(track) ?? 0)),
  });
}

function writeMedia(sdpTrack: SdpTrack, port: number): MediaLevel {
  const { track, format, payloadType, control } = sdpTrack;
  const { encoding, clockRate, channels } = format.rtpmap(track);
  const fmtp = format.fmtp(track);
  return {
    type: track.kind === "data" ? "application" : track.kind,
    port,
    protocol: "RTP/AVP",
    payloads: payloadType,
    rtp: [{
      payload: payloadType,
      codec: encoding,
      rate: clockRate,
      ...(channels !== undefined && { encoding: channels }),
    }],
    fmtp: fmtp === undefined ? [] : [{ payload: payloadType, config: oneLine(fmtp) }],
    control,
  };
}

function writeConnection({ address, ttl }: SdpConnection): {
  readonly version: number;
  readonly ip: string;
} {
  return { version: ipVersion(address), ip: ttl === undefined ? address : `${address}/${ttl}` };
}

function ipVersion(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

/** What a publisher gave may hold anything. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]+/g, " ");
}
