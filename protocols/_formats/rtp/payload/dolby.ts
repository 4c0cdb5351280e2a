/**
 * AC-3 (RFC 4184) and Enhanced AC-3 (RFC 4598) in RTP.
 *
 * @module
 */

import { parseAc3Header } from "../../../../registry/media/ac3.ts";
import type { PlainAudioConfig } from "../../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { ConfigWatch } from "./config_watch.ts";
import type { MediaFormat, PayloadFormat, RtpFragment, RtpMap } from "./format.ts";
import {
  FrameAssembler,
  type FrameBuilder,
  type FrameCodec,
  type FrameContent,
  type Progress,
} from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";
import { plainAudio } from "./pcm.ts";

/** Bytes of the payload header of both: the kind of packet, and a count. */
const HEAD_SIZE = 2;

/** The count of frames or fragments has eight bits. */
const MAX_FRAGMENTS = 0xff;

interface DolbyTraits {
  readonly codec: "ac3" | "eac3";
  readonly encoding: string;
  readonly what: string;
  /** Bits of the first byte that tell the kind of packet: 0 is one of whole frames. */
  readonly typeMask: number;
  /** The first byte of the first fragment, which has `share` of the frame, and of the others. */
  firstFragment(share: number): number;
  readonly nextFragment: number;
  /** The first byte of a fragment that starts a frame; undefined where nothing tells it. */
  isFirstFragment(type: number): boolean | undefined;
}

/** A decoder can start with so much of an AC-3 frame (RFC 4184 section 4.1.1). */
const USEFUL_SHARE = 5 / 8;

export const AC3: PayloadFormat = dolbyFormat({
  codec: "ac3",
  encoding: "ac3",
  what: "AC-3 payload",
  typeMask: 0x03,
  firstFragment: (share) => share >= USEFUL_SHARE ? 1 : 2,
  nextFragment: 3,
  isFirstFragment: (type) => type !== 3,
});

export const EAC3: PayloadFormat = dolbyFormat({
  codec: "eac3",
  encoding: "eac3",
  what: "E-AC-3 payload",
  typeMask: 0x01,
  firstFragment: () => 1,
  nextFragment: 1,
  isFirstFragment: () => undefined,
});

function dolbyFormat(traits: DolbyTraits): PayloadFormat {
  return {
    codec: traits.codec,
    kind: "audio",
    rtpmap: (track) => dolbyRtpmap(traits, track),
    fmtp: () => undefined,
    config: (media) => dolbyConfig(traits, media),
    createDepacketizer: (media) => new FrameAssembler(new DolbyFrames(traits, media)),
    packetize: (unit, maxPayloadSize) => packetizeDolby(traits, unit, maxPayloadSize),
  };
}

function dolbyRtpmap({ encoding }: DolbyTraits, track: Track): RtpMap {
  const { sampleRate = track.timescale, channels } = plainAudio(track) ?? {};
  return { encoding, clockRate: sampleRate, ...(channels !== undefined && { channels }) };
}

/** Where SDP leaves the channels out, the frames tell them. */
function dolbyConfig(
  { codec }: DolbyTraits,
  { clockRate, channels }: MediaFormat,
): PlainAudioConfig | undefined {
  return channels === undefined ? undefined : { codec, sampleRate: clockRate, channels };
}

class DolbyFrames implements FrameCodec {
  readonly #traits: DolbyTraits;
  readonly #watch: ConfigWatch<PlainAudioConfig>;

  constructor(traits: DolbyTraits, media: MediaFormat) {
    this.#traits = traits;
    this.#watch = new ConfigWatch(dolbyConfig(traits, media));
  }

  startsFrame(payload: Uint8Array): boolean {
    const type = (payload[0] ?? 0) & this.#traits.typeMask;
    const known = type === 0 || this.#traits.isFirstFragment(type);
    const frame = payload.subarray(HEAD_SIZE);
    return known ?? unlessDamaged(() => parseAc3Header(frame)) !== undefined;
  }

  begin(): FrameBuilder {
    return new DolbyBuilder(this.#traits, this.#watch);
  }
}

/** The frames of one packet, or one frame over as many as each of its packets says. */
class DolbyBuilder implements FrameBuilder {
  readonly #traits: DolbyTraits;
  readonly #watch: ConfigWatch<PlainAudioConfig>;
  readonly #parts: Uint8Array[] = [];

  constructor(traits: DolbyTraits, watch: ConfigWatch<PlainAudioConfig>) {
    this.#traits = traits;
    this.#watch = watch;
  }

  add(payload: Uint8Array): Progress {
    const [head = 0, count = 0] = payload;
    const { what, typeMask } = this.#traits;
    if (payload.length <= HEAD_SIZE) throw new RtpError(what, "there is no frame", HEAD_SIZE);
    const isFragment = (head & typeMask) !== 0;
    if (!isFragment && this.#parts.length > 0) {
      throw new RtpError(what, "a fragment is not continued", 0);
    }
    this.#parts.push(payload.subarray(HEAD_SIZE));
    return !isFragment || this.#parts.length >= count ? "complete" : "open";
  }

  finish(): readonly FrameContent[] {
    const contents: FrameContent[] = [];
    let timestampOffset = 0;
    for (let rest = joinBytes(this.#parts); rest.length > 0;) {
      const header = parseAc3Header(rest);
      const size = frameSize(rest);
      if (size > rest.length) throw new RtpError(this.#traits.what, "a frame is cut short", 0);
      const { sampleRate, channels } = header;
      this.#watch.learn({ codec: this.#traits.codec, sampleRate, channels });
      contents.push({
        isKey: true,
        payload: [rest.subarray(0, size)],
        ...(timestampOffset > 0 && { timestampOffset }),
        ...this.#watch.news(),
      });
      timestampOffset += header.samplesPerFrame;
      rest = rest.subarray(size);
    }
    return contents;
  }
}

/** A syncframe with all those behind it that belong to it: further programmes, more channels. */
function frameSize(data: Uint8Array): number {
  let size = parseAc3Header(data).frameSize;
  while (size < data.length && isFurtherSubstream(data.subarray(size))) {
    size += parseAc3Header(data.subarray(size)).frameSize;
  }
  return size;
}

const DEPENDENT = 1;

/** `strmtyp` and `substreamid` of Enhanced AC-3 (ETSI TS 102 366 E.1.3.1). */
function isFurtherSubstream(syncframe: Uint8Array): boolean {
  const { codec } = parseAc3Header(syncframe);
  const ids = syncframe[2] ?? 0;
  return codec === "eac3" && (ids >> 6 === DEPENDENT || (ids >> 3 & 7) !== 0);
}

function packetizeDolby(
  traits: DolbyTraits,
  unit: Unit,
  maxPayloadSize: number,
): readonly RtpFragment[] {
  const frame = joinBytes(unit.payload);
  const size = maxPayloadSize - HEAD_SIZE;
  const count = Math.ceil(frame.length / size);
  if (count > MAX_FRAGMENTS) return [];
  if (count === 1) return [{ parts: [Uint8Array.of(0, 1), frame], marker: true }];
  return Array.from({ length: count }, (_, index) => {
    const start = index * size;
    const type = index === 0 ? traits.firstFragment(size / frame.length) : traits.nextFragment;
    const part = frame.subarray(start, start + size);
    return { parts: [Uint8Array.of(type, count), part], marker: index === count - 1 };
  });
}
