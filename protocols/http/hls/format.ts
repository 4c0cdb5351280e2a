/**
 * What the segmenter asks of a container, so that one way of cutting serves fragmented MP4 and
 * MPEG-TS.
 *
 * @module
 */
import type { Track } from "../../../registry/media/track.ts";
import type { Unit } from "../../../registry/media/unit.ts";

/**
 * The media time, in ticks of 90 kHz, that segments call 0. Streams begin at 0, and some a few pictures
 * before it, which containers cannot say.
 */
export const ORIGIN = -10 * 90_000;

/** Tracks that share segments. */
export interface RenditionTracks {
  /** Of letters and digits, and the same for as long as the track is: a part of URLs. */
  readonly id: string;
  /** The first one leads: segments end where it is cut, and their times are counted in its ticks. */
  readonly tracks: readonly [Track, ...Track[]];
}

/** A container that streams are cut into. */
export interface SegmentFormat {
  /** Of the container, for people. */
  readonly label: string;
  /** Of segments, parts and headers. */
  readonly mediaType: string;
  /** Of the names of segments, with the query that goes with it, if any. */
  readonly extension: string;
  /** Whether players read a header before the segments: EXT-X-MAP. */
  readonly hasInit: boolean;
  /** Whether segments are published in parts, as in low-latency HLS. */
  readonly hasParts: boolean;
  /** The renditions that a stream makes, that of the leading track first; tracks of no use left out. */
  renditions(tracks: readonly Track[]): readonly RenditionTracks[];
  /**
   * Begins with the tracks of one rendition, and again whenever one of their configurations changes.
   *
   * @param previous what wrote the rendition so far. It is not used any more.
   */
  open(rendition: RenditionTracks, previous?: SegmentWriter): SegmentWriter;
}

/** A stretch of a segment, without its bytes. */
export interface Stretch {
  /** Whether decoding can start with it. */
  readonly isIndependent: boolean;
  /** Decoding time of its first sample of the leading track, in ticks of that track, from `ORIGIN` on. */
  readonly start: number;
  /** Up to the next one of the leading track. */
  readonly duration: number;
}

/** A stretch of a segment. */
export interface Piece extends Stretch {
  /** Shared by all who are sent them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface PieceOptions {
  /** Whether a segment begins with it. */
  readonly isSegmentStart: boolean;
}

/**
 * Writes the segments of one rendition. The newest unit waits for the next one, which tells how long
 * it lasts: to end a piece before a unit, one adds that unit and then takes the piece.
 */
export interface SegmentWriter {
  /** What a player reads before the first piece; known from the first unit of each track on. */
  readonly init: Uint8Array<ArrayBuffer> | undefined;
  /** @throws {BitstreamError} the first unit of a track is damaged. */
  add(unit: Unit): void;
  /** All that has ended, or undefined when nothing has. */
  take(options: PieceOptions): Piece | undefined;
  /** As `take`, with what waits: nothing follows for a while. */
  flush(options: PieceOptions): Piece | undefined;
}
