import { rescale } from "../../../registry/media/timebase.ts";
import { BoxReader, childBoxes, findBox } from "./box_reader.ts";

/** Entries that are read: a list that cuts a film together is not a stream's. */
const MAX_EDITS = 16;

/**
 * Ticks to add to the times of a track so that its first edit begins where the movie puts it (ISO/IEC
 * 14496-12 8.6.6): empty edits delay it, the media time of the first other one, by which encoders make
 * up for B-frames and priming, moves it forward. Further edits are not followed, and what lies before
 * the first one is not cut off, since decoders need it.
 *
 * @throws {Mp4Error} when the list is cut short.
 */
export function editShift(
  edts: Uint8Array | undefined,
  movieTimescale: number,
  timescale: number,
): number {
  const body = edts && findBox(childBoxes(edts, "edts"), "elst");
  if (body === undefined) return 0;
  const reader = new BoxReader(body, "elst");
  const { version } = reader.fullHeader();
  const count = Math.min(reader.u32(), MAX_EDITS);
  let delay = 0;
  for (let i = 0; i < count; i++) {
    const duration = version === 1 ? reader.u64() : reader.u32();
    const mediaTime = version === 1 ? reader.i64() : reader.i32();
    reader.skip(4); // media rate
    if (mediaTime >= 0) return rescale(delay, movieTimescale, timescale) - mediaTime;
    delay += duration;
  }
  return 0;
}
