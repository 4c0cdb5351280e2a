import type { Recording } from "../../../registry/recording.ts";
import {
  type MediaPlaylist,
  type MultivariantPlaylist,
  US_PER_SECOND,
} from "../../_formats/m3u8/playlist.ts";
import { Body } from "../hls/body.ts";
import type { RenditionTracks, SegmentFormat } from "../hls/format.ts";
import { multivariantPlaylist } from "../hls/multivariant_playlist.ts";
import { ORIGIN } from "../hls/format.ts";
import { initName, segmentName } from "../hls/names.ts";
import type { Presentation } from "../hls/segmenter.ts";
import { MEDIA_TIMESCALE } from "../hls/wall_clock.ts";
import { emptyWindow, type RenditionWindow, type Run, type Segment } from "../hls/window.ts";
import { type PlannedSegment, planSegments } from "./plan.ts";
import { makeSegment, type VodSegment } from "./segment.ts";

/** EXT-X-MAP outside of I-frame playlists needs 6 (RFC 8216bis section 8). */
const VERSION = 6;

const US_PER_MS = 1000;

/**
 * How much faster than on average a recording may run at its fastest. What it really is would only be
 * known when all of it were read; there is one variant, so that no player chooses by it.
 */
const PEAK_FACTOR = 2;

/** Of segments that are described and not made. */
const NOTHING = new Body(new Uint8Array());

/** A recording, and what its segments are made as. */
export interface AssetOptions {
  /** Of the recording. */
  readonly name: string;
  readonly recording: Recording;
  readonly format: SegmentFormat;
}

/** A recording as HLS and DASH list it: in segments, each of which is made when it is asked for. */
export class Asset {
  readonly #options: AssetOptions;
  readonly #renditions: readonly RenditionTracks[];
  readonly #segments: readonly PlannedSegment[];

  private constructor(options: AssetOptions, segments: readonly PlannedSegment[]) {
    this.#options = options;
    this.#renditions = options.format.renditions(options.recording.description.tracks);
    this.#segments = segments;
  }

  /** @throws {RecordingError} */
  static async open(options: AssetOptions): Promise<Asset> {
    const { recording } = options;
    return new Asset(options, planSegments(await recording.keys(), recording.durationMs));
  }

  /** Whether the format carries none of its tracks. */
  get isEmpty(): boolean {
    return this.#renditions.length === 0;
  }

  /** That of one rendition alone where `only` names it. */
  multivariant(only?: string): MultivariantPlaylist {
    const chosen = this.#renditions.filter(({ id }) => only === undefined || id === only);
    return multivariantPlaylist({ renditions: this.#windows(chosen) });
  }

  /** All of it at once, as DASH describes it. Times of sound are those of the pictures beside it. */
  presentation(): Presentation {
    const { startMs } = this.#options.recording;
    const run = { sequence: 0, time: startMs * MEDIA_TIMESCALE / 1000, utc: 0 };
    const renditions = this.#windows(this.#renditions).map((window) => ({
      ...window,
      segments: this.#described(window, run),
    }));
    const { extension } = this.#options.format;
    const { targetDuration } = this;
    return { renditions, targetDuration, extension, startUtc: 0, isEnded: true };
  }

  /** What all of the file costs is counted for its leading rendition. */
  #windows(renditions: readonly RenditionTracks[]): readonly RenditionWindow[] {
    const { description, durationMs } = this.#options.recording;
    const { filesize } = description.metadata;
    const totalBytes = typeof filesize === "number" ? filesize : 0;
    const totalUs = Math.round(durationMs * US_PER_MS);
    const average = totalUs > 0 ? totalBytes * 8 * US_PER_SECOND / totalUs : 0;
    const peakBandwidth = Math.ceil(average * PEAK_FACTOR);
    return renditions.map(({ id, tracks }, index) => {
      const window = emptyWindow(id, tracks, 0);
      return index === 0 ? { ...window, totalBytes, totalUs, peakBandwidth } : window;
    });
  }

  #described({ tracks }: RenditionWindow, run: Run): readonly Segment[] {
    const [{ timescale }] = tracks;
    const zeroMs = this.#options.recording.startMs - ORIGIN * 1000 / MEDIA_TIMESCALE;
    const ticksAt = (ms: number) => Math.round((ms + zeroMs) * timescale / 1000);
    return this.#segments.map(({ startMs, endMs }, sequence) => {
      const start = ticksAt(startMs);
      return {
        sequence,
        run,
        isDiscontinuous: false,
        presentationStart: start,
        start,
        duration: ticksAt(endMs) - start,
        programDateTime: startMs,
        init: { sequence: 0, body: NOTHING, tracks },
        isParted: false,
        parts: [],
        body: NOTHING,
        isGap: false,
      };
    });
  }

  /** EXT-X-TARGETDURATION: seconds. */
  get targetDuration(): number {
    const longestMs = Math.max(0, ...this.#segments.map(({ startMs, endMs }) => endMs - startMs));
    return Math.max(1, Math.round(longestMs / 1000));
  }

  /** Undefined where there is no such rendition. */
  playlist(rendition: string): MediaPlaylist | undefined {
    if (!this.#renditions.some(({ id }) => id === rendition)) return undefined;
    const { format: { extension, hasInit } } = this.#options;
    const map = hasInit ? { map: { uri: initName(rendition, 0, extension) } } : {};
    const segments = this.#segments.map(({ startMs, endMs }, index) => ({
      uri: segmentName(rendition, index, extension),
      // Ends are rounded and not durations, so that no error builds up.
      durationUs: Math.round(endMs * US_PER_MS) - Math.round(startMs * US_PER_MS),
      isDiscontinuous: false,
      isGap: false,
      parts: [],
      ...map,
    }));
    return {
      type: "media",
      version: VERSION,
      targetDuration: this.targetDuration,
      mediaSequence: 0,
      discontinuitySequence: 0,
      playlistType: "VOD",
      hasIndependentSegments: true,
      isEnded: true,
      skippedSegments: 0,
      segments,
      preloadHints: [],
      renditionReports: [],
    };
  }

  /** Undefined where there is no such segment. @throws {RecordingError} */
  async segment(rendition: string, sequence: number): Promise<VodSegment | undefined> {
    const tracks = this.#renditions.find(({ id }) => id === rendition);
    const segment = this.#segments[sequence];
    if (tracks === undefined || segment === undefined) return undefined;
    return await makeSegment({ ...this.#options, rendition: tracks }, segment);
  }
}
