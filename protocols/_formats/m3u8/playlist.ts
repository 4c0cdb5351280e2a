/**
 * HLS playlists as values: RFC 8216bis (draft-pantos-hls-rfc8216bis) section 4. Durations are integer
 * microseconds, as many digits as playlists have; URIs are as they were written, unresolved.
 *
 * @module
 */

/** Microseconds in a second: playlists write decimal seconds. */
export const US_PER_SECOND = 1_000_000;

/** A part of a resource, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** EXT-X-MAP, section 4.4.4.5: what a decoder needs before the segments that it applies to. */
export interface MediaMap {
  readonly uri: string;
  readonly byteRange?: ByteRange;
}

/** EXT-X-KEY, section 4.4.4.4, of a method other than NONE. The gateway recognises it, no more. */
export interface EncryptionKey {
  readonly method: string;
  readonly uri?: string;
}

/** EXT-X-PART, section 4.4.4.9. */
export interface PartialSegment {
  readonly uri: string;
  readonly durationUs: number;
  readonly isIndependent: boolean;
  readonly isGap: boolean;
  readonly byteRange?: ByteRange;
}

/** What stands before the URI of a segment: all that is known of one whose end is yet to come. */
export interface SegmentHead {
  /** EXT-X-DISCONTINUITY: nothing joins it to the segment before. */
  readonly isDiscontinuous: boolean;
  /** EXT-X-PROGRAM-DATE-TIME of the first sample: milliseconds of UTC. */
  readonly programDateTime?: number;
  /** In force for this segment. Absent in a delta update for as long as that of a skipped one is. */
  readonly map?: MediaMap;
  readonly key?: EncryptionKey;
  readonly parts: readonly PartialSegment[];
}

/** One media segment, section 4.4.4. */
export interface MediaSegment extends SegmentHead {
  readonly uri: string;
  readonly durationUs: number;
  readonly title?: string;
  readonly byteRange?: ByteRange;
  /** EXT-X-GAP: there is nothing to fetch. */
  readonly isGap: boolean;
}

/** EXT-X-SERVER-CONTROL, section 4.4.3.8. */
export interface ServerControl {
  readonly canBlockReload: boolean;
  readonly canSkipUntilUs?: number;
  readonly holdBackUs?: number;
  readonly partHoldBackUs?: number;
}

/** EXT-X-PRELOAD-HINT, section 4.4.5.3. */
export interface PreloadHint {
  readonly type: "PART" | "MAP";
  readonly uri: string;
  readonly byteRangeStart?: number;
  readonly byteRangeLength?: number;
}

/** EXT-X-RENDITION-REPORT, section 4.4.5.4: how far another playlist of the presentation is. */
export interface RenditionReport {
  readonly uri: string;
  readonly lastMsn?: number;
  readonly lastPart?: number;
}

/** A media playlist, section 4.4.3. */
export interface MediaPlaylist {
  readonly type: "media";
  /** EXT-X-VERSION. */
  readonly version: number;
  /** Whole seconds. */
  readonly targetDuration: number;
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  readonly playlistType?: "EVENT" | "VOD";
  readonly hasIndependentSegments: boolean;
  /** EXT-X-ENDLIST: no segment will be added. */
  readonly isEnded: boolean;
  readonly serverControl?: ServerControl;
  readonly partTargetUs?: number;
  /** Of EXT-X-SKIP, section 4.4.5.2: segments that a delta update leaves out before the first. */
  readonly skippedSegments: number;
  readonly segments: readonly MediaSegment[];
  /** The segment in the making, when something of it is listed already. */
  readonly open?: SegmentHead;
  readonly preloadHints: readonly PreloadHint[];
  readonly renditionReports: readonly RenditionReport[];
}

/** EXT-X-STREAM-INF, section 4.4.6.2, and the URI below it. */
export interface Variant {
  readonly uri: string;
  /** Peak bits per second, of all renditions that play together. */
  readonly bandwidth: number;
  readonly averageBandwidth?: number;
  /** RFC 6381, in the order that they were written. */
  readonly codecs?: readonly string[];
  readonly resolution?: { readonly width: number; readonly height: number };
  /** Frames per second. */
  readonly frameRate?: number;
  /** GROUP-ID of the audio renditions that go with it. */
  readonly audio?: string;
}

/** EXT-X-MEDIA, section 4.4.6.1. */
export interface RenditionTag {
  readonly type: string;
  readonly groupId: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly isAutoselect: boolean;
  readonly language?: string;
  /** Of audio: the count of channels first. */
  readonly channels?: string;
  /** Absent where the rendition is inside the variant itself. */
  readonly uri?: string;
}

/** A multivariant playlist, section 4.4.6. */
export interface MultivariantPlaylist {
  readonly type: "multivariant";
  readonly version: number;
  readonly hasIndependentSegments: boolean;
  readonly variants: readonly Variant[];
  readonly renditions: readonly RenditionTag[];
}

/** Either kind of playlist, section 4.1: none is both. */
export type Playlist = MediaPlaylist | MultivariantPlaylist;
