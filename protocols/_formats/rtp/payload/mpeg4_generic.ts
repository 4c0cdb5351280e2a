/**
 * AAC in RTP as `MPEG4-GENERIC` (RFC 3640), in the modes AAC-hbr and AAC-lbr. The former is written.
 *
 * @module
 */

import {
  AAC_SAMPLE_RATES,
  parseAdts,
  parseAudioSpecificConfig,
  serializeAudioSpecificConfig,
} from "../../../../registry/media/aac.ts";
import type { AacConfig } from "../../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import { rescale } from "../../../../registry/media/timebase.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { type AuHeaderLayout, auHeaderLayout, readAuSection } from "./au_headers.ts";
import { hexParameter, integerParameter, parseFmtp, writeFmtp } from "./fmtp.ts";
import {
  configOf,
  type Depacketizer,
  type MediaFormat,
  type PayloadFormat,
  type RtpFragment,
  type RtpMap,
} from "./format.ts";
import {
  FrameAssembler,
  type FrameBuilder,
  type FrameContent,
  type Progress,
} from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";

const WHAT = "MPEG4-GENERIC payload";

/** Bytes before the access unit of AAC-hbr: the length of the headers, and one header. */
const HEAD_SIZE = 4;
const HEADER_BITS = 16;

/** AU-size has thirteen bits. */
const MAX_ACCESS_UNIT = 0x1fff;

/** Ticks of `constantDuration`. */
const MAX_DURATION = 0xffff;

export const MPEG4_GENERIC: PayloadFormat = {
  codec: "aac",
  kind: "audio",
  rtpmap: (track) => aacRtpmap("MPEG4-GENERIC", track),
  fmtp: writeGenericFmtp,
  config: readGenericConfig,
  createDepacketizer,
  packetize: packetizeGeneric,
};

/** The clock is that of the core coder, as nearly all receivers take it; channels are as heard. */
export function aacRtpmap(encoding: string, track: Track): RtpMap {
  const config = configOf(track, "aac");
  const parsed = config &&
    unlessDamaged(() => parseAudioSpecificConfig(config.audioSpecificConfig));
  if (parsed === undefined) return { encoding, clockRate: track.timescale };
  const { sampleRate, outputChannels } = parsed;
  return {
    encoding,
    clockRate: sampleRate,
    ...(outputChannels > 0 && { channels: outputChannels }),
  };
}

/** Section 4.1. Profile level 1 is no more than a number that receivers want to see. */
function writeGenericFmtp(track: Track): string | undefined {
  return writeFmtp({
    "streamtype": 5,
    "profile-level-id": 1,
    "mode": "AAC-hbr",
    "sizelength": 13,
    "indexlength": 3,
    "indexdeltalength": 3,
    "config": configOf(track, "aac")?.audioSpecificConfig.toHex(),
  });
}

/** Where SDP lacks `config`, as with some cameras, AAC-LC of its rate and channels is assumed. */
function readGenericConfig(media: MediaFormat): AacConfig | undefined {
  const written = hexParameter(parseFmtp(media.fmtp), "config");
  const isWhole = written && unlessDamaged(() => parseAudioSpecificConfig(written)) !== undefined;
  const audioSpecificConfig = isWhole ? written : assumedConfig(media);
  return audioSpecificConfig && { codec: "aac", audioSpecificConfig };
}

/** `channelConfiguration` has no code for seven channels, and code 7 for eight. */
const CHANNEL_CONFIGURATIONS: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 8: 7 },
};

function assumedConfig({ clockRate, channels = 1 }: MediaFormat): Uint8Array | undefined {
  const channelConfiguration = CHANNEL_CONFIGURATIONS[channels];
  const isRate = AAC_SAMPLE_RATES.some((rate) => rate === clockRate);
  if (channelConfiguration === undefined || !isRate) return undefined;
  return serializeAudioSpecificConfig({
    objectType: 2,
    sampleRate: clockRate,
    channelConfiguration,
  });
}

function createDepacketizer(media: MediaFormat): Depacketizer {
  const parameters = parseFmtp(media.fmtp);
  const layout = auHeaderLayout(parameters);
  const constant = integerParameter(parameters, "constantduration", 0, MAX_DURATION);
  const duration = constant || aacDuration(readGenericConfig(media), media.clockRate);
  return new FrameAssembler({
    startsFrame: (payload) => isWhole(payload, layout),
    begin: () => new AccessUnits(layout, duration),
  });
}

/** Samples of a frame of AAC-LC, where the configuration is not known. */
const USUAL_FRAME_LENGTH = 1024;

/** Ticks of one access unit. */
export function aacDuration(config: AacConfig | undefined, clockRate: number): number {
  const parsed = config &&
    unlessDamaged(() => parseAudioSpecificConfig(config.audioSpecificConfig));
  if (parsed === undefined) return USUAL_FRAME_LENGTH;
  return rescale(parsed.frameLength, parsed.sampleRate, clockRate);
}

/** What cannot be told from the middle of a fragmented access unit is no start. */
function isWhole(payload: Uint8Array, layout: AuHeaderLayout): boolean {
  const { sizes, data } = readAuSection(payload, layout);
  return sizes.reduce((total, size) => total + size, 0) <= data.length;
}

/** The access units of one packet, or one access unit over several. */
class AccessUnits implements FrameBuilder {
  readonly #layout: AuHeaderLayout;
  readonly #duration: number;
  #units: readonly Uint8Array[] = [];
  readonly #fragments: Uint8Array[] = [];
  #bytesMissing = 0;

  constructor(layout: AuHeaderLayout, duration: number) {
    this.#layout = layout;
    this.#duration = duration;
  }

  add(payload: Uint8Array): Progress {
    const { sizes, data } = readAuSection(payload, this.#layout);
    const [size = 0] = sizes;
    if (this.#fragments.length === 0 && (sizes.length !== 1 || size <= data.length)) {
      this.#units = divide(data, sizes);
      return "complete";
    }
    if (this.#fragments.length === 0) this.#bytesMissing = size;
    const body = data.subarray(0, this.#bytesMissing);
    this.#fragments.push(body);
    this.#bytesMissing -= body.length;
    return this.#bytesMissing === 0 ? "complete" : "open";
  }

  finish(): readonly FrameContent[] {
    if (this.#bytesMissing > 0) {
      throw new RtpError(WHAT, `an access unit lacks ${this.#bytesMissing} bytes`, 0);
    }
    const units = this.#fragments.length > 0 ? [joinBytes(this.#fragments)] : this.#units;
    return units.map((unit, index) => ({
      isKey: true,
      payload: [withoutAdts(unit)],
      ...(index > 0 && { timestampOffset: index * this.#duration }),
    }));
  }
}

function divide(data: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const units: Uint8Array[] = [];
  let offset = 0;
  for (const size of sizes) {
    if (offset + size > data.length) {
      throw new RtpError(
        WHAT,
        `an access unit of ${size} bytes has ${data.length - offset}`,
        offset,
      );
    }
    if (size > 0) units.push(data.subarray(offset, offset + size));
    offset += size;
  }
  return units;
}

/** Some cameras leave the ADTS header before each access unit. */
function withoutAdts(unit: Uint8Array): Uint8Array {
  const header = unlessDamaged(() => parseAdts(unit));
  return header?.frameSize === unit.length ? unit.subarray(header.headerSize) : unit;
}

function packetizeGeneric(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const frame = joinBytes(unit.payload);
  if (frame.length > MAX_ACCESS_UNIT) return [];
  // The size of the whole is also in the header of each fragment (section 3.2.3.1).
  const head = Uint8Array.of(0, HEADER_BITS, frame.length >> 5, (frame.length & 0x1f) << 3);
  const size = maxPayloadSize - HEAD_SIZE;
  return Array.from({ length: Math.ceil(frame.length / size) }, (_, index) => {
    const start = index * size;
    return {
      parts: [head, frame.subarray(start, start + size)],
      marker: start + size >= frame.length,
    };
  });
}
