/**
 * All payload formats, by the names of SDP and by codec.
 *
 * @module
 */

import type { CodecName } from "../../../../registry/media/codec.ts";
import type { TrackKind } from "../../../../registry/media/track.ts";
import { AV1 } from "./av1.ts";
import { AC3, EAC3 } from "./dolby.ts";
import type { PayloadFormat, RtpMap } from "./format.ts";
import { H264 } from "./h264.ts";
import { H265 } from "./h265.ts";
import { JPEG } from "./jpeg.ts";
import { MP4A_LATM } from "./latm.ts";
import { MPA } from "./mpeg_audio.ts";
import { MPEG4_GENERIC } from "./mpeg4_generic.ts";
import { isRtpCodec, opaqueCodec, opaqueFormat } from "./opaque.ts";
import { OPUS } from "./opus.ts";
import { G722, L16, PCMA, PCMU } from "./pcm.ts";
import { VP8 } from "./vp8.ts";
import { VP9 } from "./vp9.ts";

/**
 * By encoding name in upper case, since SDP does not tell cases apart. Of two names for one codec the
 * first is the one to send.
 */
export const PAYLOAD_FORMATS: Readonly<Record<string, PayloadFormat>> = {
  "H264": H264,
  "H265": H265,
  "HEVC": H265,
  "AV1": AV1,
  "VP8": VP8,
  "VP9": VP9,
  "JPEG": JPEG,
  "MPEG4-GENERIC": MPEG4_GENERIC,
  "MP4A-LATM": MP4A_LATM,
  "OPUS": OPUS,
  "MPA": MPA,
  "AC3": AC3,
  "EAC3": EAC3,
  "PCMU": PCMU,
  "PCMA": PCMA,
  "G722": G722,
  "L16": L16,
};

const FORMAT_OF_CODEC: ReadonlyMap<CodecName, PayloadFormat> = new Map(
  Object.values(PAYLOAD_FORMATS).toReversed().map((format) => [format.codec, format]),
);

/**
 * The format of an encoding name. One that is not known is passed on: as media of `kind`, which is
 * what `m=` says.
 */
export function formatOfEncoding(encoding: string, kind: TrackKind): PayloadFormat {
  const name = encoding.toUpperCase();
  const format = Object.hasOwn(PAYLOAD_FORMATS, name) ? PAYLOAD_FORMATS[name] : undefined;
  return format ?? opaqueFormat(opaqueCodec(encoding), kind);
}

/** The format in which a codec goes out; undefined for one that has no way to travel in RTP. */
export function formatOfCodec(codec: CodecName, kind: TrackKind): PayloadFormat | undefined {
  return isRtpCodec(codec) ? opaqueFormat(codec, kind) : FORMAT_OF_CODEC.get(codec);
}

/** RFC 3551 section 6: what a payload type means without `a=rtpmap`. */
export const STATIC_PAYLOAD_TYPES: ReadonlyMap<number, RtpMap> = new Map([
  [0, { encoding: "PCMU", clockRate: 8000 }],
  [3, { encoding: "GSM", clockRate: 8000 }],
  [4, { encoding: "G723", clockRate: 8000 }],
  [5, { encoding: "DVI4", clockRate: 8000 }],
  [6, { encoding: "DVI4", clockRate: 16_000 }],
  [7, { encoding: "LPC", clockRate: 8000 }],
  [8, { encoding: "PCMA", clockRate: 8000 }],
  [9, { encoding: "G722", clockRate: 8000 }],
  [10, { encoding: "L16", clockRate: 44_100, channels: 2 }],
  [11, { encoding: "L16", clockRate: 44_100 }],
  [12, { encoding: "QCELP", clockRate: 8000 }],
  [13, { encoding: "CN", clockRate: 8000 }],
  [14, { encoding: "MPA", clockRate: 90_000 }],
  [15, { encoding: "G728", clockRate: 8000 }],
  [16, { encoding: "DVI4", clockRate: 11_025 }],
  [17, { encoding: "DVI4", clockRate: 22_050 }],
  [18, { encoding: "G729", clockRate: 8000 }],
  [25, { encoding: "CelB", clockRate: 90_000 }],
  [26, { encoding: "JPEG", clockRate: 90_000 }],
  [28, { encoding: "nv", clockRate: 90_000 }],
  [31, { encoding: "H261", clockRate: 90_000 }],
  [32, { encoding: "MPV", clockRate: 90_000 }],
  [33, { encoding: "MP2T", clockRate: 90_000 }],
  [34, { encoding: "H263", clockRate: 90_000 }],
]);

/** The static payload type that means just this, if there is one. */
export function staticPayloadType(
  { encoding, clockRate, channels = 1 }: RtpMap,
): number | undefined {
  const name = encoding.toUpperCase();
  const entry = [...STATIC_PAYLOAD_TYPES].find(([, map]) =>
    map.encoding.toUpperCase() === name && map.clockRate === clockRate &&
    (map.channels ?? 1) === channels
  );
  return entry?.[0];
}
