/**
 * Checks what a player of HLS is given against RFC 8216bis: a row of playlists of one rendition, and
 * what they name. It knows nothing of how they are made.
 *
 * @module
 */
import { parsePlaylist } from "../protocols/_formats/m3u8/parser.ts";
import {
  type MediaPlaylist,
  type MediaSegment,
  type PartialSegment,
  type SegmentHead,
  US_PER_SECOND,
} from "../protocols/_formats/m3u8/playlist.ts";

/** What is in the bytes of a segment or part: times in ticks of the leading track. */
export interface Probed {
  readonly start: number;
  /** Undefined where the container does not tell how long the last sample is. */
  readonly end: number | undefined;
  readonly timescale: number;
  /** Whether its first picture is a key picture, with all that a decoder needs before it. */
  readonly startsWithKey: boolean;
}

/** Reads media. `init` is that of EXT-X-MAP. */
export type Probe = (bytes: Uint8Array, init: Uint8Array | undefined) => Probed;

/** Fetches what a playlist names; undefined when there is nothing. */
export type Fetch = (uri: string) => Uint8Array | undefined;

export interface ValidatorOptions {
  readonly probe: Probe;
  readonly fetch: Fetch;
}

/** Microseconds by which rounding to ticks and to microseconds may differ. */
const ROUNDING_US = 2;

/** Milliseconds by which the dates of neighbours may differ from their durations. */
const DATE_SLACK_MS = 60;

/** Least share of the part target (4.4.4.9). */
const MIN_PART_SHARE = 0.85;

/** What was in a segment, for the one after it. */
interface Checked {
  readonly end: number | undefined;
  readonly start: number;
  readonly segment: MediaSegment;
  readonly timescale: number;
}

/** Follows the playlist of one rendition. What breaks a rule is in `findings`, with the clause. */
export class HlsValidator {
  readonly findings: string[] = [];
  /** Segments and parts whose bytes were looked into. */
  probedSegments = 0;
  probedParts = 0;
  readonly #options: ValidatorOptions;
  #previous: MediaPlaylist | undefined;
  #last: Checked | undefined;
  /** Parts that were looked into, by URI, and their bytes. */
  #parts = new Map<string, Uint8Array>();
  #hint: string | undefined;

  constructor(options: ValidatorOptions) {
    this.#options = options;
  }

  /** Takes a playlist as it was fetched, the ones before it having been taken already. */
  playlist(text: string): MediaPlaylist {
    const playlist = mediaPlaylist(text);
    this.#checkHead(playlist);
    this.#checkParts(playlist);
    this.#checkHint(playlist);
    const previous = this.#previous;
    if (previous !== undefined) this.#checkChange(previous, playlist);
    const from = previous === undefined ? 0 : endSequence(previous) - playlist.mediaSequence;
    for (const segment of playlist.segments.slice(Math.max(0, from))) this.#probeSegment(segment);
    for (const part of playlist.open?.parts ?? []) this.#probePart(part, playlist.open?.map?.uri);
    this.#previous = playlist;
    return playlist;
  }

  /** A delta update, put together with the playlist before it, is the full playlist (6.2.5.1). */
  delta(deltaText: string, fullText: string): void {
    const delta = mediaPlaylist(deltaText);
    const full = mediaPlaylist(fullText);
    const { skippedSegments } = delta;
    this.#expect("6.2.5.1 mediaSequence", delta.mediaSequence === full.mediaSequence);
    let map = full.segments[skippedSegments - 1]?.map;
    const rest = delta.segments.map((segment) => {
      map = segment.map ?? map;
      return map === undefined ? segment : { ...segment, map };
    });
    const segments = [...full.segments.slice(0, skippedSegments), ...rest];
    this.#expect("6.2.5.1 delta update", same(segments, full.segments));
    const skipped = full.segments.slice(skippedSegments).reduce((us, s) => us + s.durationUs, 0);
    const boundary = full.serverControl?.canSkipUntilUs ?? 0;
    if (skippedSegments === 0) return;
    const last = full.segments[skippedSegments - 1]?.durationUs ?? 0;
    this.#expect("4.4.5.2 skip boundary", skipped + last + openUs(full) >= boundary);
  }

  #checkHead(playlist: MediaPlaylist): void {
    const { targetDuration, serverControl, partTargetUs, segments } = playlist;
    const targetUs = targetDuration * US_PER_SECOND;
    for (const { durationUs, uri } of segments) {
      const isShort = Math.round(durationUs / US_PER_SECOND) <= targetDuration;
      this.#expect(`4.4.3.1 EXTINF of ${uri} is ${durationUs} us`, isShort);
    }
    const { holdBackUs = Infinity, canSkipUntilUs = Infinity, partHoldBackUs } = serverControl ??
      {};
    this.#expect("4.4.3.8 HOLD-BACK", holdBackUs >= 3 * targetUs);
    this.#expect("4.4.3.8 CAN-SKIP-UNTIL", canSkipUntilUs >= 6 * targetUs);
    if (partTargetUs === undefined) return;
    this.#expect("4.4.3.8 PART-HOLD-BACK", (partHoldBackUs ?? 0) >= 3 * partTargetUs);
    this.#expect("B.1 blocking reload", serverControl?.canBlockReload === true);
    this.#expect("B.1 dates", segments.every((s) => s.programDateTime !== undefined));
  }

  #checkParts({ segments, open, partTargetUs = 0 }: MediaPlaylist): void {
    for (const segment of segments) {
      if (segment.parts.length === 0) continue;
      const sum = segment.parts.reduce((us, part) => us + part.durationUs, 0);
      this.#expect(`4.4.4.9 parts of ${segment.uri}`, sum === segment.durationUs);
    }
    for (const { parts } of [...segments, ...(open === undefined ? [] : [open])] as SegmentHead[]) {
      parts.forEach((part, index) => {
        const { durationUs, isIndependent, uri } = part;
        const isLast = index === parts.length - 1;
        const what = `4.4.4.9 ${uri} is ${durationUs} of ${partTargetUs} us`;
        this.#expect(what, durationUs <= partTargetUs);
        const isLong = durationUs >= partTargetUs * MIN_PART_SHARE;
        this.#expect(what, isLong || isIndependent || (isLast && parts !== open?.parts));
      });
    }
  }

  /** What was hinted is the next thing to come (4.4.5.3). */
  #checkHint({ segments, open, preloadHints: [hint] }: MediaPlaylist): void {
    const listed = [...segments.slice(-2).flatMap(({ parts }) => parts), ...(open?.parts ?? [])];
    const isNew = hint?.uri !== this.#hint;
    if (this.#hint !== undefined && isNew) {
      const came = listed.some(({ uri }) => uri === this.#hint);
      this.#expect(`4.4.5.3 ${this.#hint} was hinted`, came || segments.length === 0);
    }
    this.#hint = hint?.uri;
  }

  #checkChange(before: MediaPlaylist, after: MediaPlaylist): void {
    this.#expect("6.2.1 TARGETDURATION", before.targetDuration === after.targetDuration);
    this.#expect("4.4.3.7 PART-TARGET", before.partTargetUs === after.partTargetUs);
    this.#expect("6.2.2 ENDLIST", !before.isEnded || same(before, after));
    const removed = after.mediaSequence - before.mediaSequence;
    this.#expect("4.4.3.2 MEDIA-SEQUENCE", removed >= 0 && removed <= before.segments.length);
    const gone = before.segments.slice(0, removed).filter((segment) => segment.isDiscontinuous);
    const discontinuities = after.discontinuitySequence - before.discontinuitySequence;
    this.#expect("4.4.3.3 DISCONTINUITY-SEQUENCE", discontinuities === gone.length);
    before.segments.slice(removed).forEach((segment, index) => {
      const now = after.segments[index];
      const isSame = now !== undefined && same(withoutParts(segment), withoutParts(now));
      this.#expect(`6.2.1 ${segment.uri} has changed`, isSame);
    });
    if (removed > 0) {
      const us = after.segments.reduce((sum, segment) => sum + segment.durationUs, 0);
      const isLong = us >= 3 * after.targetDuration * US_PER_SECOND;
      this.#expect("6.2.2 a segment was removed too early", isLong);
    }
    this.#checkOpen(before, after);
  }

  /** Parts of the segment in the making stay what they were. */
  #checkOpen(before: MediaPlaylist, after: MediaPlaylist): void {
    const known = before.open?.parts ?? [];
    const closed = after.segments[endSequence(before) - after.mediaSequence];
    const now = (closed ?? after.open)?.parts ?? [];
    this.#expect("6.2.2 parts have changed", same(known, now.slice(0, known.length)));
  }

  #probePart(part: PartialSegment, init: string | undefined): Uint8Array {
    const known = this.#parts.get(part.uri);
    if (known !== undefined) return known;
    const { fetch, probe } = this.#options;
    const bytes = fetch(part.uri) ?? new Uint8Array();
    this.#parts.set(part.uri, bytes);
    this.#expect(`6.2.2 ${part.uri} is missing`, bytes.length > 0);
    if (bytes.length === 0) return bytes;
    const probed = probe(bytes, init === undefined ? undefined : fetch(init));
    const isTrue = !part.isIndependent || probed.startsWithKey;
    this.#expect(`4.4.4.9 INDEPENDENT of ${part.uri}`, isTrue);
    this.#checkDuration(part.uri, probed, part.durationUs);
    this.probedParts++;
    return bytes;
  }

  #probeSegment(segment: MediaSegment): void {
    if (segment.isGap) return void (this.#last = undefined);
    const { fetch, probe } = this.#options;
    const bytes = fetch(segment.uri);
    if (bytes === undefined) return this.#expect(`6.2.2 ${segment.uri} is missing`, false);
    if (segment.parts.length > 0) this.#checkConcatenation(segment, bytes);
    const init = segment.map === undefined ? undefined : fetch(segment.map.uri);
    this.#expect("4.4.4.5 EXT-X-MAP", segment.map === undefined || init !== undefined);
    const probed = probe(bytes, init);
    this.#expect(`B.1 ${segment.uri} does not begin with a key picture`, probed.startsWithKey);
    this.#checkDuration(segment.uri, probed, segment.durationUs);
    if (this.#last !== undefined) this.#checkJoin(this.#last, segment, probed);
    this.#last = { ...probed, segment };
    this.probedSegments++;
  }

  #checkConcatenation(segment: MediaSegment, bytes: Uint8Array): void {
    const parts = segment.parts.map((part) => this.#probePart(part, segment.map?.uri));
    let offset = 0;
    const isSame = parts.every((part) => {
      const piece = bytes.subarray(offset, offset + part.length);
      offset += part.length;
      return piece.length === part.length && piece.every((byte, index) => byte === part[index]);
    });
    this.#expect(`3.1 parts are not ${segment.uri}`, isSame && offset === bytes.length);
    for (const { uri } of segment.parts) this.#parts.delete(uri);
  }

  #checkDuration(uri: string, { start, end, timescale }: Probed, durationUs: number): void {
    if (end === undefined) return;
    const us = (end - start) * US_PER_SECOND / timescale;
    this.#expect(`4.4.4.1 ${uri} lasts ${us} us`, Math.abs(us - durationUs) <= ROUNDING_US);
  }

  /** Neighbours join to the tick, in time and in date. */
  #checkJoin(last: Checked, segment: MediaSegment, probed: Probed): void {
    if (segment.isDiscontinuous) return;
    const { end, timescale } = last;
    const joins = end === undefined
      ? Math.abs(
        (probed.start - last.start) * US_PER_SECOND / timescale - last.segment.durationUs,
      ) <= US_PER_SECOND / timescale + ROUNDING_US
      : end === probed.start;
    this.#expect(`3 ${segment.uri} does not join`, joins);
    const date = segment.programDateTime ?? 0;
    const expected = (last.segment.programDateTime ?? 0) + last.segment.durationUs / 1000;
    this.#expect(`4.4.4.6 date of ${segment.uri}`, Math.abs(date - expected) <= DATE_SLACK_MS);
  }

  #expect(rule: string, holds: boolean): void {
    if (!holds) this.findings.push(rule);
  }
}

function mediaPlaylist(text: string): MediaPlaylist {
  const playlist = parsePlaylist(new TextEncoder().encode(text));
  if (playlist.type !== "media") throw new TypeError("Cannot validate: it is multivariant");
  return playlist;
}

/** Number of the segment after the last whole one. */
function endSequence({ mediaSequence, segments }: MediaPlaylist): number {
  return mediaSequence + segments.length;
}

function openUs({ open }: MediaPlaylist): number {
  return (open?.parts ?? []).reduce((us, part) => us + part.durationUs, 0);
}

/** Parts are left out of a playlist in time; the segment stays as it is. */
function withoutParts(segment: MediaSegment): MediaSegment {
  return { ...segment, parts: [] };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
