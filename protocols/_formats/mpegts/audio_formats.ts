/**
 * Frames of audio as they follow each other in an elementary stream, one entry for each codec.
 *
 * @module
 */

import {
  type AdtsHeader,
  parseAdts,
  serializeAudioSpecificConfig,
} from "../../../registry/media/aac.ts";
import { parseAc3Header } from "../../../registry/media/ac3.ts";
import type { AacConfig, OpusConfig, PlainAudioConfig } from "../../../registry/media/codec.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { parseMp3Header } from "../../../registry/media/mp3.ts";
import { OPUS_SAMPLE_RATE, opusPacketDuration } from "../../../registry/media/opus.ts";
import type { FrameContent, FrameFormat } from "./framed_stream.ts";
import { readOpusAccessUnit } from "./opus_stream.ts";

/** Samples of an AAC frame in ADTS. */
const ADTS_SAMPLES = 1024;

/** AAC behind ADTS headers (ISO/IEC 14496-3 1.A.2.2). */
export class AdtsFormat implements FrameFormat {
  #known: { readonly header: AdtsHeader; readonly config: AacConfig } | undefined;

  sizeAt(data: Uint8Array, offset: number): number | undefined {
    return parseAdts(data, offset)?.frameSize;
  }

  read(frame: Uint8Array): FrameContent {
    const header = parseAdts(frame);
    if (header === undefined) throw new BitstreamError("ADTS frame", "it is cut short", 0);
    if (header.blocks > 1) {
      throw new BitstreamError("ADTS frame", `${header.blocks} blocks in one are not supported`, 6);
    }
    return {
      config: this.#configOf(header),
      units: [frame.subarray(header.headerSize)],
      samples: ADTS_SAMPLES,
      sampleRate: header.sampleRate,
    };
  }

  #configOf(header: AdtsHeader): AacConfig {
    const known = this.#known;
    if (known !== undefined && isSameStream(known.header, header)) return known.config;
    if (header.channelConfiguration === 0) {
      throw new BitstreamError("ADTS frame", "channels told in band are not supported", 2);
    }
    const config = {
      codec: "aac",
      audioSpecificConfig: serializeAudioSpecificConfig(header),
    } as const;
    this.#known = { header, config };
    return config;
  }
}

function isSameStream(a: AdtsHeader, b: AdtsHeader): boolean {
  return a.objectType === b.objectType && a.sampleRate === b.sampleRate &&
    a.channelConfiguration === b.channelConfiguration;
}

/** What a frame that describes itself says. */
interface PlainFrame {
  readonly sampleRate: number;
  readonly channels: number;
  readonly samplesPerFrame: number;
}

/** Frames that are units as they stand. */
class PlainContent {
  readonly #codec: PlainAudioConfig["codec"];
  #config: PlainAudioConfig | undefined;

  constructor(codec: PlainAudioConfig["codec"]) {
    this.#codec = codec;
  }

  of(frame: Uint8Array, { sampleRate, channels, samplesPerFrame }: PlainFrame): FrameContent {
    const known = this.#config;
    const isSame = known?.sampleRate === sampleRate && known.channels === channels;
    const config = isSame ? known : { codec: this.#codec, sampleRate, channels };
    this.#config = config;
    return { config, units: [frame], samples: samplesPerFrame, sampleRate };
  }
}

/** MPEG audio of any layer. */
export class MpegAudioFormat implements FrameFormat {
  readonly #content = new PlainContent("mp3");

  sizeAt(data: Uint8Array, offset: number): number | undefined {
    const header = parseMp3Header(data.subarray(offset, offset + MPEG_AUDIO_HEAD));
    if (header?.frameLength !== 0) return header?.frameLength;
    throw new BitstreamError("MPEG audio frame", "the free format is not supported", offset);
  }

  read(frame: Uint8Array): FrameContent {
    const header = parseMp3Header(frame);
    if (header === undefined) throw new BitstreamError("MPEG audio frame", "it is cut short", 0);
    return this.#content.of(frame, header);
  }
}

const MPEG_AUDIO_HEAD = 4;

/** Bytes that the heads of AC-3 and Enhanced AC-3 are read from. */
const DOLBY_HEAD = 8;

/** `strmtyp` 1: the syncframe adds channels to the one before it (ETSI TS 102 366 E.1.3.1.1). */
const DEPENDENT = 1;

/** Syncframes in one access unit: an independent substream has at most eight dependent ones. */
const MAX_DEPENDENT = 8;

/** AC-3 and Enhanced AC-3, whose dependent substreams belong to the unit of the one before them. */
export class DolbyFormat implements FrameFormat {
  readonly #content: PlainContent;

  constructor(codec: "ac3" | "eac3") {
    this.#content = new PlainContent(codec);
  }

  sizeAt(data: Uint8Array, offset: number): number | undefined {
    const head = data.subarray(offset, offset + DOLBY_HEAD);
    if (head.length < DOLBY_HEAD) return undefined;
    let size = checkedSize(parseAc3Header(head));
    for (let i = 0; i < MAX_DEPENDENT; i++) {
      const dependent = dependentSize(data.subarray(offset + size, offset + size + DOLBY_HEAD));
      if (dependent === 0) break;
      size += dependent;
    }
    return size;
  }

  read(frame: Uint8Array): FrameContent {
    return this.#content.of(frame, parseAc3Header(frame));
  }
}

function checkedSize({ frameSize }: { readonly frameSize: number }): number {
  if (frameSize >= DOLBY_HEAD) return frameSize;
  throw new BitstreamError("AC-3 syncframe", `a size of ${frameSize} bytes is too short`, 2);
}

/** Bytes of a dependent substream that starts here; 0 where none does. */
function dependentSize(head: Uint8Array): number {
  const isSync = head.length === DOLBY_HEAD && head[0] === 0x0b && head[1] === 0x77;
  if (!isSync || (head[2] ?? 0) >> 6 !== DEPENDENT || (head[5] ?? 0) >> 3 <= 10) return 0;
  return checkedSize(parseAc3Header(head));
}

/** Opus behind control headers, of a stream whose descriptor told the configuration. */
export class OpusFormat implements FrameFormat {
  readonly #config: OpusConfig;

  constructor(config: OpusConfig) {
    this.#config = config;
  }

  sizeAt(data: Uint8Array, offset: number): number {
    return readOpusAccessUnit(data, offset).end - offset;
  }

  read(frame: Uint8Array): FrameContent {
    const { packet } = readOpusAccessUnit(frame, 0);
    const samples = opusPacketDuration(packet);
    return { config: this.#config, units: [packet], samples, sampleRate: OPUS_SAMPLE_RATE };
  }
}
