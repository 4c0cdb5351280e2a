/**
 * MPEG audio in RTP (RFC 2250 section 3.5), whose clock is 90 kHz whatever the sampling rate. Frames
 * of any layer go under the name of `mp3`.
 *
 * @module
 */

import type { PlainAudioConfig } from "../../../../registry/media/codec.ts";
import { type MpegAudioHeader, parseMp3Header } from "../../../../registry/media/mp3.ts";
import { rescale } from "../../../../registry/media/timebase.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { ConfigWatch } from "./config_watch.ts";
import { type PayloadFormat, type RtpFragment, VIDEO_CLOCK_RATE } from "./format.ts";
import {
  FrameAssembler,
  type FrameBuilder,
  type FrameCodec,
  type FrameContent,
  type Progress,
} from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";

const WHAT = "MPEG audio payload";

/** Two bytes that must be zero, and the offset in the frame. */
const HEAD_SIZE = 4;

export const MPA: PayloadFormat = {
  codec: "mp3",
  kind: "audio",
  rtpmap: () => ({ encoding: "MPA", clockRate: VIDEO_CLOCK_RATE }),
  fmtp: () => undefined,
  config: () => undefined, // frames tell
  createDepacketizer: () => new FrameAssembler(new MpegAudioFrames()),
  packetize: packetizeMpegAudio,
};

class MpegAudioFrames implements FrameCodec {
  readonly #watch = new ConfigWatch<PlainAudioConfig>(undefined);

  startsFrame(payload: Uint8Array): boolean {
    return fragmentOffset(payload) === 0;
  }

  begin(): FrameBuilder {
    return new MpegAudioBuilder(this.#watch);
  }
}

function fragmentOffset(payload: Uint8Array): number {
  return (payload[2] ?? 0) * 256 + (payload[3] ?? 0);
}

/** The frames of one packet, or one frame over several. */
class MpegAudioBuilder implements FrameBuilder {
  readonly #watch: ConfigWatch<PlainAudioConfig>;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  #needed = 0;

  constructor(watch: ConfigWatch<PlainAudioConfig>) {
    this.#watch = watch;
  }

  add(payload: Uint8Array): Progress {
    const offset = fragmentOffset(payload);
    if (offset !== this.#bytes) {
      throw new RtpError(WHAT, `a fragment starts at ${offset}, not ${this.#bytes}`, 2);
    }
    const body = payload.subarray(HEAD_SIZE);
    if (body.length === 0) throw new RtpError(WHAT, "there is no frame", HEAD_SIZE);
    if (offset === 0) this.#needed = readHeader(body).frameLength;
    this.#parts.push(body);
    this.#bytes += body.length;
    return this.#bytes >= this.#needed ? "complete" : "open";
  }

  finish(): readonly FrameContent[] {
    if (this.#bytes < this.#needed) {
      throw new RtpError(WHAT, `a frame lacks ${this.#needed - this.#bytes} bytes`, 0);
    }
    const contents: FrameContent[] = [];
    let timestampOffset = 0;
    for (let rest = joinBytes(this.#parts); rest.length > 0;) {
      const header = readHeader(rest);
      // The free format does not tell where a frame ends.
      const size = header.frameLength || rest.length;
      if (size > rest.length) throw new RtpError(WHAT, "the last frame is cut short", 0);
      this.#watch.learn(configOfFrame(header));
      contents.push({
        isKey: true,
        payload: [rest.subarray(0, size)],
        ...(timestampOffset > 0 && { timestampOffset }),
        ...this.#watch.news(),
      });
      timestampOffset += rescale(header.samplesPerFrame, header.sampleRate, VIDEO_CLOCK_RATE);
      rest = rest.subarray(size);
    }
    return contents;
  }
}

function readHeader(frame: Uint8Array): MpegAudioHeader {
  const header = parseMp3Header(frame);
  if (header === undefined) throw new RtpError(WHAT, "a frame header is cut short", HEAD_SIZE);
  return header;
}

function configOfFrame({ sampleRate, channels }: MpegAudioHeader): PlainAudioConfig {
  return { codec: "mp3", sampleRate, channels };
}

function packetizeMpegAudio(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const frame = joinBytes(unit.payload);
  const size = maxPayloadSize - HEAD_SIZE;
  return Array.from({ length: Math.ceil(frame.length / size) }, (_, index) => {
    const start = index * size;
    const head = Uint8Array.of(0, 0, start >> 8, start);
    // The marker is for the first frame of a talkspurt (section 3.5), which live audio has not.
    return { parts: [head, frame.subarray(start, start + size)], marker: false };
  });
}
