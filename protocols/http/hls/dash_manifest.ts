/**
 * The manifest of DASH (ISO/IEC 23009-1) over the segments of HLS: live profile, numbered segments in a
 * timeline, a period from each discontinuity to the next.
 *
 * @module
 */
import { describeConfig } from "../../../registry/media/describe.ts";
import { rescale } from "../../../registry/media/timebase.ts";
import { US_PER_SECOND } from "../../_formats/m3u8/playlist.ts";
import { ORIGIN } from "./format.ts";
import { initName, segmentName } from "./names.ts";
import type { Presentation } from "./segmenter.ts";
import { MEDIA_TIMESCALE } from "./wall_clock.ts";
import { bandwidthOf, durationUs, type RenditionWindow, type Run, type Segment } from "./window.ts";

const NAMESPACE = "urn:mpeg:dash:schema:mpd:2011";
const PROFILE = "urn:mpeg:dash:profile:isoff-live:2011";
const DIRECT_CLOCK = "urn:mpeg:dash:utc:direct:2014";

/** Target durations that players stay behind the newest segment: it takes two to play one on. */
const DELAY_TARGETS = 2;

type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * The manifest as XML. Renditions have one track each, so segments that HLS has muxed make none.
 *
 * @param utc milliseconds of UTC now, which tells players without a clock of their own.
 */
export function dashManifest(presentation: Presentation, utc: number): string {
  const { renditions, startUtc, targetDuration, isEnded } = presentation;
  const head = {
    xmlns: NAMESPACE,
    profiles: PROFILE,
    type: isEnded ? "static" : "dynamic",
    availabilityStartTime: isEnded ? undefined : new Date(startUtc).toISOString(),
    publishTime: new Date(utc).toISOString(),
    minimumUpdatePeriod: isEnded ? undefined : seconds(targetDuration * 1000),
    mediaPresentationDuration: isEnded ? seconds(endOf(presentation) - startUtc) : undefined,
    timeShiftBufferDepth: seconds(Math.min(...renditions.map(windowMs))),
    suggestedPresentationDelay: seconds(DELAY_TARGETS * targetDuration * 1000),
    minBufferTime: seconds(targetDuration * 1000),
  };
  const periods = runsOf(renditions).map((run) => period(presentation, run));
  const clock = element("UTCTiming", {
    schemeIdUri: DIRECT_CLOCK,
    value: new Date(utc).toISOString(),
  });
  const mpd = element("MPD", head, [...periods, clock]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${mpd}\n`;
}

/** The runs that segments are left of, in order. */
function runsOf(renditions: readonly RenditionWindow[]): readonly Run[] {
  const runs = renditions.flatMap(({ segments }) => segments.map(({ run }) => run));
  return [...new Set(runs)].sort((a, b) => a.sequence - b.sequence);
}

function period(presentation: Presentation, run: Run): string {
  const sets = presentation.renditions.map((window) => {
    const segments = window.segments.filter((segment) => segment.run === run);
    return adaptationSet(presentation, window, segments, run);
  });
  const attributes = { id: run.sequence, start: seconds(run.utc - presentation.startUtc) };
  return element("Period", attributes, sets.filter((set) => set !== undefined));
}

/** Nothing where a rendition has no media in a period. */
function adaptationSet(
  presentation: Presentation,
  window: RenditionWindow,
  segments: readonly Segment[],
  run: Run,
): string | undefined {
  const init = segments.find((segment) => segment.init !== undefined)?.init;
  const [track] = init?.tracks ?? [];
  if (init === undefined || track?.config === undefined) return undefined;
  const { codecString, width, height, fps, sampleRate } = describeConfig(track.config);
  const { id } = window;
  const attributes = {
    id,
    codecs: codecString,
    // Has to be more than nothing, also where it is not known.
    bandwidth: Math.max(1, bandwidthOf(window).peak),
    width,
    height,
    frameRate: fps === undefined ? undefined : frameRate(fps),
    audioSamplingRate: sampleRate,
  };
  const template = segmentTemplate(presentation, window, segments, run, init.sequence);
  const set = { contentType: track.kind, mimeType: `${track.kind}/mp4`, segmentAlignment: "true" };
  return element("AdaptationSet", set, [element("Representation", attributes, [template])]);
}

function segmentTemplate(
  { extension }: Presentation,
  { id, tracks: [{ timescale }] }: RenditionWindow,
  segments: readonly Segment[],
  run: Run,
  initSequence: number,
): string {
  const rows = segments.map(({ presentationStart: t, duration }, index) => {
    // Each ends where the next begins, also where pictures are not all reordered by as much.
    const end = segments[index + 1]?.presentationStart ?? t + duration;
    return element("S", { t, d: end - t });
  });
  const attributes = {
    timescale,
    presentationTimeOffset: rescale(run.time - ORIGIN, MEDIA_TIMESCALE, timescale),
    initialization: initName(id, initSequence, extension),
    // The name of a segment whose number players put in.
    media: segmentName(id, "$Number$", extension),
    startNumber: segments[0]?.sequence,
  };
  return element("SegmentTemplate", attributes, [element("SegmentTimeline", {}, rows)]);
}

function windowMs({ segments, tracks: [{ timescale }] }: RenditionWindow): number {
  const us = segments.reduce((sum, segment) => sum + durationUs(segment, timescale), 0);
  return Math.round(us * 1000 / US_PER_SECOND);
}

/** Milliseconds of UTC at the end of the last segment. */
function endOf({ renditions }: Presentation): number {
  return Math.max(...renditions.map(({ segments, tracks: [{ timescale }] }) => {
    const last = segments.at(-1);
    return last === undefined ? 0 : last.programDateTime + last.duration * 1000 / timescale;
  }));
}

/** A whole number, or a fraction: there are no decimals. */
function frameRate(fps: number): string {
  return Number.isInteger(fps) ? String(fps) : `${Math.round(fps * 1000)}/1000`;
}

/** A duration of XML Schema. */
function seconds(ms: number): string {
  return `PT${Math.max(0, ms) / 1000}S`;
}

/** No value has a character that XML would want escaped: they are numbers, dates and our own names. */
function element(name: string, attributes: Attributes, children?: readonly string[]): string {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${value}"`).join("");
  if (children === undefined) return `<${name}${written}/>`;
  return `<${name}${written}>${children.join("")}</${name}>`;
}
