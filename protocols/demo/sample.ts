import { type Description, EMPTY_DESCRIPTION } from "../../registry/media/track.ts";
import type { Unit } from "../../registry/media/unit.ts";
import { FlvIngest } from "../_formats/flv/ingest.ts";
import { FlvReader } from "../_formats/flv/reader.ts";
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
  const ingest = new FlvIngest();
  const tags = new FlvReader().feed(Uint8Array.fromBase64(clock));
  const events = [...tags.flatMap((tag) => ingest.push(tag)), ...ingest.flush()];
  const descriptions = events.filter((event) => event.type === "description");
  return {
    description: descriptions.at(-1)?.description ?? EMPTY_DESCRIPTION,
    units: events.filter((event) => event.type === "unit").map(({ unit }) => unit),
    durationMs: SAMPLE_MS,
  };
}
