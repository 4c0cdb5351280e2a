/**
 * The newest segments of a rendition, as values that never change: whoever holds a window sees the
 * same segments for as long as it wishes.
 *
 * @module
 */
import { rescale } from "../../../registry/media/timebase.ts";
import type { Track } from "../../../registry/media/track.ts";
import { US_PER_SECOND } from "../../_formats/m3u8/playlist.ts";
import { Body, type Readable } from "./body.ts";
import type { Piece, Stretch } from "./format.ts";

/** What a player reads before segments. */
export interface Init {
  /** The first segment that needs it: a part of its URL. */
  readonly sequence: number;
  readonly body: Body;
  /** As they were then. */
  readonly tracks: readonly [Track, ...Track[]];
}

/** Segments that follow each other without a discontinuity: a period of DASH. */
export interface Run {
  /** Of its first segment. */
  readonly sequence: number;
  /** Where it begins, in ticks of 90 kHz, and the UTC of that in milliseconds. */
  readonly time: number;
  readonly utc: number;
}

/** What is known of a segment from its beginning on. */
export interface SegmentStart {
  /** Media sequence number. */
  readonly sequence: number;
  /** Nothing joins it to the segment before: another configuration, or a gap. */
  readonly isDiscontinuous: boolean;
  readonly run: Run;
  /** Presentation time of the first sample, in ticks of the leading track, from `ORIGIN` on. */
  readonly presentationStart: number;
  /** UTC of the first sample, in milliseconds. */
  readonly programDateTime: number;
  readonly init?: Init | undefined;
  /** Whether its parts are short enough for playlists to list them. */
  readonly isParted: boolean;
  /** The track has paused: no more parts will come for it. */
  readonly isPaused?: boolean;
  readonly parts: readonly Stretch[];
}

/** A segment in the making: its bytes are those of its parts. */
export interface OpenSegment extends SegmentStart {
  readonly parts: readonly Piece[];
}

/** A part of a whole segment: where it is in its bytes. */
export interface Part extends Stretch {
  readonly offset: number;
  readonly size: number;
}

/** A whole segment: its parts one after the other. */
export interface Segment extends SegmentStart {
  readonly parts: readonly Part[];
  /** Decoding time of the first sample, and the time up to the next segment, in ticks. */
  readonly start: number;
  readonly duration: number;
  /** Of all parts. */
  readonly body: Body;
  /** Nothing of the rendition came in its time: there is nothing to fetch. */
  readonly isGap: boolean;
}

/** Bits per second, of segments. */
export interface Bandwidth {
  readonly peak: number;
  readonly average: number;
}

/** One rendition as it is at one moment. */
export interface RenditionWindow {
  readonly id: string;
  readonly tracks: readonly [Track, ...Track[]];
  /** Those that playlists name, oldest first. */
  readonly segments: readonly Segment[];
  /** Those that playlists named a while ago: players are still fetching them. */
  readonly retired: readonly Segment[];
  readonly open?: OpenSegment | undefined;
  /** Discontinuities at or before the first segment that playlists no longer name. */
  readonly discontinuitySequence: number;
  /** Of all segments that ever were, gaps left out. */
  readonly peakBandwidth: number;
  readonly totalBytes: number;
  readonly totalUs: number;
}

export interface WindowLimits {
  readonly windowSegments: number;
  /** In memory. */
  readonly windowBytes: number;
}

/** Fewer segments than a player begins with are never kept, whatever they weigh (section 6.2.2). */
const MIN_SEGMENTS = 3;

/** A window in which nothing has happened yet. */
export function emptyWindow(
  id: string,
  tracks: readonly [Track, ...Track[]],
  discontinuitySequence: number,
): RenditionWindow {
  const totals = { peakBandwidth: 0, totalBytes: 0, totalUs: 0 };
  return { id, tracks, segments: [], retired: [], discontinuitySequence, ...totals };
}

export function withPart(window: RenditionWindow, part: Piece): RenditionWindow {
  const { open } = window;
  if (open === undefined) return window;
  return { ...window, open: { ...open, parts: [...open.parts, part] } };
}

/**
 * Ends the segment in the making.
 *
 * @param gap where it began and how long it was, in ticks, should it have no parts.
 */
export function withSegmentClosed(
  window: RenditionWindow,
  gap: { readonly start: number; readonly duration: number },
  limits: WindowLimits,
): RenditionWindow {
  const { open, tracks: [{ timescale }] } = window;
  if (open === undefined) return window;
  const segment = toSegment(open, gap);
  const us = durationUs(segment, timescale);
  const bandwidth = us > 0 ? Math.ceil(segment.body.size * 8 * US_PER_SECOND / us) : 0;
  return trim({
    ...window,
    open: undefined,
    segments: [...window.segments, segment],
    peakBandwidth: Math.max(window.peakBandwidth, bandwidth),
    totalBytes: window.totalBytes + segment.body.size,
    totalUs: window.totalUs + (segment.isGap ? 0 : us),
  }, limits);
}

function toSegment(
  open: OpenSegment,
  gap: { readonly start: number; readonly duration: number },
): Segment {
  const [first] = open.parts;
  const bytes = new Uint8Array(open.parts.reduce((sum, part) => sum + part.bytes.length, 0));
  const body = new Body(bytes);
  if (first === undefined) return { ...open, ...gap, parts: [], body, isGap: true };
  let end = 0;
  const parts = open.parts.map(({ bytes: partBytes, ...stretch }) => {
    const offset = end;
    bytes.set(partBytes, offset);
    end += partBytes.length;
    return { ...stretch, offset, size: partBytes.length };
  });
  const duration = parts.reduce((sum, part) => sum + part.duration, 0);
  return { ...open, parts, start: first.start, duration, body, isGap: false };
}

/** Takes what is too much from the playlist, and forgets what left it as long ago as it is long. */
function trim(window: RenditionWindow, limits: WindowLimits): RenditionWindow {
  const segments = [...window.segments];
  const retired = [...window.retired];
  let { discontinuitySequence } = window;
  while (segments.length > MIN_SEGMENTS && isOver(segments, limits)) {
    const [oldest] = segments.splice(0, 1);
    if (oldest === undefined) break;
    if (oldest.isDiscontinuous) discontinuitySequence++;
    retired.push(oldest);
  }
  let held = heldBy(segments) + heldBy(retired);
  while (retired.length > limits.windowSegments || held > limits.windowBytes) {
    const [oldest] = retired.splice(0, 1);
    if (oldest === undefined) break;
    held -= heldBy([oldest]);
  }
  return { ...window, segments, retired, discontinuitySequence };
}

/** The playlist has half of the bytes: the other half is for what has left it. */
function isOver(segments: readonly Segment[], limits: WindowLimits): boolean {
  return segments.length > limits.windowSegments || heldBy(segments) > limits.windowBytes / 2;
}

/** Bytes of memory: segments that were put elsewhere hold none. */
function heldBy(segments: readonly Segment[]): number {
  return segments.reduce((sum, { body }) => sum + (body.bytes?.length ?? 0), 0);
}

/**
 * Microseconds that a segment or part lasts. Its ends are rounded, not its duration, so that the sum of
 * parts is exactly the segment, and no error builds up however many there are.
 */
export function durationUs(
  { start, duration }: { readonly start: number; readonly duration: number },
  timescale: number,
): number {
  return rescale(start + duration, timescale, US_PER_SECOND) -
    rescale(start, timescale, US_PER_SECOND);
}

/** What the segments of a rendition have cost so far. */
export function bandwidthOf({ peakBandwidth, totalBytes, totalUs }: RenditionWindow): Bandwidth {
  const average = totalUs > 0 ? Math.ceil(totalBytes * 8 * US_PER_SECOND / totalUs) : 0;
  return { peak: peakBandwidth, average };
}

/** The rendition of this name, if there is one. */
export function findWindow(
  renditions: readonly RenditionWindow[],
  id: string,
): RenditionWindow | undefined {
  return renditions.find((window) => window.id === id);
}

/** The whole segment of a number, for as long as players may ask for it. */
export function findSegment(window: RenditionWindow, sequence: number): Segment | undefined {
  return [...window.segments, ...window.retired].find((segment) => segment.sequence === sequence);
}

/** One part of a segment that is whole or in the making. */
export function findPart(
  window: RenditionWindow,
  sequence: number,
  part: number,
): Readable | undefined {
  const { open } = window;
  if (open?.sequence === sequence) {
    const piece = open.isParted ? open.parts[part] : undefined;
    return piece && new Body(piece.bytes);
  }
  const segment = findSegment(window, sequence);
  const found = segment?.isParted ? segment.parts[part] : undefined;
  return found && segment?.body.slice(found.offset, found.size);
}

/** The header of this number, for as long as a segment needs it. */
export function findInit(window: RenditionWindow, sequence: number): Init | undefined {
  const { open, segments, retired } = window;
  const all = [...retired, ...segments, ...(open === undefined ? [] : [open])];
  return all.find(({ init }) => init?.sequence === sequence)?.init;
}
