/**
 * H.265 in RTP (RFC 7798): single NAL units, aggregation packets and fragmentation units. Decoding
 * order numbers, which are there when `sprop-max-don-diff` says so, are passed over: packets are
 * taken in the order in which they were sent.
 *
 * @module
 */

import type { H265Config } from "../../../../registry/media/codec.ts";
import { updatedH265 } from "../../../../registry/media/config_update.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import {
  h265NalType,
  isFirstH265Slice,
  isH265Key,
  isH265Slice,
  stripH265,
} from "../../../../registry/media/h265.ts";
import { splitAtStartCodes } from "../../../../registry/media/nal.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { ConfigWatch } from "./config_watch.ts";
import { base64List, base64Parameter, integerParameter, parseFmtp, writeFmtp } from "./fmtp.ts";
import {
  configOf,
  type Depacketizer,
  type MediaFormat,
  type PayloadFormat,
  type RtpFragment,
  VIDEO_CLOCK_RATE,
} from "./format.ts";
import { FrameAssembler, type FrameContent } from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";
import { type NalFormat, NalFrames, type NalPiece, readAggregate } from "./nal_frames.ts";
import { type NalPacking, packetizeNals } from "./nal_packets.ts";

const WHAT = "H.265 payload";

/** Types of payload beside those of NAL units (section 4.4). */
const TYPE = { aggregate: 48, fragment: 49 } as const;

const NAL_HEADER = 2;
const FU_HEADER = 3;
const FU_START = 0x80;
const FU_END = 0x40;
const TYPE_BITS = 0x3f;

/** All of the first header byte but the type. */
const FIRST_BYTE_REST = 0x81;

/** Bytes of a decoding order number, and of the difference to the one before. */
const DONL_SIZE = 2;
const DOND_SIZE = 1;
const MAX_DON_DIFF = 32_767;

export const H265: PayloadFormat = {
  codec: "h265",
  kind: "video",
  rtpmap: () => ({ encoding: "H265", clockRate: VIDEO_CLOCK_RATE }),
  fmtp: writeH265Fmtp,
  config: readH265Config,
  createDepacketizer,
  packetize: packetizeH265,
};

/** Section 7.1. */
function readH265Config({ fmtp }: MediaFormat): H265Config | undefined {
  const parameters = parseFmtp(fmtp);
  const sets = ["sprop-vps", "sprop-sps", "sprop-pps"]
    .flatMap((name) => base64Parameter(parameters, name))
    .flatMap((item) => unlessDamaged(() => splitAtStartCodes(item)) ?? []);
  return updatedH265(undefined, stripH265(sets));
}

function writeH265Fmtp(track: Track): string | undefined {
  const config = configOf(track, "h265");
  return config && writeFmtp({
    "sprop-vps": base64List(config.vps),
    "sprop-sps": base64List(config.sps),
    "sprop-pps": base64List(config.pps),
  });
}

function createDepacketizer(media: MediaFormat): Depacketizer {
  const parameters = parseFmtp(media.fmtp);
  const hasDon = integerParameter(parameters, "sprop-max-don-diff", 0, MAX_DON_DIFF) > 0;
  return new FrameAssembler(new NalFrames(h265Nals(readH265Config(media), hasDon)));
}

function h265Nals(initial: H265Config | undefined, hasDon: boolean): NalFormat {
  const watch = new ConfigWatch(initial);
  return {
    what: WHAT,
    read: (payload) => readPayload(payload, hasDon),
    isSlice: isH265Slice,
    isFirstSlice: isFirstH265Slice,
    finish(nals): FrameContent | undefined {
      const stripped = stripH265(nals);
      watch.learn(updatedH265(watch.known, stripped));
      const { payload } = stripped;
      if (!payload.some(isH265Slice)) return undefined;
      return { isKey: isH265Key(payload), payload, ...watch.news() };
    },
  };
}

/** Types above fragments, as PACI packets (section 4.4.4), are ignored. */
function readPayload(payload: Uint8Array, hasDon: boolean): readonly NalPiece[] {
  if (payload.length < NAL_HEADER) throw new RtpError(WHAT, "the header is cut short", 0);
  const type = h265NalType(payload);
  if (type < TYPE.aggregate) {
    return [{ type: "whole", nal: hasDon ? withoutDon(payload) : payload }];
  }
  if (type === TYPE.aggregate) {
    const [donl, dond] = hasDon ? [DONL_SIZE, DOND_SIZE] : [0, 0];
    return readAggregate(WHAT, payload, NAL_HEADER + donl, dond);
  }
  return type === TYPE.fragment ? readFragment(payload, hasDon) : [];
}

function withoutDon(payload: Uint8Array): Uint8Array {
  return joinBytes([payload.subarray(0, NAL_HEADER), payload.subarray(NAL_HEADER + DONL_SIZE)]);
}

/** Only the first fragment has a decoding order number (section 4.4.3). */
function readFragment(payload: Uint8Array, hasDon: boolean): readonly NalPiece[] {
  const [first = 0, second = 0, head = 0] = payload;
  const isStart = (head & FU_START) !== 0;
  const bodyStart = FU_HEADER + (hasDon && isStart ? DONL_SIZE : 0);
  if (payload.length < bodyStart) throw new RtpError(WHAT, "a fragment has no header", 0);
  return [{
    type: "fragment",
    isStart,
    isEnd: (head & FU_END) !== 0,
    header: Uint8Array.of(first & FIRST_BYTE_REST | (head & TYPE_BITS) << 1, second),
    body: payload.subarray(bodyStart),
  }];
}

function packetizeH265(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const config = unit.isKey ? configOf(unit.track, "h265") : undefined;
  const nals = config
    ? [...config.vps, ...config.sps, ...config.pps, ...unit.payload]
    : unit.payload;
  return packetizeNals(nals, maxPayloadSize, PACKING);
}

const PACKING: NalPacking = {
  headerSize: NAL_HEADER,
  fragmentHeadSize: FU_HEADER,
  /** F is set where any NAL unit has it; layer and temporal id are the least (section 4.4.2). */
  writeAggregateHead(target, nals) {
    let forbidden = 0;
    let layer = 0x3f;
    let temporal = 7;
    for (const [first = 0, second = 0] of nals) {
      forbidden |= first & 0x80;
      layer = Math.min(layer, (first & 1) << 5 | second >> 3);
      temporal = Math.min(temporal, second & 7);
    }
    target[0] = forbidden | TYPE.aggregate << 1 | layer >> 5;
    target[1] = (layer & 0x1f) << 3 | temporal;
  },
  writeFragmentHead(target, nal, isStart, isEnd) {
    const [first = 0, second = 0] = nal;
    target[0] = first & FIRST_BYTE_REST | TYPE.fragment << 1;
    target[1] = second;
    target[2] = (isStart ? FU_START : 0) | (isEnd ? FU_END : 0) | h265NalType(nal);
  },
};
