/**
 * AAC in RTP as `MP4A-LATM` (RFC 6416 section 6): AudioMuxElements with the configuration in SDP,
 * which is also what is written, or in band.
 *
 * @module
 */

import { BitReader } from "../../../../registry/media/bit_reader.ts";
import type { AacConfig } from "../../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { ConfigWatch } from "./config_watch.ts";
import { hexParameter, parseFmtp, writeFmtp } from "./fmtp.ts";
import {
  configOf,
  type Depacketizer,
  type MediaFormat,
  type PayloadFormat,
  type RtpFragment,
} from "./format.ts";
import {
  FrameAssembler,
  type FrameBuilder,
  type FrameContent,
  type Progress,
} from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";
import { aacDuration, aacRtpmap } from "./mpeg4_generic.ts";
import {
  readStreamMuxConfig,
  type StreamMuxConfig,
  writeStreamMuxConfig,
} from "./stream_mux_config.ts";

const WHAT = "MP4A-LATM payload";

/** A length goes on in the next byte after this one (`PayloadLengthInfo`). */
const LENGTH_GOES_ON = 0xff;

export const MP4A_LATM: PayloadFormat = {
  codec: "aac",
  kind: "audio",
  rtpmap: (track) => aacRtpmap("MP4A-LATM", track),
  fmtp: writeLatmFmtp,
  config: (media) => configOfMux(outOfBand(media)),
  createDepacketizer,
  packetize: packetizeLatm,
};

/** Section 7.3. */
function outOfBand({ fmtp }: MediaFormat): StreamMuxConfig | undefined {
  const bytes = hexParameter(parseFmtp(fmtp), "config");
  return bytes && unlessDamaged(() => readStreamMuxConfig(new BitReader(bytes, "StreamMuxConfig")));
}

function configOfMux(mux: StreamMuxConfig | undefined): AacConfig | undefined {
  return mux && { codec: "aac", audioSpecificConfig: mux.audioSpecificConfig };
}

/** Profile level 30 is "High Efficiency AAC Profile, level 2", which others write for all. */
function writeLatmFmtp(track: Track): string | undefined {
  const config = configOf(track, "aac");
  const mux = config && unlessDamaged(() => writeStreamMuxConfig(config.audioSpecificConfig));
  return writeFmtp({ "profile-level-id": 30, "cpresent": 0, "config": mux?.toHex() });
}

function createDepacketizer(media: MediaFormat): Depacketizer {
  const stream = new LatmStream(media);
  return new FrameAssembler({
    startsFrame: (payload) => stream.isWhole(payload),
    begin: () => new LatmElement(stream),
  });
}

class LatmStream {
  readonly #isInBand: boolean;
  readonly #clockRate: number;
  readonly #watch: ConfigWatch<AacConfig>;
  #mux: StreamMuxConfig | undefined;

  constructor(media: MediaFormat) {
    this.#isInBand = parseFmtp(media.fmtp).get("cpresent") !== "0";
    this.#clockRate = media.clockRate;
    this.#mux = outOfBand(media);
    this.#watch = new ConfigWatch(configOfMux(this.#mux));
  }

  frames(element: Uint8Array): readonly FrameContent[] {
    const units = this.#readUnits(new BitReader(element, WHAT), element);
    this.#watch.learn(configOfMux(this.#mux));
    const duration = aacDuration(this.#watch.known, this.#clockRate);
    return units.map((unit, index) => ({
      isKey: true,
      payload: [unit],
      ...(index > 0 && { timestampOffset: index * duration }),
      ...this.#watch.news(),
    }));
  }

  /**
   * Whether a payload is a whole AudioMuxElement: its lengths add up to its own. Nothing in the format
   * tells the start of a fragmented one from its middle, so once in some hundred times that the last
   * fragment alone arrives, it is taken for whole.
   */
  isWhole(payload: Uint8Array): boolean {
    const reader = new BitReader(payload, WHAT);
    this.#readUnits(reader, payload);
    return reader.bitsLeft < 8;
  }

  /** The access units of an AudioMuxElement (ISO/IEC 14496-3 1.7.3.1). */
  #readUnits(reader: BitReader, element: Uint8Array): readonly Uint8Array[] {
    const isSameMux = !this.#isInBand || reader.bit();
    if (!isSameMux) this.#mux = readStreamMuxConfig(reader);
    if (this.#mux === undefined) throw new RtpError(WHAT, "its configuration is not known", 0);
    const units: Uint8Array[] = [];
    for (let i = 0; i < this.#mux.subFrames; i++) {
      const size = readLength(reader);
      if (8 * size > reader.bitsLeft) {
        throw reader.error(`an access unit of ${size} bytes has ${reader.bitsLeft >> 3}`);
      }
      if (size > 0) units.push(readBytes(reader, element, size));
    }
    return units;
  }
}

class LatmElement implements FrameBuilder {
  readonly #stream: LatmStream;
  readonly #parts: Uint8Array[] = [];

  constructor(stream: LatmStream) {
    this.#stream = stream;
  }

  add(payload: Uint8Array): Progress {
    this.#parts.push(payload);
    return "whole";
  }

  finish(): readonly FrameContent[] {
    return this.#stream.frames(joinBytes(this.#parts));
  }
}

function readLength(reader: BitReader): number {
  let length = 0;
  let byte = LENGTH_GOES_ON;
  while (byte === LENGTH_GOES_ON) {
    byte = reader.bits(8);
    length += byte;
  }
  return length;
}

/** A view, or in band, where access units lie between bytes, a copy. */
function readBytes(reader: BitReader, element: Uint8Array, size: number): Uint8Array {
  if (reader.byteAligned) {
    const start = reader.position / 8;
    reader.skip(8 * size);
    return element.subarray(start, start + size);
  }
  return Uint8Array.from({ length: size }, () => reader.bits(8));
}

function packetizeLatm(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const frame = joinBytes(unit.payload);
  if (frame.length === 0) return [];
  const head = lengthInfo(frame.length);
  const fragments: RtpFragment[] = [];
  for (let at = 0; at < frame.length;) {
    const isFirst = at === 0;
    const end = Math.min(frame.length, at + maxPayloadSize - (isFirst ? head.length : 0));
    const body = frame.subarray(at, end);
    fragments.push({ parts: isFirst ? [head, body] : [body], marker: end === frame.length });
    at = end;
  }
  return fragments;
}

function lengthInfo(size: number): Uint8Array {
  const full = Math.floor(size / LENGTH_GOES_ON);
  const info = new Uint8Array(full + 1).fill(LENGTH_GOES_ON);
  info[full] = size % LENGTH_GOES_ON;
  return info;
}
