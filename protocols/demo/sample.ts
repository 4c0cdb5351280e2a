import { type Description, EMPTY_DESCRIPTION } from "../../registry/media/track.ts";
import type { Unit } from "../../registry/media/unit.ts";
import { FlvDemuxer } from "../_formats/flv/demuxer.ts";
import clock from "./clock.flv.b64" with { type: "text" };

/** How long each track of the sample is, to the millisecond (see `scripts/make_demo.ts`). */
export const SAMPLE_MS = 20_000;

/** A piece of media that can be repeated without a seam. */
export interface Sample {
  readonly description: Description;
  /** By decoding time, from 0 on, in any mix of tracks. */
  readonly units: readonly Unit[];
  /** Length of every track in milliseconds. */
  readonly durationMs: number;
}

/** Reads the sample that the module carries: H.264 at 25 fps, a key unit every second, and AAC. */
export function readSample(): Sample {
  const demuxer = new FlvDemuxer();
  const events = [...demuxer.push(Uint8Array.fromBase64(clock)), ...demuxer.flush()];
  const descriptions = events.filter((event) => event.type === "description");
  return {
    description: descriptions.at(-1)?.description ?? EMPTY_DESCRIPTION,
    units: events.filter((event) => event.type === "unit").map(({ unit }) => unit),
    durationMs: SAMPLE_MS,
  };
}
