/**
 * Offers of our own: to be sent a stream (WHEP), or to send one (WHIP).
 *
 * @module
 */
import type { Track } from "../../../registry/media/track.ts";
import { parseFmtp } from "../../_formats/rtp/payload/fmtp.ts";
import type { MediaFormat } from "../../_formats/rtp/payload/format.ts";
import { formatOfCodec } from "../../_formats/rtp/payload/formats.ts";
import type { Feedback, NegotiatedCodec, NegotiatedMedia } from "../negotiated.ts";
import { bestFormat, codecTitle, isMediaKind, type MediaKind, whyNotCarried } from "./codecs.ts";
import { TRANSPORT_WIDE_EXTENSION, USED_EXTENSIONS } from "./extensions.ts";
import { type LeftOut, nothingToSend } from "./left_out.ts";
import type { LocalTransport, Origin } from "./local.ts";
import { sources } from "./negotiation.ts";
import { writeMediaAttributes, writeSection } from "./write_media.ts";
import { writeSession } from "./write_session.ts";

const H264_FMTP = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=";

/** Every browser knows Constrained Baseline of level 3.1; servers compare profiles more than levels. */
const BASE_H264_ID = "42e01f";

const FEEDBACK: Readonly<Record<MediaKind, Feedback>> = {
  video: {
    nack: true,
    pictureLoss: true,
    fullIntraRequest: true,
    transportWide: true,
    bitrateEstimate: false,
  },
  audio: {
    nack: false,
    pictureLoss: false,
    fullIntraRequest: false,
    transportWide: true,
    bitrateEstimate: false,
  },
};

const video = (
  payloadType: number,
  encoding: string,
  fmtp?: string,
): NegotiatedCodec => ({
  payloadType,
  rtxPayloadType: payloadType + 1,
  encoding,
  clockRate: 90_000,
  ...(fmtp !== undefined && { fmtp }),
  feedback: FEEDBACK.video,
});

const audio = (payloadType: number, format: MediaFormat): NegotiatedCodec => ({
  payloadType,
  ...format,
  feedback: FEEDBACK.audio,
});

/** H.264 before what is newer: a server that has a choice has it without transcoding. */
const RECEIVED: Readonly<Record<MediaKind, readonly NegotiatedCodec[]>> = {
  video: [
    video(96, "H264", `${H264_FMTP}${BASE_H264_ID}`),
    video(98, "H264", `${H264_FMTP}4d001f`),
    video(100, "H264", `${H264_FMTP}640c1f`),
    video(102, "H264", `${H264_FMTP}64001f`),
    video(104, "H265", "profile-id=1;tier-flag=0;level-id=156;tx-mode=SRST"),
    video(106, "AV1", "profile=0;level-idx=13;tier=0"),
    video(108, "VP9", "profile-id=0"),
    video(110, "VP9", "profile-id=2"),
    video(112, "VP8"),
  ],
  audio: [
    audio(120, {
      encoding: "opus",
      clockRate: 48_000,
      channels: 2,
      fmtp: "minptime=10;useinbandfec=1;stereo=1",
    }),
    audio(9, { encoding: "G722", clockRate: 8000 }),
    audio(0, { encoding: "PCMU", clockRate: 8000 }),
    audio(8, { encoding: "PCMA", clockRate: 8000 }),
  ],
};

/** One section for video and one for audio, of all that we can take. */
export function offerRead(): readonly NegotiatedMedia[] {
  const kinds = ["video", "audio"] as const;
  return kinds.map((kind, index) => offeredMedia(index, kind, "receive", RECEIVED[kind]));
}

export interface PublishOffer {
  /** Never empty. */
  readonly medias: readonly NegotiatedMedia[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * One section for the first video track that WebRTC carries, and one for the first audio track.
 *
 * @param newSsrc gives a number for each source of ours, another one each time.
 * @throws {RtcError} "no-common-media" when WebRTC carries none of the tracks.
 */
export function offerPublish(tracks: readonly Track[], newSsrc: () => number): PublishOffer {
  const medias: NegotiatedMedia[] = [];
  const leftOut: LeftOut[] = [];
  for (const track of tracks) {
    const { kind } = track;
    const isTaken = medias.some((media) => media.kind === kind);
    const reason = whyNotCarried(track) ?? (isTaken ? `one ${kind} track is sent` : undefined);
    if (reason !== undefined || !isMediaKind(kind)) {
      leftOut.push({ track, reason: reason ?? "WebRTC does not carry data" });
      continue;
    }
    const media = offeredMedia(medias.length, kind, "send", sentCodecs(track, kind));
    medias.push({ ...media, trackId: track.id, ...sources(media, newSsrc) });
  }
  if (medias.length === 0) throw nothingToSend(leftOut);
  return { medias, leftOut };
}

function offeredMedia(
  index: number,
  kind: MediaKind,
  direction: NegotiatedMedia["direction"],
  codecs: readonly NegotiatedCodec[],
): NegotiatedMedia {
  const extensions = new Map(USED_EXTENSIONS[direction].map((uri, at) => [uri, at + 1]));
  const transportWide = extensions.has(TRANSPORT_WIDE_EXTENSION);
  return {
    mid: String(index),
    kind,
    direction,
    codecs: codecs.map((codec) => ({ ...codec, feedback: { ...codec.feedback, transportWide } })),
    extensions,
  };
}

/**
 * What a track is; H.264 also as Constrained Baseline, for servers that know nothing else by name but
 * pass on what they are sent.
 */
function sentCodecs(track: Track, kind: MediaKind): readonly NegotiatedCodec[] {
  const known = RECEIVED[kind].filter(({ encoding }) => encoding === codecTitle(track.codec));
  const own = formatOfCodec(track.codec, kind)?.fmtp(track);
  if (track.codec === "h264") {
    const id = parseFmtp(own).get("profile-level-id") ?? BASE_H264_ID;
    const base = known.slice(0, 1);
    return id === BASE_H264_ID ? base : [video(114, "H264", `${H264_FMTP}${id}`), ...base];
  }
  // Others say nothing of the profile there.
  const tellsProfile = track.codec === "av1" || track.codec === "vp9";
  const best = bestFormat(track, known) ?? known[0];
  if (best === undefined) return [];
  return [tellsProfile && own !== undefined ? { ...best, fmtp: own } : best];
}

export interface OfferParts {
  readonly medias: readonly NegotiatedMedia[];
  readonly local: LocalTransport;
  readonly origin: Origin;
  /** Names the media that is sent; need not be unique. */
  readonly streamName: string;
}

/** Writes an offer (RFC 9429 section 5.2). */
export function writeOffer({ medias, local, origin, streamName }: OfferParts): string {
  const sections = medias.map((media, index) => ({
    ...writeSection(
      {
        kind: media.kind,
        mid: media.mid,
        protocol: "UDP/TLS/RTP/SAVPF",
        direction: media.direction === "send" ? "sendonly" : "recvonly",
        reducedSize: true,
        hasCandidates: index === 0,
      },
      media.codecs,
      local,
    ),
    ...writeMediaAttributes(media, streamName),
  }));
  return writeSession(origin, medias.map(({ mid }) => mid), sections);
}
