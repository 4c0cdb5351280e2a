import { US_PER_SECOND } from "../../_formats/m3u8/playlist.ts";
import type { Presentation } from "./segmenter.ts";
import type { RenditionWindow } from "./window.ts";

/** What a playlist has to have before it is sent: `_HLS_msn` and `_HLS_part`. */
export interface ReloadRequest {
  readonly msn: number;
  readonly part?: number | undefined;
}

/** Whether the playlist can be sent, has to wait, or never will be as it is asked for. */
export type ReloadState = "ready" | "wait" | "too-far";

/** Segments after the last whole one that may be asked for (section 6.2.5.2). */
const MAX_SEGMENTS_AHEAD = 2;

/** Advance Part Limit: parts that may be asked for ahead, of a second and longer or of less. */
const ADVANCE_PARTS = 3;

/** Blocking playlist reload, RFC 8216bis section 6.2.5.2. */
export function reloadState(
  { isEnded, partTargetUs }: Presentation,
  window: RenditionWindow,
  { msn, part }: ReloadRequest,
): ReloadState {
  if (isEnded) return "ready";
  const last = window.segments.at(-1)?.sequence ?? -1;
  if (msn > last + MAX_SEGMENTS_AHEAD) return "too-far";
  const { open } = window;
  const isParted = partTargetUs !== undefined;
  if (msn <= last) return part === undefined || !isParted ? "ready" : pastEnd(window, msn, part);
  if (part === undefined || !isParted) return "wait";
  const listed = open?.sequence === msn && open.isParted ? open.parts.length : 0;
  if (part < listed) return "ready";
  return part >= listed + advancePartLimit(partTargetUs) ? "too-far" : "wait";
}

/** A part behind the last one of a whole segment is the first one of the next. */
function pastEnd(window: RenditionWindow, msn: number, part: number): ReloadState {
  const segment = window.segments.findLast(({ sequence }) => sequence === msn);
  if (segment === undefined || !segment.isParted || part < segment.parts.length) return "ready";
  const isNextBegun = window.open?.isParted === true && window.open.parts.length > 0;
  return isNextBegun || msn < (window.segments.at(-1)?.sequence ?? msn) ? "ready" : "wait";
}

function advancePartLimit(partTargetUs: number): number {
  return partTargetUs < US_PER_SECOND
    ? Math.ceil(ADVANCE_PARTS * US_PER_SECOND / partTargetUs)
    : ADVANCE_PARTS;
}
