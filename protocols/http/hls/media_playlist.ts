import type {
  MediaPlaylist,
  MediaSegment,
  PartialSegment,
  PreloadHint,
  RenditionReport,
  SegmentHead,
  ServerControl,
} from "../../_formats/m3u8/playlist.ts";
import { US_PER_SECOND } from "../../_formats/m3u8/playlist.ts";
import type { Stretch } from "./format.ts";
import { initName, partName, playlistName, segmentName } from "./names.ts";
import type { Presentation } from "./segmenter.ts";
import { durationUs, type RenditionWindow, type Segment, type SegmentStart } from "./window.ts";

/** RFC 8216bis 4.4.3.8: a delta update leaves out what is further than this from the end, at most. */
const SKIP_TARGETS = 6;

/** Target durations from the end at which players begin, and part targets in low latency (4.4.3.8). */
const HOLD_BACK_TARGETS = 3;

/** Target durations from the end up to which parts are listed (section 6.2.2). */
const PART_TARGETS = 3;

/** EXT-X-SKIP needs 9; decimal durations 3, and EXT-X-GAP 8 (section 8). */
const PARTED_VERSION = 9;
const PLAIN_VERSION = 8;

/** What is asked of a playlist. */
export interface PlaylistOptions {
  /** Whether segments that the player knows may be left out: `_HLS_skip`. */
  readonly isDelta?: boolean;
}

/** The media playlist of one rendition, RFC 8216bis section 4.4.3. */
export function mediaPlaylist(
  presentation: Presentation,
  window: RenditionWindow,
  { isDelta = false }: PlaylistOptions = {},
): MediaPlaylist {
  const { targetDuration, partTargetUs, isEnded } = presentation;
  const { segments, discontinuitySequence } = window;
  const skippedSegments = isDelta && partTargetUs !== undefined
    ? skippable(presentation, window)
    : 0;
  const open = isEnded ? undefined : openHead(presentation, window);
  return {
    type: "media",
    version: partTargetUs === undefined ? PLAIN_VERSION : PARTED_VERSION,
    targetDuration,
    mediaSequence: segments[0]?.sequence ?? 0,
    discontinuitySequence,
    hasIndependentSegments: segments.every(isIndependent),
    isEnded,
    serverControl: serverControl(presentation),
    ...(partTargetUs === undefined ? {} : { partTargetUs }),
    skippedSegments,
    segments: listed(presentation, window).slice(skippedSegments),
    ...(open === undefined ? {} : { open }),
    preloadHints: preloadHints(presentation, window),
    renditionReports: renditionReports(presentation, window),
  };
}

/** The number and part of the newest thing that a playlist lists; the part is that of a segment in the making. */
function lastListed(
  { open, segments }: RenditionWindow,
): { readonly msn: number; readonly part?: number } {
  const parts = open?.isParted ? open.parts.length : 0;
  if (open !== undefined && parts > 0) return { msn: open.sequence, part: parts - 1 };
  const last = segments.at(-1);
  const msn = last?.sequence ?? 0;
  return last?.isParted && last.parts.length > 0 ? { msn, part: last.parts.length - 1 } : { msn };
}

function serverControl({ targetDuration, partTargetUs }: Presentation): ServerControl {
  const targetUs = targetDuration * US_PER_SECOND;
  const holdBackUs = targetUs * HOLD_BACK_TARGETS;
  if (partTargetUs === undefined) return { canBlockReload: true, holdBackUs };
  return {
    canBlockReload: true,
    canSkipUntilUs: targetUs * SKIP_TARGETS,
    holdBackUs,
    partHoldBackUs: partTargetUs * HOLD_BACK_TARGETS,
  };
}

function isIndependent({ isGap, parts: [first] }: Segment): boolean {
  return isGap || first?.isIndependent === true;
}

/** Segments that end before the skip boundary: they come first, and each is known to the player. */
function skippable({ targetDuration }: Presentation, window: RenditionWindow): number {
  const ends = endsFromEdge(window);
  return ends.filter((us) => us >= targetDuration * SKIP_TARGETS * US_PER_SECOND).length;
}

/** How far the end of each segment is from the end of the playlist, in microseconds. */
function endsFromEdge({ segments, open, tracks: [{ timescale }] }: RenditionWindow): number[] {
  let distance = (open?.isParted ? open.parts : [])
    .reduce((sum, part) => sum + durationUs(part, timescale), 0);
  const ends: number[] = [];
  for (const segment of segments.toReversed()) {
    ends.push(distance);
    distance += durationUs(segment, timescale);
  }
  return ends.reverse();
}

/** All segments of the window as they are listed. */
function listed(presentation: Presentation, window: RenditionWindow): readonly MediaSegment[] {
  const { extension, targetDuration } = presentation;
  const { id, segments, tracks: [{ timescale }] } = window;
  const ends = endsFromEdge(window);
  return segments.map((segment, index) => {
    const isNear = (ends[index] ?? 0) < targetDuration * PART_TARGETS * US_PER_SECOND;
    return {
      ...head(presentation, window, segment, isNear),
      uri: segmentName(id, segment.sequence, extension),
      durationUs: durationUs(segment, timescale),
      isGap: segment.isGap,
    };
  });
}

function openHead(presentation: Presentation, window: RenditionWindow): SegmentHead | undefined {
  const { open } = window;
  if (presentation.partTargetUs === undefined || !open?.isParted || open.parts.length === 0) {
    return undefined;
  }
  return head(presentation, window, open, true);
}

function head(
  { extension }: Presentation,
  { id, tracks: [{ timescale }] }: RenditionWindow,
  segment: SegmentStart,
  listsParts: boolean,
): SegmentHead {
  const { sequence, isDiscontinuous, programDateTime, init, isParted, parts } = segment;
  return {
    isDiscontinuous,
    programDateTime,
    ...(init === undefined ? {} : { map: { uri: initName(id, init.sequence, extension) } }),
    parts: listsParts && isParted
      ? parts.map((part, index) =>
        toPartialSegment(part, partName(id, sequence, index, extension), timescale)
      )
      : [],
  };
}

function toPartialSegment(part: Stretch, uri: string, timescale: number): PartialSegment {
  const { isIndependent } = part;
  return { uri, durationUs: durationUs(part, timescale), isIndependent, isGap: false };
}

/** The part that comes next. It always comes: the unit that ended the last one is in it. */
function preloadHints(
  { extension, isEnded }: Presentation,
  { id, open }: RenditionWindow,
): readonly PreloadHint[] {
  if (isEnded || !open?.isParted || open.isPaused) return [];
  return [{ type: "PART", uri: partName(id, open.sequence, open.parts.length, extension) }];
}

function renditionReports(
  { renditions, isEnded, partTargetUs }: Presentation,
  { id }: RenditionWindow,
): readonly RenditionReport[] {
  if (isEnded || partTargetUs === undefined) return [];
  return renditions.filter((other) => other.id !== id).map((other) => {
    const { msn, part } = lastListed(other);
    const report = { uri: playlistName(other.id), lastMsn: msn };
    return part === undefined ? report : { ...report, lastPart: part };
  });
}
