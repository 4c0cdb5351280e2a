/**
 * AV1 temporal units: random access, sequence headers in and out of them. Their framing is in
 * `av1_obu.ts`, the sequence header in `av1_sequence.ts`, the configuration record in `av1c.ts`.
 *
 * @module
 */

import { AV1_OBU, av1HeaderSize, av1ObuType } from "./av1_obu.ts";
import { type Av1SequenceHeader, parseSequenceHeader } from "./av1_sequence.ts";
import type { Av1Config } from "./codec.ts";
import { unlessDamaged } from "./errors.ts";
import { partition } from "./partition.ts";

export {
  AV1_OBU,
  av1ObuType,
  joinObus,
  leb128Size,
  MAX_OBUS_PER_UNIT,
  readLeb128,
  splitObus,
  writeLeb128,
} from "./av1_obu.ts";
export { type Av1SequenceHeader, parseSequenceHeader } from "./av1_sequence.ts";
export { parseAv1C, serializeAv1C } from "./av1c.ts";

/** `show_existing_frame`, `frame_type` (two bits) and `show_frame` of a shown key frame. */
const SHOWN_KEY_FRAME = 0b0001;

/**
 * Whether decoding can start at this temporal unit: its first frame is a key frame that is shown
 * (AV1 7.6.2), or its sequence header says that there are no other frames.
 */
export function isAv1Key(obus: readonly Uint8Array[]): boolean {
  for (const obu of obus) {
    const type = av1ObuType(obu);
    if (type === AV1_OBU.sequenceHeader) {
      const header = unlessDamaged(() => parseSequenceHeader(obu));
      if (header?.reducedStillPicture) return true;
    }
    if (type === AV1_OBU.frame || type === AV1_OBU.frameHeader) {
      const head = obu[av1HeaderSize(obu)];
      return head !== undefined && head >> 4 === SHOWN_KEY_FRAME;
    }
  }
  return false;
}

/** A temporal unit as `Unit.payload` wants it, and the sequence headers that were in it. */
export interface StrippedAv1 {
  readonly payload: readonly Uint8Array[];
  readonly sequenceHeaders: readonly Uint8Array[];
}

/** Takes the sequence headers out of a temporal unit whose OBUs have no size fields. */
export function stripAv1(obus: readonly Uint8Array[]): StrippedAv1 {
  const { payload, removed } = partition(
    obus,
    (obu) => av1ObuType(obu) === AV1_OBU.sequenceHeader,
  );
  return { payload, sequenceHeaders: removed };
}

/**
 * The codecs parameter of the AV1 ISOBMFF binding, section 5, as in "av01.0.04M.08"; undefined when
 * the sequence header cannot be read.
 */
export function av1CodecString(config: Av1Config): string | undefined {
  const header = unlessDamaged(() => parseSequenceHeader(config.sequenceHeader));
  return header && codecStringOf(header);
}

function codecStringOf(header: Av1SequenceHeader): string {
  const level = String(header.level).padStart(2, "0");
  const depth = String(header.bitDepth).padStart(2, "0");
  return `av01.${header.profile}.${level}${header.highTier ? "H" : "M"}.${depth}`;
}
