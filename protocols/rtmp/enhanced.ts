/**
 * Capabilities that the two sides of a connection tell each other: Enhanced RTMP v2, section
 * "Enhancing NetConnection connect Command".
 *
 * @module
 */
import { AUDIO_CODECS, type CodecName, VIDEO_CODECS } from "../../registry/media/codec.ts";
import { type AmfObject, type AmfValue, isAmfObject } from "../_formats/amf/value.ts";
import { fourCcOf } from "../_formats/flv/codec_ids.ts";

/** Bits of `capsEx`. */
export const CAPS_EX = {
  RECONNECT: 0x01,
  MULTITRACK: 0x02,
  MOD_EX: 0x04,
  TIMESTAMP_NANO_OFFSET: 0x08,
} as const;

/** Bits of the values of `videoFourCcInfoMap` and `audioFourCcInfoMap`. */
export const FOURCC_INFO = { CAN_DECODE: 0x01, CAN_ENCODE: 0x02, CAN_FORWARD: 0x04 } as const;

const ANY_FOURCC = "*";

/** What a peer can be sent beyond the codecs of FLV 10.1. */
export interface Capabilities {
  /** FourCCs that it takes; `*` stands for all. Empty where it knows no Enhanced RTMP. */
  readonly fourCcs: ReadonlySet<string>;
  /** Bits of {@linkcode CAPS_EX}. */
  readonly capsEx: number;
}

function listed(list: AmfValue): readonly string[] {
  if (typeof list === "string") return [list];
  return Array.isArray(list) ? list.filter((entry) => typeof entry === "string") : [];
}

/** A peer that decodes or forwards a codec can be sent it. */
function receivable(map: AmfValue): readonly string[] {
  if (!isAmfObject(map)) return [];
  const mask = FOURCC_INFO.CAN_DECODE | FOURCC_INFO.CAN_FORWARD;
  return Object.keys(map).filter((fourCc) => {
    const info = map[fourCc];
    return typeof info === "number" && (info & mask) !== 0;
  });
}

/** Reads the capabilities from the command object of `connect`. */
export function parseCapabilities(properties: AmfObject | null): Capabilities {
  const { fourCcList, videoFourCcInfoMap, audioFourCcInfoMap, capsEx } = properties ?? {};
  return {
    fourCcs: new Set([
      ...listed(fourCcList),
      ...receivable(videoFourCcInfoMap),
      ...receivable(audioFourCcInfoMap),
    ]),
    capsEx: typeof capsEx === "number" ? capsEx : 0,
  };
}

/** Whether the peer can be sent the codec of `fourCc` in an enhanced tag. */
export function canReceive(capabilities: Capabilities, fourCc: string): boolean {
  return capabilities.fourCcs.has(fourCc) || capabilities.fourCcs.has(ANY_FOURCC);
}

function fourCcsOf(codecs: readonly CodecName[]): readonly string[] {
  return codecs.map(fourCcOf).filter((fourCc) => fourCc !== undefined);
}

function forwardable(fourCcs: readonly string[]): AmfObject {
  return Object.fromEntries(fourCcs.map((fourCc) => [fourCc, FOURCC_INFO.CAN_FORWARD]));
}

const VIDEO_FOURCCS = fourCcsOf(VIDEO_CODECS);
const AUDIO_FOURCCS = fourCcsOf(AUDIO_CODECS);

/** What the gateway says of itself, in `connect` as in its result. */
export const OWN_CAPABILITIES: AmfObject = {
  fourCcList: [...VIDEO_FOURCCS, ...AUDIO_FOURCCS],
  videoFourCcInfoMap: forwardable(VIDEO_FOURCCS),
  audioFourCcInfoMap: forwardable(AUDIO_FOURCCS),
  capsEx: CAPS_EX.MULTITRACK | CAPS_EX.MOD_EX | CAPS_EX.TIMESTAMP_NANO_OFFSET,
};
