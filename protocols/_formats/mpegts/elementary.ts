/**
 * Units as they stand in an elementary stream: lists of small heads and views of the payload, for
 * the packet writer to copy.
 *
 * @module
 */

import { ADTS_HEADER_SIZE, adtsHeader } from "../../../registry/media/adts.ts";
import type { H264Config, H265Config } from "../../../registry/media/codec.ts";
import { payloadBytes, type Unit } from "../../../registry/media/unit.ts";
import { adtsPlan } from "./adts_plan.ts";
import { opusControlHeader } from "./opus_stream.ts";

const NOTHING: readonly Uint8Array[] = [];

/** With the zero byte that the first NAL unit and parameter sets need (ITU-T H.264 B.1.2). */
const START_CODE = Uint8Array.of(0, 0, 0, 1);

/** Access unit delimiters that allow every type of slice, each behind its start code. */
const H264_DELIMITER = Uint8Array.of(0, 0, 0, 1, 0x09, 0xf0);
const H265_DELIMITER = Uint8Array.of(0, 0, 0, 1, 0x46, 0x01, 0x50);

/** `aac_frame_length` has thirteen bits. */
const MAX_ADTS_PAYLOAD = 0x1fff - ADTS_HEADER_SIZE;

/** Annex B with a delimiter before each access unit, as 2.14.1 asks, and sets before key units. */
export function writeH264(unit: Unit): readonly Uint8Array[] {
  const { config } = unit.track;
  return annexB(unit, H264_DELIMITER, config?.codec === "h264" ? h264Sets(config) : NOTHING);
}

/** {@linkcode writeH264} for H.265 (2.17.1). */
export function writeH265(unit: Unit): readonly Uint8Array[] {
  const { config } = unit.track;
  return annexB(unit, H265_DELIMITER, config?.codec === "h265" ? h265Sets(config) : NOTHING);
}

/** A frame behind an ADTS header; nothing where ADTS cannot say it. */
export function writeAdts(unit: Unit): readonly Uint8Array[] {
  const { config } = unit.track;
  const size = payloadBytes(unit);
  if (config?.codec !== "aac" || size === 0 || size > MAX_ADTS_PAYLOAD) return NOTHING;
  const plan = adtsPlan(config);
  return "config" in plan ? [adtsHeader(plan.config, size), ...unit.payload] : NOTHING;
}

/** A packet behind its control header. */
export function writeOpus(unit: Unit): readonly Uint8Array[] {
  const size = payloadBytes(unit);
  return size === 0 ? NOTHING : [opusControlHeader(size), ...unit.payload];
}

/** Frames that begin with a sync word of their own. */
export function writeWhole(unit: Unit): readonly Uint8Array[] {
  return unit.payload;
}

function h264Sets({ sps, pps }: H264Config): readonly Uint8Array[] {
  return [...sps, ...pps];
}

function h265Sets({ vps, sps, pps }: H265Config): readonly Uint8Array[] {
  return [...vps, ...sps, ...pps];
}

function annexB(
  { isKey, config, payload }: Unit,
  delimiter: Uint8Array,
  sets: readonly Uint8Array[],
): readonly Uint8Array[] {
  if (payload.length === 0) return NOTHING;
  const parts = [delimiter];
  if (isKey || config !== undefined) {
    for (const set of sets) parts.push(START_CODE, set);
  }
  for (const nal of payload) parts.push(START_CODE, nal);
  return parts;
}
