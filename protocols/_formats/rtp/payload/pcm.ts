/**
 * Audio of a constant number of bytes per tick (RFC 3551 section 4.5): G.711, G.722 and L16.
 *
 * @module
 */

import type { PlainAudioConfig } from "../../../../registry/media/codec.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import type { MediaFormat, PayloadFormat, RtpFragment } from "./format.ts";
import { joinBytes } from "../../join.ts";
import { PacketDepacketizer } from "./packet_depacketizer.ts";

interface PcmTraits {
  readonly encoding: string;
  readonly codec: "g711a" | "g711u" | "g722" | "l16";
  /** Of one channel. */
  readonly bytesPerTick: number;
  readonly samplesPerTick: number;
}

export const PCMU = pcmFormat({
  encoding: "PCMU",
  codec: "g711u",
  bytesPerTick: 1,
  samplesPerTick: 1,
});

export const PCMA = pcmFormat({
  encoding: "PCMA",
  codec: "g711a",
  bytesPerTick: 1,
  samplesPerTick: 1,
});

/** Its clock is half of what it should be, by an error that became the standard (section 4.5.2). */
export const G722 = pcmFormat({
  encoding: "G722",
  codec: "g722",
  bytesPerTick: 1,
  samplesPerTick: 2,
});

export const L16 = pcmFormat({
  encoding: "L16",
  codec: "l16",
  bytesPerTick: 2,
  samplesPerTick: 1,
});

function pcmFormat(traits: PcmTraits): PayloadFormat {
  return {
    codec: traits.codec,
    kind: "audio",
    rtpmap: (track) => pcmRtpmap(traits, track),
    fmtp: () => undefined,
    config: ({ clockRate, channels = 1 }) => ({
      codec: traits.codec,
      sampleRate: clockRate * traits.samplesPerTick,
      channels,
    }),
    createDepacketizer: () =>
      new PacketDepacketizer(({ payload }) => [{ isKey: true, payload: [payload] }]),
    packetize: (unit, maxPayloadSize) => packetizePcm(traits, unit, maxPayloadSize),
  };
}

function pcmRtpmap({ encoding, samplesPerTick }: PcmTraits, track: Track): MediaFormat {
  const { sampleRate, channels } = plainAudio(track) ?? DEFAULT_AUDIO;
  const clockRate = sampleRate / samplesPerTick;
  return { encoding, clockRate, ...(channels !== 1 && { channels }) };
}

/** What the static payload types of G.711 stand for. */
const DEFAULT_AUDIO = { sampleRate: 8000, channels: 1 };

/** The configuration of a codec whose parameters the container states, when it is known. */
export function plainAudio({ config }: Track): PlainAudioConfig | undefined {
  return config !== undefined && "sampleRate" in config ? config : undefined;
}

/** Divided between samples; each part has its own time. */
function packetizePcm(
  { bytesPerTick }: PcmTraits,
  unit: Unit,
  maxPayloadSize: number,
): readonly RtpFragment[] {
  const samples = joinBytes(unit.payload);
  const tickSize = bytesPerTick * (plainAudio(unit.track) ?? DEFAULT_AUDIO).channels;
  const ticks = Math.max(1, Math.floor(maxPayloadSize / tickSize));
  const size = ticks * tickSize;
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, index) => ({
    parts: [samples.subarray(index * size, (index + 1) * size)],
    marker: false,
    ...(index > 0 && { timestampOffset: index * ticks }),
  }));
}
