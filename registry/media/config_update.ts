import type { H264Config, H265Config } from "./codec.ts";
import { bytesEqual } from "./config_equal.ts";
import type { StrippedH264 } from "./h264.ts";
import type { StrippedH265 } from "./h265.ts";

/**
 * The configuration after an access unit with these parameter sets in band: `known` itself where
 * they say nothing new, undefined while no SPS has been seen.
 */
export function updatedH264(
  known: H264Config | undefined,
  found: StrippedH264,
): H264Config | undefined {
  const sps = updatedSets(known?.sps, found.sps);
  const pps = updatedSets(known?.pps, found.pps);
  if (known !== undefined && sps === known.sps && pps === known.pps) return known;
  return sps.length === 0 ? undefined : { codec: "h264", sps, pps };
}

/** {@linkcode updatedH264} for H.265. */
export function updatedH265(
  known: H265Config | undefined,
  found: StrippedH265,
): H265Config | undefined {
  const vps = updatedSets(known?.vps, found.vps);
  const sps = updatedSets(known?.sps, found.sps);
  const pps = updatedSets(known?.pps, found.pps);
  const isSame = known !== undefined && vps === known.vps && sps === known.sps && pps === known.pps;
  if (isSame) return known;
  return sps.length === 0 ? undefined : { codec: "h265", vps, sps, pps };
}

type ParameterSets = readonly Uint8Array[];

/** Encoders repeat all sets of a kind or the ones that changed kind: `found` replaces, or repeats. */
function updatedSets(known: ParameterSets = [], found: ParameterSets): ParameterSets {
  const isKnown = found.every((set) => known.some((other) => bytesEqual(set, other)));
  return isKnown ? known : found;
}
