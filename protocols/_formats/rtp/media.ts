import type { Description, Track } from "../../../registry/media/track.ts";
import { formatOfCodec, staticPayloadType } from "./payload/formats.ts";
import type { MediaFormat, PayloadFormat } from "./payload/format.ts";

/** The first payload type that has no meaning of its own (RFC 3551 section 6). */
const FIRST_DYNAMIC_PAYLOAD_TYPE = 96;
const LAST_DYNAMIC_PAYLOAD_TYPE = 127;

/** A track as it travels in RTP: what an `m=` section of SDP says. */
export interface RtpMedia {
  readonly track: Track;
  readonly format: PayloadFormat;
  readonly media: MediaFormat;
  readonly payloadType: number;
}

/**
 * The tracks of a stream that can travel in RTP, in the order of the description. Follows from the
 * description alone, so that all who describe or send a stream give a track the same payload type.
 */
export function mediasOf({ tracks }: Description): readonly RtpMedia[] {
  const medias: RtpMedia[] = [];
  let dynamic = FIRST_DYNAMIC_PAYLOAD_TYPE;
  for (const track of tracks) {
    const format = formatOfCodec(track.codec, track.kind);
    if (format === undefined || dynamic > LAST_DYNAMIC_PAYLOAD_TYPE) continue;
    const rtpmap = format.rtpmap(track);
    const fmtp = format.fmtp(track);
    const payloadType = staticPayloadType(rtpmap) ?? dynamic++;
    medias.push({
      track,
      format,
      payloadType,
      media: { ...rtpmap, ...(fmtp !== undefined && { fmtp }) },
    });
  }
  return medias;
}
