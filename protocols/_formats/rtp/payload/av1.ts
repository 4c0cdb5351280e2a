/**
 * AV1 in RTP (AOM "RTP Payload Format for AV1" 1.0): OBU elements, several in a packet or one over
 * many. The dependency descriptor, which only selective forwarding needs, is neither read nor written.
 *
 * @module
 */

import {
  AV1_OBU,
  av1ObuType,
  isAv1Key,
  leb128Size,
  MAX_OBUS_PER_UNIT,
  parseSequenceHeader,
  readLeb128,
  splitObus,
  stripAv1,
  writeLeb128,
} from "../../../../registry/media/av1.ts";
import type { Av1Config } from "../../../../registry/media/codec.ts";
import { unlessDamaged } from "../../../../registry/media/errors.ts";
import type { Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { RtpError } from "../errors.ts";
import { ConfigWatch } from "./config_watch.ts";
import { writeFmtp } from "./fmtp.ts";
import { configOf, type PayloadFormat, type RtpFragment, VIDEO_CLOCK_RATE } from "./format.ts";
import {
  FrameAssembler,
  type FrameBuilder,
  type FrameCodec,
  type FrameContent,
  type Progress,
} from "./frame_assembler.ts";
import { joinBytes } from "../../join.ts";

const WHAT = "AV1 payload";

/** The aggregation header (section 4.4). */
const CONTINUES = 0x80; // Z
const WILL_CONTINUE = 0x40; // Y
const COUNT_SHIFT = 4; // W
const MAX_COUNT = 3;
const NEW_SEQUENCE = 0x08; // N
const HEAD_SIZE = 1;

const HAS_SIZE = 0x02;

export const AV1: PayloadFormat = {
  codec: "av1",
  kind: "video",
  rtpmap: () => ({ encoding: "AV1", clockRate: VIDEO_CLOCK_RATE }),
  fmtp: writeAv1Fmtp,
  config: () => undefined, // the sequence header is in band only
  createDepacketizer: () => new FrameAssembler(new Av1Frames()),
  packetize: packetizeAv1,
};

/** Section 7.2.1. */
function writeAv1Fmtp(track: Track): string | undefined {
  const config = configOf(track, "av1");
  const header = config && unlessDamaged(() => parseSequenceHeader(config.sequenceHeader));
  return header && writeFmtp({
    "profile": header.profile,
    "level-idx": header.level,
    "tier": Number(header.highTier),
  });
}

class Av1Frames implements FrameCodec {
  readonly #watch = new ConfigWatch<Av1Config>(undefined);

  /** Of packets that continue nothing, only these are known to be the first of a temporal unit. */
  startsFrame(payload: Uint8Array): boolean {
    const head = payload[0] ?? 0;
    if ((head & CONTINUES) !== 0) return false;
    if ((head & NEW_SEQUENCE) !== 0) return true;
    const [first] = readElements(payload);
    const type = first && av1ObuType(first);
    return type === AV1_OBU.temporalDelimiter || type === AV1_OBU.sequenceHeader;
  }

  begin(): FrameBuilder {
    return new TemporalUnit(this.#watch);
  }
}

class TemporalUnit implements FrameBuilder {
  readonly #watch: ConfigWatch<Av1Config>;
  readonly #obus: Uint8Array[] = [];
  #hasFrame = false;
  #fragments: Uint8Array[] | undefined;

  constructor(watch: ConfigWatch<Av1Config>) {
    this.#watch = watch;
  }

  add(payload: Uint8Array): Progress {
    const head = payload[0] ?? 0;
    const continues = (head & CONTINUES) !== 0;
    if (continues !== (this.#fragments !== undefined)) {
      const reason = continues ? "a fragment has no start" : "a fragment is not continued";
      throw new RtpError(WHAT, reason, 0);
    }
    const elements = readElements(payload);
    elements.forEach((element, index) => {
      const isOpen = index === elements.length - 1 && (head & WILL_CONTINUE) !== 0;
      this.#addElement(element, isOpen);
    });
    if (this.#fragments !== undefined) return "open";
    return this.#hasFrame ? "whole" : "prelude";
  }

  finish(): readonly FrameContent[] {
    if (this.#fragments !== undefined) throw new RtpError(WHAT, "a fragment is not continued", 0);
    const { payload, sequenceHeaders } = stripAv1(this.#obus);
    const [sequenceHeader] = sequenceHeaders;
    this.#watch.learn(sequenceHeader && { codec: "av1", sequenceHeader });
    if (!payload.some(isFrame)) return [];
    return [{ isKey: isAv1Key(this.#obus), payload, ...this.#watch.news() }];
  }

  #addElement(element: Uint8Array, isOpen: boolean): void {
    const fragments = this.#fragments ?? [];
    fragments.push(element);
    this.#fragments = isOpen ? fragments : undefined;
    if (!isOpen) this.#addObu(joinBytes(fragments));
  }

  /** Senders should leave sizes and temporal delimiters out (section 5), but not all do. */
  #addObu(obu: Uint8Array): void {
    const [first = 0] = obu;
    if (obu.length === 0 || av1ObuType(obu) === AV1_OBU.temporalDelimiter) return;
    const obus = (first & HAS_SIZE) === 0 ? [obu] : splitObus(obu);
    for (const each of obus) {
      if (this.#obus.length >= MAX_OBUS_PER_UNIT) {
        throw new RtpError(WHAT, `a frame has more than ${MAX_OBUS_PER_UNIT} OBUs`, 0);
      }
      this.#hasFrame ||= isFrame(each);
      this.#obus.push(each);
    }
  }
}

function isFrame(obu: Uint8Array): boolean {
  const type = av1ObuType(obu);
  return type === AV1_OBU.frame || type === AV1_OBU.frameHeader;
}

/** Each element has its length before it, but the last of W does not. Throws `BitstreamError`. */
function readElements(payload: Uint8Array): readonly Uint8Array[] {
  const count = (payload[0] ?? 0) >> COUNT_SHIFT & MAX_COUNT;
  const elements: Uint8Array[] = [];
  for (let offset = HEAD_SIZE; offset < payload.length;) {
    if (elements.length === count - 1) {
      elements.push(payload.subarray(offset));
      break;
    }
    const size = readLeb128(payload, offset);
    const end = size.end + size.value;
    if (end > payload.length) {
      const reason = `an element of ${size.value} bytes has ${payload.length - size.end}`;
      throw new RtpError(WHAT, reason, offset);
    }
    elements.push(payload.subarray(size.end, end));
    offset = end;
  }
  return elements;
}

/** A piece of an OBU that is shorter than this is not worth a length of its own. */
const MIN_FRAGMENT = 16;

/** One packet in the making. */
interface Packet {
  readonly elements: Uint8Array[];
  /** Bytes with the aggregation header and all lengths. */
  size: number;
  continues: boolean;
  willContinue: boolean;
}

function packetizeAv1(unit: Unit, maxPayloadSize: number): readonly RtpFragment[] {
  const config = unit.isKey ? configOf(unit.track, "av1") : undefined;
  const obus = config ? [config.sequenceHeader, ...unit.payload] : unit.payload;
  const packets = fillPackets(obus, maxPayloadSize);
  return packets.map((packet, index) => ({
    parts: packetParts(packet, index === 0 && config !== undefined),
    marker: index === packets.length - 1,
  }));
}

function fillPackets(obus: readonly Uint8Array[], maxPayloadSize: number): readonly Packet[] {
  const packets: Packet[] = [];
  let packet: Packet | undefined;
  for (const obu of obus) {
    for (let rest = obu; rest.length > 0;) {
      packet ??= begin(packets, rest !== obu);
      const room = maxPayloadSize - packet.size - leb128Size(maxPayloadSize);
      if (rest.length > room && room < MIN_FRAGMENT) {
        packet = undefined;
        continue;
      }
      const element = rest.subarray(0, room);
      rest = rest.subarray(element.length);
      packet.elements.push(element);
      packet.size += leb128Size(element.length) + element.length;
      if (rest.length === 0) continue;
      packet.willContinue = true;
      packet = undefined;
    }
  }
  return packets;
}

function begin(packets: Packet[], continues: boolean): Packet {
  const packet: Packet = { elements: [], size: HEAD_SIZE, continues, willContinue: false };
  packets.push(packet);
  return packet;
}

/** Up to three elements are counted, so that the last needs no length. */
function packetParts(packet: Packet, isNewSequence: boolean): readonly Uint8Array[] {
  const { elements, size } = packet;
  const count = elements.length <= MAX_COUNT ? elements.length : 0;
  const media = elements.reduce((total, element) => total + element.length, 0);
  const heads = new Uint8Array(size - media);
  heads[0] = (packet.continues ? CONTINUES : 0) | (packet.willContinue ? WILL_CONTINUE : 0) |
    count << COUNT_SHIFT | (isNewSequence ? NEW_SEQUENCE : 0);
  const parts: Uint8Array[] = [];
  let start = 0;
  let end = HEAD_SIZE;
  for (const [index, element] of elements.entries()) {
    if (index !== count - 1) end = writeLeb128(heads, end, element.length);
    if (end > start) parts.push(heads.subarray(start, end));
    parts.push(element);
    start = end;
  }
  return parts;
}
