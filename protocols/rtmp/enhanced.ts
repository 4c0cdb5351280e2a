/**
 * What the gateway tells of itself in `connect` and in its result: Enhanced RTMP v2, section
 * "Enhancing NetConnection connect Command". What a peer tells is read by `connectCapabilities`.
 *
 * @module
 */
import { AUDIO_CODECS, type CodecName, VIDEO_CODECS } from "../../registry/media/codec.ts";
import type { AmfObject } from "../_formats/amf/value.ts";
import { fourCcOf } from "../_formats/flv/codec_ids.ts";

/** Bits of `capsEx`, CapsExMask. We offer no reconnect requests (0x01). */
const CAPS_EX = { MULTITRACK: 0x02, MOD_EX: 0x04, TIMESTAMP_NANO_OFFSET: 0x08 } as const;

/** Bit of FourCcInfoMask: the gateway neither decodes nor encodes, it passes on. */
const CAN_FORWARD = 0x04;

function fourCcsOf(codecs: readonly CodecName[]): readonly string[] {
  return codecs.map(fourCcOf).filter((fourCc) => fourCc !== undefined);
}

function forwardable(fourCcs: readonly string[]): AmfObject {
  return Object.fromEntries(fourCcs.map((fourCc) => [fourCc, CAN_FORWARD]));
}

const VIDEO_FOURCCS = fourCcsOf(VIDEO_CODECS);
const AUDIO_FOURCCS = fourCcsOf(AUDIO_CODECS);

export const OWN_CAPABILITIES: AmfObject = {
  fourCcList: [...VIDEO_FOURCCS, ...AUDIO_FOURCCS],
  videoFourCcInfoMap: forwardable(VIDEO_FOURCCS),
  audioFourCcInfoMap: forwardable(AUDIO_FOURCCS),
  capsEx: CAPS_EX.MULTITRACK | CAPS_EX.MOD_EX | CAPS_EX.TIMESTAMP_NANO_OFFSET,
};
