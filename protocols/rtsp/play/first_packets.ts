import { TIMESTAMP_BITS, wrap } from "../../_formats/rtp/sequence.ts";
import type { RtpItem, RtpTimeline } from "./packaging.ts";
import type { PlayedTrack } from "./playing.ts";

/** Where the packets of a track begin, for RTP-Info. */
export interface FirstPacket {
  readonly trackId: number;
  /** Absent where no packet of the track is there yet. */
  readonly sequence?: number;
  /** RTP timestamp of the instant at which the playback begins: the same instant for all tracks. */
  readonly timestamp: number;
}

/** The beginning of a playback. Players line the tracks up by it (RFC 2326 section 12.33). */
export interface Beginning {
  /** Presentation time of the instant at which it begins, in milliseconds. */
  readonly instantMs: number;
  readonly first: readonly FirstPacket[];
}

/**
 * Where a playback begins whose first batch these are; `undefined` where none is of the tracks.
 *
 * @param nextSequence of a track that has no packet here, where that is known.
 */
export function beginningOf(
  items: readonly RtpItem[],
  tracks: ReadonlyMap<number, PlayedTrack>,
  nextSequence: (trackId: number) => number | undefined = () => undefined,
): Beginning | undefined {
  const first = firstOfTracks(items, tracks);
  const last = [...first.values()].at(-1);
  if (last === undefined) return undefined;
  const instantMs = Math.min(...[...first.values()].map(({ presentedAt }) => presentedAt));
  return {
    instantMs,
    first: [...tracks.keys()].flatMap((trackId) => {
      const timeline = last.timelines.get(trackId);
      if (timeline === undefined) return [];
      const sequence = first.get(trackId)?.sequence ?? nextSequence(trackId);
      const timestamp = timestampOf(timeline, instantMs);
      return [{ trackId, timestamp, ...(sequence !== undefined && { sequence }) }];
    }),
  };
}

function firstOfTracks(
  items: readonly RtpItem[],
  tracks: ReadonlyMap<number, PlayedTrack>,
): ReadonlyMap<number, RtpItem> {
  const first = new Map<number, RtpItem>();
  for (const item of items) {
    const { trackId, format } = item;
    if (!first.has(trackId) && tracks.get(trackId)?.format === format) first.set(trackId, item);
  }
  return first;
}

function timestampOf({ firstTimestamp, clockRate }: RtpTimeline, ms: number): number {
  return wrap(firstTimestamp + Math.round(ms * clockRate / 1000), TIMESTAMP_BITS);
}
