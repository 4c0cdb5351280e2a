/**
 * H.264 in RTP (RFC 6184). What is sent is single NAL units, STAP-A and FU-A (packetization mode 1);
 * what is read is every type. Decoding order numbers are passed over: packets are taken in the order
 * in which they were sent, so the interleaved mode (2) comes out right only where nobody interleaved.
 *
 * @module
 */

import type { H264Config } from "../../../../registry/media/codec.ts";
import { updatedH264 } from "../../../../registry/media/config_update.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import {
  h264NalType,
  isFirstH264Slice,
  isH264Key,
  isH264Slice,
  stripH264,
} from "../../../../registry/media/h264.ts";
import { splitAtStartCodes } from "../../../../registry/media/nal.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { ConfigWatch } from "./config_watch.ts";
import { base64List, base64Parameter, parseFmtp, writeFmtp } from "./fmtp.ts";
import {
  configOf,
  type Depacketizer,
  type DepacketizerEvent,
  type MediaFormat,
  type PayloadFormat,
  type PayloadPacket,
  type RtpFragment,
  VIDEO_CLOCK_RATE,
} from "./format.ts";
import { FrameAssembler, type FrameContent } from "./frame_assembler.ts";
import { type NalFormat, NalFrames, type NalPiece, readAggregate } from "./nal_frames.ts";
import { type NalPacking, packetizeNals } from "./nal_packets.ts";

const WHAT = "H.264 payload";

/** Types of payload beside those of NAL units (table 1). */
const TYPE = { stapA: 24, stapB: 25, mtap16: 26, mtap24: 27, fuA: 28, fuB: 29 } as const;

const LAST_NAL_TYPE = 23;
const NAL_HEADER = 1;
const FU_HEADER = 2;
const DON_SIZE = 2;
const FU_START = 0x80;
const FU_END = 0x40;
const FORBIDDEN_BIT = 0x80;
const REFERENCE_BITS = 0x60;
const TYPE_BITS = 0x1f;

export const H264: PayloadFormat = {
  codec: "h264",
  kind: "video",
  rtpmap: () => ({ encoding: "H264", clockRate: VIDEO_CLOCK_RATE }),
  fmtp: writeH264Fmtp,
  config: readH264Config,
  createDepacketizer: (media) => new H264Depacketizer(readH264Config(media)),
  packetize: packetizeH264,
};

/** Section 8.1. Sets that cannot be in band yet are left to the stream. */
function readH264Config({ fmtp }: MediaFormat): H264Config | undefined {
  // Some cameras put start codes before the sets, or both sets in one item.
  const sets = base64Parameter(parseFmtp(fmtp), "sprop-parameter-sets")
    .flatMap((item) => unlessDamaged(() => splitAtStartCodes(item)) ?? []);
  return updatedH264(undefined, stripH264(sets));
}

function writeH264Fmtp(track: Track): string | undefined {
  const config = configOf(track, "h264");
  const sps = config?.sps[0];
  return writeFmtp({
    "packetization-mode": 1,
    "profile-level-id": sps !== undefined && sps.length >= 4
      ? sps.subarray(1, 4).toHex()
      : undefined,
    "sprop-parameter-sets": config && base64List([...config.sps, ...config.pps]),
  });
}

class H264Depacketizer implements Depacketizer {
  readonly #assembler: FrameAssembler;

  constructor(config: H264Config | undefined) {
    this.#assembler = new FrameAssembler(new NalFrames(h264Nals(config)));
  }

  push(packet: PayloadPacket): readonly DepacketizerEvent[] {
    const offsetSize = OFFSET_SIZES.get(h264NalType(packet.payload));
    if (offsetSize === undefined) return this.#assembler.push(packet);
    return divideMtap(packet, offsetSize).flatMap((part) => this.#assembler.push(part));
  }

  flush(): readonly DepacketizerEvent[] {
    return this.#assembler.flush();
  }
}

function h264Nals(initial: H264Config | undefined): NalFormat {
  const watch = new ConfigWatch(initial);
  return {
    what: WHAT,
    read: readPayload,
    isSlice: isH264Slice,
    isFirstSlice: isFirstH264Slice,
    finish(nals): FrameContent | undefined {
      const stripped = stripH264(nals);
      watch.learn(updatedH264(watch.known, stripped));
      const { payload } = stripped;
      if (!payload.some(isH264Slice)) return undefined;
      return { isKey: isH264Key(payload), payload, ...watch.news() };
    },
  };
}

function readPayload(payload: Uint8Array): readonly NalPiece[] {
  const type = h264NalType(payload);
  // Type 0 with a zero after it is no NAL unit, but may be the start code of one.
  const isNal = type === 0 ? payload[1] === 0 : type <= LAST_NAL_TYPE;
  if (isNal) return [{ type: "whole", nal: payload }];
  return READERS[type]?.(payload) ?? [];
}

/** Types that are not here, 0, 30 and 31, are to be ignored (section 5.4). */
const READERS: Readonly<Record<number, (payload: Uint8Array) => readonly NalPiece[]>> = {
  [TYPE.stapA]: (payload) => readAggregate(WHAT, payload, NAL_HEADER),
  [TYPE.stapB]: (payload) => readAggregate(WHAT, payload, NAL_HEADER + DON_SIZE),
  [TYPE.fuA]: (payload) => readFragment(payload, 0),
  [TYPE.fuB]: (payload) => readFragment(payload, DON_SIZE),
  [TYPE.mtap16]: refuseMtap,
  [TYPE.mtap24]: refuseMtap,
};

/** Those that can be read have been divided before. */
function refuseMtap(): never {
  throw new RtpError(WHAT, "an MTAP is cut short", 0);
}

/** The header of the NAL unit has its bits in both bytes of the FU header (section 5.8). */
function readFragment(payload: Uint8Array, donSize: number): readonly NalPiece[] {
  const [indicator = 0, head = 0] = payload;
  const bodyStart = FU_HEADER + donSize;
  if (payload.length < bodyStart) throw new RtpError(WHAT, "a fragment has no header", 0);
  return [{
    type: "fragment",
    isStart: (head & FU_START) !== 0,
    isEnd: (head & FU_END) !== 0,
    header: Uint8Array.of(indicator & ~TYPE_BITS | head & TYPE_BITS),
    body: payload.subarray(bodyStart),
  }];
}

/** Bytes of the timestamp offset in an MTAP16 and an MTAP24. */
const OFFSET_SIZES: ReadonlyMap<number, number> = new Map([[TYPE.mtap16, 2], [TYPE.mtap24, 3]]);

/**
 * An MTAP (section 5.7.2) as packets of one NAL unit each, with their own timestamps; one that is cut
 * short as it is.
 */
function divideMtap(packet: PayloadPacket, offsetSize: number): readonly PayloadPacket[] {
  const { payload } = packet;
  const parts: PayloadPacket[] = [];
  for (let at = NAL_HEADER + DON_SIZE; at < payload.length;) {
    const start = at + 3 + offsetSize; // length, decoding order number difference, offset
    const end = start + readInteger(payload, at, 2);
    if (end > payload.length) return [packet];
    const timestamp = packet.timestamp + readInteger(payload, at + 3, offsetSize);
    const lost = packet.lost && parts.length === 0;
    const marker = packet.marker && end === payload.length;
    parts.push({ payload: payload.subarray(start, end), marker, timestamp, lost });
    at = end;
  }
  return parts.length === 0 ? [packet] : parts;
}

function readInteger(bytes: Uint8Array, offset: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[offset + i] ?? 0);
  return value;
}

function packetizeH264(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const config = unit.isKey ? configOf(unit.track, "h264") : undefined;
  const nals = config ? [...config.sps, ...config.pps, ...unit.payload] : unit.payload;
  return packetizeNals(nals, maxPayloadSize, PACKING);
}

const PACKING: NalPacking = {
  headerSize: NAL_HEADER,
  fragmentHeadSize: FU_HEADER,
  /** F is set where any NAL unit has it, NRI is the greatest of them (section 5.7). */
  writeAggregateHead(target, nals) {
    let forbidden = 0;
    let reference = 0;
    for (const [header = 0] of nals) {
      forbidden |= header & FORBIDDEN_BIT;
      reference = Math.max(reference, header & REFERENCE_BITS);
    }
    target[0] = forbidden | reference | TYPE.stapA;
  },
  writeFragmentHead(target, nal, isStart, isEnd) {
    const header = nal[0] ?? 0;
    target[0] = header & ~TYPE_BITS | TYPE.fuA;
    target[1] = (isStart ? FU_START : 0) | (isEnd ? FU_END : 0) | header & TYPE_BITS;
  },
};
