/**
 * What WebRTC carries, and whether a stream fits what a peer has offered.
 *
 * @module
 */
import type { CodecName } from "../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../registry/media/errors.ts";
import { parseOpusHead } from "../../../registry/media/opus.ts";
import { parseH265Sps } from "../../../registry/media/h265_sps.ts";
import type { Track } from "../../../registry/media/track.ts";
import {
  type FormatParameters,
  integerParameter,
  parseFmtp,
} from "../../_formats/rtp/payload/fmtp.ts";
import {
  configOf,
  type MediaFormat,
  type RtpMap,
  VIDEO_CLOCK_RATE,
} from "../../_formats/rtp/payload/format.ts";
import { formatOfCodec } from "../../_formats/rtp/payload/formats.ts";
import type { NegotiatedMedia } from "../negotiated.ts";
import { h264Distance, h264Profile } from "./h264_profile.ts";

export type MediaKind = NegotiatedMedia["kind"];

export function isMediaKind(kind: string): kind is MediaKind {
  return kind === "video" || kind === "audio";
}

/** How a codec travels in WebRTC. */
export interface RtcCodec {
  readonly kind: MediaKind;
  /** The only clock and channels that there are. */
  readonly map: RtpMap;
  /**
   * How badly a stream fits an offered format: the less, the better. Undefined where it does not fit.
   */
  distance(track: Track, offered: FormatParameters): number | undefined;
  /** Whether what is sent in an offered format can be read. */
  accepts(offered: FormatParameters): boolean;
}

/** Behind whatever says what it is. */
const DOUBTFUL = 100;

/** One byte. */
const MAX_PROFILE = 255;

const anyFormat = { distance: () => 0, accepts: () => true } as const;

export const RTC_CODECS: Partial<Readonly<Record<CodecName, RtcCodec>>> = {
  h264: {
    kind: "video",
    map: { encoding: "H264", clockRate: VIDEO_CLOCK_RATE },
    distance: h264Fit,
    // Interleaved packets (2) come out right only where nobody interleaved.
    accepts: (offered) => packetizationMode(offered) !== 2,
  },
  h265: {
    kind: "video",
    map: { encoding: "H265", clockRate: VIDEO_CLOCK_RATE },
    // Decoders that offer Main show Main 10 more often than not, and there is nothing else to send.
    distance: (track, offered) =>
      profileFit(h265Profile(track), offered, "profile-id", 1) ?? DOUBTFUL,
    accepts: () => true,
  },
  av1: {
    kind: "video",
    map: { encoding: "AV1", clockRate: VIDEO_CLOCK_RATE },
    // A decoder of one profile shows those below it (AV1 specification, A.2).
    distance: (track, offered) => profileFit(fmtpProfile(track, "profile"), offered, "profile", 0),
    accepts: () => true,
  },
  vp9: {
    kind: "video",
    map: { encoding: "VP9", clockRate: VIDEO_CLOCK_RATE },
    distance: vp9Fit,
    accepts: () => true,
  },
  vp8: { kind: "video", map: { encoding: "VP8", clockRate: VIDEO_CLOCK_RATE }, ...anyFormat },
  // RFC 7587 section 7: two channels, whatever is in it.
  opus: { kind: "audio", map: { encoding: "opus", clockRate: 48_000, channels: 2 }, ...anyFormat },
  g722: { kind: "audio", map: { encoding: "G722", clockRate: 8000 }, ...anyFormat },
  g711u: { kind: "audio", map: { encoding: "PCMU", clockRate: 8000 }, ...anyFormat },
  g711a: { kind: "audio", map: { encoding: "PCMA", clockRate: 8000 }, ...anyFormat },
};

/**
 * RFC 6184. Browsers offer less than they decode: Firefox only Constrained Baseline, while cameras send
 * High. So the best format is taken that there is, even one of a lesser profile. Levels are not looked
 * at, for the same reason. GStreamer leaves the packetization mode out and reads every one.
 */
function h264Fit(track: Track, offered: FormatParameters): number | undefined {
  const mode = packetizationMode(offered);
  if (mode !== 1 && offered.has("packetization-mode")) return undefined;
  const sps = configOf(track, "h264")?.sps[0]?.subarray(1, 4).toHex();
  const stream = sps === undefined ? undefined : h264Profile(sps);
  const profile = h264Profile(offered.get("profile-level-id"));
  const fit = stream === undefined ? 0 : h264Distance(stream, profile);
  return mode === 1 ? fit : DOUBTFUL + fit;
}

function packetizationMode(offered: FormatParameters): number {
  return integerParameter(offered, "packetization-mode", 0, 2);
}

/** Undefined where the stream has more than what is offered. */
function profileFit(
  stream: number | undefined,
  offered: FormatParameters,
  name: string,
  fallback: number,
): number | undefined {
  const profile = integerParameter(offered, name, fallback, MAX_PROFILE);
  if (stream === undefined) return 0;
  return profile >= stream ? profile - stream : undefined;
}

/** Profiles of VP9 differ in depth and in colours: none contains another (RFC 9628 section 6). */
function vp9Fit(track: Track, offered: FormatParameters): number | undefined {
  const fit = profileFit(fmtpProfile(track, "profile-id"), offered, "profile-id", 0);
  return fit === 0 ? fit : undefined;
}

/** What our own SDP says of the stream; undefined where that is not known yet. */
function fmtpProfile(track: Track, name: string): number | undefined {
  const fmtp = parseFmtp(formatOfCodec(track.codec, track.kind)?.fmtp(track));
  const profile = integerParameter(fmtp, name, -1, MAX_PROFILE);
  return profile < 0 ? undefined : profile;
}

function h265Profile(track: Track): number | undefined {
  const sps = configOf(track, "h265")?.sps[0];
  return sps && unlessDamaged(() => parseH265Sps(sps))?.profile.profileIdc;
}

/** Why a track cannot travel in WebRTC at all; undefined where it can. */
export function whyNotCarried(track: Track): string | undefined {
  const codec = RTC_CODECS[track.codec];
  const map = formatOfCodec(track.codec, track.kind)?.rtpmap(track);
  if (codec === undefined || map === undefined) {
    return `WebRTC does not carry ${codecTitle(track.codec)}`;
  }
  if (!sameMap(map, codec.map)) {
    const { encoding, clockRate, channels = 1 } = map;
    return `WebRTC does not carry ${encoding} of ${clockRate} Hz and ${channels} channels`;
  }
  const channels = opusChannels(track);
  return channels > 2 ? `WebRTC does not carry Opus of ${channels} channels` : undefined;
}

function opusChannels(track: Track): number {
  const head = configOf(track, "opus")?.head;
  return (head && unlessDamaged(() => parseOpusHead(head))?.channels) ?? 0;
}

/** As people write it. */
export function codecTitle(codec: CodecName): string {
  return RTC_CODECS[codec]?.map.encoding ?? codec.replace(/^(?:rtp|flv):/, "").toUpperCase();
}

/** The format that fits a track best; the first of several. Undefined where none does. */
export function bestFormat<F extends MediaFormat>(
  track: Track,
  offered: readonly F[],
): F | undefined {
  const codec = RTC_CODECS[track.codec];
  if (codec === undefined) return undefined;
  const fits = offered.filter((format) => sameMap(format, codec.map)).flatMap((format) => {
    const distance = codec.distance(track, parseFmtp(format.fmtp));
    return distance === undefined ? [] : [{ format, distance }];
  });
  return fits.toSorted((a, b) => a.distance - b.distance)[0]?.format;
}

/** Whether what a peer sends in an offered format can be taken. */
export function isAcceptable(offered: MediaFormat, kind: MediaKind): boolean {
  return Object.values(RTC_CODECS).some((codec) =>
    codec?.kind === kind && sameMap(offered, codec.map) && codec.accepts(parseFmtp(offered.fmtp))
  );
}

/** Whether two maps mean the same; names do not tell cases apart. */
export function sameMap(a: RtpMap, b: RtpMap): boolean {
  return a.encoding.toUpperCase() === b.encoding.toUpperCase() && a.clockRate === b.clockRate &&
    (a.channels ?? 1) === (b.channels ?? 1);
}
