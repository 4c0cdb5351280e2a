/**
 * Answers to those who want to be sent a stream.
 *
 * @module
 */
import type { Track } from "../../../registry/media/track.ts";
import { bestFormat, codecTitle, type MediaKind, whyNotCarried } from "./codecs.ts";
import type { RemoteCodec, RemoteDescription, RemoteMedia } from "./description.ts";
import { type LeftOut, nothingToSend } from "./left_out.ts";
import {
  agreedMedia,
  type AnsweredSection,
  answerUnused,
  mediasOf,
  type Negotiation,
  sources,
} from "./negotiation.ts";

export interface ReadNegotiation extends Negotiation {
  readonly leftOut: readonly LeftOut[];
}

/** A track, and the section and format in which it goes out. */
interface Placed {
  readonly remote: RemoteMedia;
  readonly kind: MediaKind;
  readonly track: Track;
  readonly codec: RemoteCodec;
}

/**
 * Finds each track the first free section that takes it.
 *
 * @param newSsrc gives a number for each source of ours, another one each time.
 * @throws {RtcError} "no-common-media" when there is nothing to send, with the reason for each track.
 */
export function negotiateRead(
  remote: RemoteDescription,
  tracks: readonly Track[],
  newSsrc: () => number,
): ReadNegotiation {
  const placed: Placed[] = [];
  const leftOut: LeftOut[] = [];
  for (const track of tracks) {
    const place = findPlace(remote.medias, track, placed);
    if (typeof place === "string") leftOut.push({ track, reason: place });
    else placed.push(place);
  }
  if (placed.length === 0) throw nothingToSend(leftOut);
  const sections = remote.medias.map((media) => answerSection(media, placed, newSsrc));
  return { sections, medias: mediasOf(sections), leftOut };
}

/** The place of a track, or why there is none. */
function findPlace(
  medias: readonly RemoteMedia[],
  track: Track,
  placed: readonly Placed[],
): Placed | string {
  const { kind } = track;
  const reason = whyNotCarried(track);
  if (reason !== undefined || kind === "data") return reason ?? "WebRTC does not carry data";
  const all = medias.filter((media) => media.kind === kind && canBeSentTo(media));
  if (all.length === 0) return `the peer offered no ${kind} section to send to`;
  const free = all.filter((media) => placed.every(({ remote }) => remote !== media));
  for (const remote of free) {
    const codec = bestFormat(track, remote.codecs);
    if (codec !== undefined) return { remote, kind, track, codec };
  }
  if (all.some(({ codecs }) => bestFormat(track, codecs) !== undefined)) {
    return `the peer offered ${all.length} ${kind} section${all.length === 1 ? "" : "s"} only`;
  }
  return whyNotOffered(track, all);
}

function canBeSentTo({ rejected, direction }: RemoteMedia): boolean {
  return !rejected && (direction === "sendrecv" || direction === "recvonly");
}

function whyNotOffered({ codec }: Track, medias: readonly RemoteMedia[]): string {
  const title = codecTitle(codec);
  const isOffered = medias.some(({ codecs }) =>
    codecs.some(({ encoding }) => encoding.toUpperCase() === title.toUpperCase())
  );
  if (!isOffered) return `the peer did not offer ${title}`;
  const what = codec === "h264" ? "packetization mode 1" : "the profile of the stream";
  return `the peer did not offer ${title} with ${what}`;
}

function answerSection(
  media: RemoteMedia,
  placed: readonly Placed[],
  newSsrc: () => number,
): AnsweredSection {
  const place = placed.find(({ remote }) => remote === media);
  if (place === undefined) return answerUnused(media);
  const agreed = agreedMedia(media, place.kind, "send", [place.codec]);
  return {
    type: "media",
    media: { ...agreed, trackId: place.track.id, ...sources(agreed, newSsrc) },
  };
}
