/**
 * Formats that the gateway does not know and passes on: KLV (RFC 6597), ONVIF metadata
 * (`vnd.onvif.metadata`), MPEG-2 transport streams, and whatever else there is. One packet is one
 * unit of two parts: a byte with its marker bit, and its payload. What SDP said goes along in the
 * configuration.
 *
 * @module
 */

import type { Track, TrackKind } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import type { MediaFormat, PayloadFormat, RtpFragment } from "./format.ts";
import { PacketDepacketizer } from "./packet_depacketizer.ts";

type RtpCodec = `rtp:${string}`;

const PREFIX = "rtp:";
const MARKER = 0x80;
const WITH_MARKER = Uint8Array.of(MARKER);
const WITHOUT_MARKER = Uint8Array.of(0);

/** The codec name of an encoding that no other format knows. */
export function opaqueCodec(encoding: string): RtpCodec {
  return `${PREFIX}${encoding}`;
}

/** Whether a codec is one that is passed on from RTP. */
export function isRtpCodec(codec: string): codec is RtpCodec {
  return codec.startsWith(PREFIX);
}

/** The format of a codec that is passed on; `kind` is what `m=` says. */
export function opaqueFormat(codec: RtpCodec, kind: TrackKind): PayloadFormat {
  return {
    codec,
    kind,
    rtpmap: (track) => {
      const { fmtp: _, ...rtpmap } = describedMedia(track, codec);
      return rtpmap;
    },
    fmtp: (track) => describedMedia(track, codec).fmtp,
    config: (media) => ({ codec, data: describeMedia(media) }),
    createDepacketizer: () =>
      new PacketDepacketizer(({ payload, marker }) => [
        { isKey: true, payload: [marker ? WITH_MARKER : WITHOUT_MARKER, payload] },
      ]),
    packetize: packetizeOpaque,
  };
}

/** What nobody understands, nobody can divide: a packet goes out in the size in which it came. */
function packetizeOpaque({ payload }: Unit): readonly RtpFragment[] {
  const [head, ...parts] = payload;
  return parts.length === 0 ? [] : [{ parts, marker: head?.[0] === MARKER }];
}

/** `OpaqueConfig.data` of these codecs: the channels of `a=rtpmap`, or 0, and `a=fmtp`, as text. */
function describeMedia({ channels = 0, fmtp = "" }: MediaFormat): Uint8Array {
  return new TextEncoder().encode(`${channels} ${fmtp}`);
}

/** The clock is that of the track. */
function describedMedia(track: Track, codec: RtpCodec): MediaFormat {
  const { config } = track;
  const data = config !== undefined && "data" in config ? config.data : undefined;
  const text = new TextDecoder().decode(data);
  const [, count = "0", fmtp = ""] = /^(\d+) (.*)$/s.exec(text) ?? [];
  const channels = Number(count);
  return {
    encoding: codec.slice(PREFIX.length),
    clockRate: track.timescale,
    ...(channels > 0 && { channels }),
    ...(fmtp !== "" && { fmtp }),
  };
}
