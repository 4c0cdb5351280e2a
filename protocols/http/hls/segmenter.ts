import { sameDescription } from "../../../registry/media/description.ts";
import { rescale } from "../../../registry/media/timebase.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import { payloadBytes, type Unit } from "../../../registry/media/unit.ts";
import type { MediaBatch } from "../../../registry/reader.ts";
import { US_PER_SECOND } from "../../_formats/m3u8/playlist.ts";
import { partTargetUs, targetDuration } from "./calibration.ts";
import type { RenditionTracks, SegmentFormat } from "./format.ts";
import { Lane } from "./lane.ts";
import { Pace } from "./pace.ts";
import type { HlsSettings } from "./settings.ts";
import { MEDIA_TIMESCALE, mediaTime, WallClock } from "./wall_clock.ts";
import type { RenditionWindow, Run } from "./window.ts";

/** What there is to play at one moment: a value that never changes. */
export interface Presentation {
  /** That of the leading track first. Those of which nothing has come are left out. */
  readonly renditions: readonly RenditionWindow[];
  /** EXT-X-TARGETDURATION: seconds. */
  readonly targetDuration: number;
  /** Longest time of a part: microseconds. Absent where segments have no parts. */
  readonly partTargetUs?: number | undefined;
  /** UTC of the first sample that ever was, in milliseconds. */
  readonly startUtc: number;
  /** Of segments. */
  readonly extension: string;
  /** No segment will follow. */
  readonly isEnded: boolean;
}

/** Least time of the first segment, in milliseconds: enough to tell the pace of pictures. */
const FIRST_SEGMENT_MS = 500;

/** The track that decides where segments end. */
interface Leader {
  readonly track: Track;
  readonly pace: Pace;
}

/**
 * Cuts one stream into segments of one format: all renditions at the key pictures of the first video
 * track, or of the first audio track where there is no video. Pure: time is given from outside.
 *
 * A discontinuity is where the configuration of a track changes, as of a publisher that returned, and
 * where the leading track pauses. What comes before the next key picture is left out then.
 */
export class Segmenter {
  readonly #format: SegmentFormat;
  readonly #settings: HlsSettings;
  readonly #wallClock = new WallClock();
  #description: Description | undefined;
  #lanes = new Map<string, Lane>();
  #laneOfTrack = new Map<number, Lane>();
  #leader: Leader | undefined;
  #sequence: number;
  #discontinuities = 0;
  #run: Run | undefined;
  #startUtc = 0;
  /** Media time at which the segment in the making began; undefined before a key picture. */
  #cutTime: number | undefined;
  #isInterrupted = false;
  /** Payload since then. */
  #bytes = 0;
  /** Between units of the leading track, before there is a promise. */
  #stepsUs: number[] = [];
  #promise: { readonly targetDuration: number; readonly partTargetUs: number } | undefined;
  #isEnded = false;

  /**
   * @param firstSequence media sequence number of the first segment. One that grows with time keeps the
   * URLs of a stream apart from those of its last run, in caches and in players.
   */
  constructor(format: SegmentFormat, settings: HlsSettings, firstSequence = 0) {
    this.#format = format;
    this.#settings = settings;
    this.#sequence = firstSequence;
  }

  /**
   * Takes what was published.
   *
   * @param utc milliseconds of UTC now.
   * @throws {BitstreamError} the first unit of a track is damaged.
   */
  push({ description, units }: MediaBatch, utc: number): void {
    if (description !== this.#description) this.#describe(description);
    const newest = units.findLast(({ track }) => track.id === this.#leader?.track.id);
    if (newest !== undefined) this.#wallClock.observe(newest, utc);
    for (const unit of units) this.#add(unit);
  }

  /** The publication has ended for good: what waits is written, and playlists end. */
  end(): void {
    this.#interrupt();
    this.#isEnded = true;
  }

  /** What there is to play; undefined before every rendition has a segment. */
  get presentation(): Presentation | undefined {
    const promise = this.#promise;
    const renditions = [...this.#lanes.values()].filter(({ hasMedia }) => hasMedia)
      .map(({ window }) => window);
    if (promise === undefined || renditions.some(({ segments }) => segments.length === 0)) {
      return undefined;
    }
    return {
      renditions,
      targetDuration: promise.targetDuration,
      partTargetUs: this.#format.hasParts ? promise.partTargetUs : undefined,
      startUtc: this.#startUtc,
      extension: this.#format.extension,
      isEnded: this.#isEnded,
    };
  }

  #describe(description: Description): void {
    const before = this.#description;
    this.#description = description;
    const renditions = this.#format.renditions(description.tracks);
    if (
      before !== undefined && sameRenditions(renditions, this.#format.renditions(before.tracks))
    ) {
      return;
    }
    this.#interrupt();
    const [first] = renditions;
    this.#leader = first && { track: first.tracks[0], pace: new Pace(first.tracks[0].timescale) };
    this.#open(renditions);
  }

  /** Gives each rendition its lane: the one that it had, or a new one. */
  #open(renditions: readonly RenditionTracks[]): void {
    const lanes = new Map<string, Lane>();
    this.#laneOfTrack.clear();
    for (const rendition of renditions) {
      const lane = this.#laneOf(rendition);
      lanes.set(rendition.id, lane);
      for (const { id } of rendition.tracks) this.#laneOfTrack.set(id, lane);
    }
    this.#lanes = lanes;
  }

  #laneOf(rendition: RenditionTracks): Lane {
    const known = this.#lanes.get(rendition.id);
    if (known !== undefined) {
      known.reopen(rendition);
      return known;
    }
    const { windowSegments, windowBytes } = this.#settings;
    const lane = new Lane(rendition, this.#format, {
      windowSegments,
      windowBytes,
      discontinuitySequence: this.#discontinuities,
    });
    if (this.#promise !== undefined) lane.divideInto(this.#promise.partTargetUs);
    return lane;
  }

  #add(unit: Unit): void {
    const lane = this.#laneOfTrack.get(unit.track.id);
    const leader = this.#leader;
    if (lane === undefined || leader === undefined) return;
    if (unit.track.id === leader.track.id) this.#follow(unit, leader);
    // It goes on without the leading track.
    else if (this.#isTooLong(mediaTime(unit))) this.#cut(mediaTime(unit));
    if (this.#cutTime === undefined) return;
    this.#bytes += payloadBytes(unit);
    lane.add(unit);
  }

  /** Begins a segment before a unit of the leading track where it is time to. */
  #follow(unit: Unit, leader: Leader): void {
    const { track, pace } = leader;
    if (pace.isGapBefore(unit.dts)) this.#interrupt();
    else if (this.#promise === undefined) {
      this.#stepsUs.push(rescale(pace.step, track.timescale, US_PER_SECOND));
    }
    if (this.#isTimeToCut(unit, leader)) this.#cut(mediaTime(unit));
  }

  #isTimeToCut(unit: Unit, { pace, track }: Leader): boolean {
    const began = this.#cutTime;
    if (began === undefined) return unit.isKey;
    // Times are rounded: what is half a picture short of a segment is one.
    const slack = rescale(pace.step, track.timescale, MEDIA_TIMESCALE) / 2;
    const passed = mediaTime(unit) - began;
    const isDue = passed + slack >= toMediaTime(this.#dueMs);
    return (unit.isKey && isDue) || this.#isTooLong(mediaTime(unit));
  }

  /** Somebody waits for the first segment: it ends as soon as there is anything to measure. */
  get #dueMs(): number {
    const { segmentMs } = this.#settings;
    return this.#promise === undefined ? Math.min(FIRST_SEGMENT_MS, segmentMs) : segmentMs;
  }

  #isTooLong(time: number): boolean {
    const began = this.#cutTime;
    if (began === undefined) return false;
    const { maxSegmentMs, maxSegmentBytes } = this.#settings;
    return time - began >= toMediaTime(maxSegmentMs) || this.#bytes > maxSegmentBytes;
  }

  #cut(time: number): void {
    if (this.#cutTime !== undefined) this.#calibrate(time - this.#cutTime);
    const isDiscontinuous = this.#isInterrupted;
    if (isDiscontinuous) this.#discontinuities++;
    const place = { sequence: this.#sequence, time, utc: this.#wallClock.at(time) };
    if (this.#run === undefined) this.#startUtc = place.utc;
    if (this.#run === undefined || isDiscontinuous) this.#run = place;
    const cut = { ...place, isDiscontinuous, run: this.#run };
    this.#isInterrupted = false;
    this.#cutTime = time;
    this.#bytes = 0;
    this.#sequence++;
    for (const lane of this.#lanes.values()) lane.cut(cut);
  }

  /** Makes the promises of playlists once a segment is whole. */
  #calibrate(time: number): void {
    if (this.#promise !== undefined) return;
    const { segmentMs, partMs } = this.#settings;
    this.#promise = {
      targetDuration: targetDuration(rescale(time, MEDIA_TIMESCALE, US_PER_SECOND), segmentMs),
      partTargetUs: partTargetUs(this.#stepsUs, partMs),
    };
    this.#stepsUs = [];
    for (const lane of this.#lanes.values()) lane.divideInto(this.#promise.partTargetUs);
  }

  #interrupt(): void {
    const began = this.#cutTime;
    if (began === undefined) return;
    for (const lane of this.#lanes.values()) lane.interrupt(began);
    this.#cutTime = undefined;
    this.#isInterrupted = true;
  }
}

function toMediaTime(ms: number): number {
  return rescale(ms, 1000, MEDIA_TIMESCALE);
}

function sameRenditions(a: readonly RenditionTracks[], b: readonly RenditionTracks[]): boolean {
  return a.length === b.length && a.every(({ id, tracks }, index) => {
    const other = b[index];
    return other?.id === id &&
      sameDescription({ tracks, metadata: {} }, { tracks: other.tracks, metadata: {} });
  });
}
