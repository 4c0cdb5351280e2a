/**
 * What the server says of a stream, in the answers to DESCRIBE and PLAY.
 *
 * @module
 */
import { parseSdp } from "../../_formats/rtp/sdp.ts";
import { resolveControl } from "../../_formats/rtp/sdp_control.ts";
import { SdpError } from "../../_formats/rtp/sdp_errors.ts";
import { describeMedias } from "../../_formats/rtp/sdp_tracks.ts";
import type { SessionDescription } from "../../_formats/rtp/sdp.ts";
import { RtspAnswerError } from "./errors.ts";
import { contentBase } from "../headers/content_base.ts";
import type { RtpInfo } from "../headers/rtp_info.ts";
import type { IncomingTrack } from "../ingest/incoming_track.ts";
import type { RtspResponse } from "../message.ts";

/** A track, and the URL that it is set up by. */
export interface RemoteTrack {
  readonly incoming: IncomingTrack;
  readonly url: string;
}

export interface RemoteDescription {
  readonly tracks: readonly RemoteTrack[];
  /** For requests about the whole. */
  readonly url: string;
  /** The value of a Range header, as the server wrote it. */
  readonly range?: string;
}

/**
 * Reads the answer to a DESCRIBE.
 *
 * @param requestUrl of the DESCRIBE.
 * @throws {RtspAnswerError} when it is no description, or has no track to take.
 */
export function readDescription(response: RtspResponse, requestUrl: string): RemoteDescription {
  const session = parse(new TextDecoder().decode(response.body));
  const base = contentBase(response.headers, sessionUrl(session) ?? requestUrl);
  const tracks = forwardMedias(session).map((candidate, index) => ({
    incoming: { ...candidate, track: { ...candidate.track, id: index + 1 } },
    url: resolveControl(base, candidate.media.control),
  }));
  if (tracks.length === 0) throw new RtspAnswerError("DESCRIBE", "the stream has no RTP media");
  const { control, range } = session;
  return { tracks, url: resolveControl(base, control), ...(range !== undefined && { range }) };
}

function parse(text: string): SessionDescription {
  try {
    return parseSdp(text);
  } catch (error) {
    throw error instanceof SdpError ? new RtspAnswerError("DESCRIBE", error.message) : error;
  }
}

/** Where Content-Base is missing, an absolute control of the whole says what others are relative to. */
function sessionUrl({ control = "" }: SessionDescription): string | undefined {
  return /^rtsps?:\/\//i.test(control) ? control : undefined;
}

/**
 * Back channels are left out. Deviation: where every media is `sendonly`, the server means itself, as
 * encoders do that take the word as SIP does.
 */
function forwardMedias(session: SessionDescription) {
  const candidates = describeMedias(session);
  const forward = candidates.filter(({ media }) => media.direction !== "sendonly");
  return forward.length === 0 ? candidates : forward;
}

/**
 * The timestamps that RTP-Info tells, by index of the track. URLs are compared by their ends: servers
 * behind NAT or a proxy put another host in front. Where none can be told apart by its URL, and there is
 * an entry for each track, they come in the order of SETUP.
 */
export function announcedTimes(
  infos: readonly RtpInfo[],
  tracks: readonly RemoteTrack[],
): ReadonlyMap<number, number> {
  const byUrl = infos.map(({ url }) => tracks.findIndex((track) => isSameTrack(url, track)));
  const isKnown = byUrl.every((index) => index >= 0) && new Set(byUrl).size === byUrl.length;
  const isOrdered = infos.length === tracks.length;
  const times = new Map<number, number>();
  if (!isKnown && !isOrdered) return times;
  for (const [order, { rtptime }] of infos.entries()) {
    const index = isKnown ? byUrl[order] : order;
    if (index !== undefined && rtptime !== undefined) times.set(index, rtptime);
  }
  return times;
}

function isSameTrack(url: string, track: RemoteTrack): boolean {
  const { control } = track.incoming.media;
  if (url === track.url) return true;
  return control !== undefined && (url === control || url.endsWith(`/${lastSegment(control)}`));
}

function lastSegment(control: string): string {
  return control.slice(control.lastIndexOf("/") + 1);
}
