import { type AmfObject, type AmfValue, isAmfObject } from "../amf/value.ts";

/** What a player can take beyond FLV 10.1. */
export interface FlvCapabilities {
  /** Video FourCCs in lower case; `*` stands for all. */
  readonly video: ReadonlySet<string>;
  /** Audio FourCCs in lower case; `*` stands for all. */
  readonly audio: ReadonlySet<string>;
  readonly multitrack: boolean;
}

const WILDCARD = "*";

/** For readers that ask for nothing and get everything: HTTP-FLV, files. */
export const ALL_CAPABILITIES: FlvCapabilities = {
  video: new Set([WILDCARD]),
  audio: new Set([WILDCARD]),
  multitrack: true,
};

/** For players that know FLV 10.1 only. */
export const LEGACY_CAPABILITIES: FlvCapabilities = {
  video: new Set(),
  audio: new Set(),
  multitrack: false,
};

/** Bit of `capsEx`, CapsExMask of Enhanced RTMP v2. */
const CAPS_EX_MULTITRACK = 0x02;

/** Flags of FourCcInfoMask with which a player can use what it is sent: decode or forward it. */
const CAN_RECEIVE = 0x01 | 0x04;

/**
 * Reads the command object of RTMP `connect`: `fourCcList` of Enhanced RTMP v1, the info maps and
 * `capsEx` of v2. FourCCs are compared without regard to case, since the specification's own
 * examples vary it.
 */
export function connectCapabilities(connect: AmfObject): FlvCapabilities {
  const listed = listedFourCcs(connect.fourCcList);
  const { capsEx } = connect;
  return {
    video: new Set([...listed, ...mappedFourCcs(connect.videoFourCcInfoMap)]),
    audio: new Set([...listed, ...mappedFourCcs(connect.audioFourCcInfoMap)]),
    multitrack: typeof capsEx === "number" && (capsEx & CAPS_EX_MULTITRACK) !== 0,
  };
}

function listedFourCcs(list: AmfValue): string[] {
  if (!Array.isArray(list)) return [];
  return list.filter((item) => typeof item === "string").map((item) => item.toLowerCase());
}

function mappedFourCcs(map: AmfValue): string[] {
  if (!isAmfObject(map)) return [];
  return Object.entries(map)
    .filter(([, flags]) => typeof flags === "number" && (flags & CAN_RECEIVE) !== 0)
    .map(([fourCc]) => fourCc.toLowerCase());
}

/** Whether a player has said that it takes a FourCC. */
export function supportsFourCc(
  capabilities: FlvCapabilities,
  kind: "video" | "audio",
  fourCc: string,
): boolean {
  const fourCcs = capabilities[kind];
  return fourCcs.has(WILDCARD) || fourCcs.has(fourCc.toLowerCase());
}
