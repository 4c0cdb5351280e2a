/**
 * What is put right in a session description, because only one thing can be meant.
 *
 * @module
 */
import { type RtpMap, VIDEO_CLOCK_RATE } from "./payload/format.ts";
import { PAYLOAD_FORMATS, STATIC_PAYLOAD_TYPES } from "./payload/formats.ts";

/** Clocks that a format fixes, beside those of video. */
const FIXED_CLOCK_RATES: ReadonlyMap<string, number> = new Map([["OPUS", 48_000], ["G722", 8000]]);

const DEFAULT_AUDIO_CLOCK = 8000;

/**
 * The clock of an encoding, in ticks per second: that of the format where it has but one, whatever a
 * device writes; else what is written; else what a static payload type of that name has.
 *
 * @param written absent where `a=rtpmap` says no rate that can be.
 */
export function clockRateOf(
  encoding: string,
  isAudio: boolean,
  written: number | undefined,
): number {
  const name = encoding.toUpperCase();
  const isVideo = Object.hasOwn(PAYLOAD_FORMATS, name) && PAYLOAD_FORMATS[name]?.kind === "video";
  if (isVideo) return VIDEO_CLOCK_RATE;
  const known = STATIC_PAYLOAD_TYPES.values().find((map) => map.encoding === name);
  return FIXED_CLOCK_RATES.get(name) ?? written ?? known?.clockRate ??
    (isAudio ? DEFAULT_AUDIO_CLOCK : VIDEO_CLOCK_RATE);
}

/** Parameters that only one format has. */
const TELLING_PARAMETERS: readonly (readonly [string, RtpMap])[] = [
  ["sprop-vps", { encoding: "H265", clockRate: VIDEO_CLOCK_RATE }],
  ["sprop-parameter-sets", { encoding: "H264", clockRate: VIDEO_CLOCK_RATE }],
];

/** Guesses the format of a dynamic payload type without `a=rtpmap` from its `a=fmtp`. */
export function guessFormat(fmtp: string): RtpMap | undefined {
  return TELLING_PARAMETERS.find(([name]) => fmtp.toLowerCase().includes(name))?.[1];
}
