/**
 * Opus in RTP (RFC 7587): each packet is one of the codec's own, and is never divided.
 *
 * @module
 */

import type { OpusConfig } from "../../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import {
  OPUS_SAMPLE_RATE,
  parseOpusHead,
  serializeOpusHead,
} from "../../../../registry/media/opus.ts";
import type { Track } from "../../../../registry/media/track.ts";
import { parseFmtp, writeFmtp } from "./fmtp.ts";
import { configOf, type MediaFormat, type PayloadFormat } from "./format.ts";
import { PacketDepacketizer } from "./packet_depacketizer.ts";

export const OPUS: PayloadFormat = {
  codec: "opus",
  kind: "audio",
  // Section 7: always 48000 and 2, whatever is in the packets.
  rtpmap: () => ({ encoding: "opus", clockRate: OPUS_SAMPLE_RATE, channels: 2 }),
  fmtp: (track) => writeFmtp({ "sprop-stereo": channelsOf(track) === 1 ? 0 : 1 }),
  config: readOpusConfig,
  createDepacketizer: () =>
    new PacketDepacketizer(({ payload }) => [{ isKey: true, payload: [payload] }]),
  packetize: ({ payload }) => payload.length === 0 ? [] : [{ parts: payload, marker: false }],
};

function channelsOf(track: Track): number | undefined {
  const config = configOf(track, "opus");
  return config && unlessDamaged(() => parseOpusHead(config.head))?.channels;
}

/**
 * There is no header in RTP, and nothing is to be dropped at the start of what is live. Where a
 * sender does not speak of stereo, section 6.1 takes it for mono; here it is stereo, since a decoder
 * makes two channels of one without loss, but not one of two.
 */
function readOpusConfig({ fmtp }: MediaFormat): OpusConfig {
  const channels = parseFmtp(fmtp).get("sprop-stereo") === "0" ? 1 : 2;
  const head = serializeOpusHead({
    version: 1,
    channels,
    preSkip: 0,
    inputSampleRate: OPUS_SAMPLE_RATE,
    outputGain: 0,
    mappingFamily: 0,
  });
  return { codec: "opus", head };
}
