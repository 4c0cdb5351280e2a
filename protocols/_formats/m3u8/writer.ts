/**
 * Playlists as text: the counterpart of `parser.ts`.
 *
 * @module
 */
import type {
  EncryptionKey,
  MediaMap,
  MediaPlaylist,
  MediaSegment,
  MultivariantPlaylist,
  PartialSegment,
  PreloadHint,
  RenditionReport,
  RenditionTag,
  SegmentHead,
  ServerControl,
  Variant,
} from "./playlist.ts";
import { writeByteRange, writeSeconds } from "./values.ts";

/** Attributes in the order that they are written; those that are undefined are left out. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Writes a media playlist. What is in force for many segments is written where it changes. */
export function writeMediaPlaylist(playlist: MediaPlaylist): string {
  const lines = ["#EXTM3U", `#EXT-X-VERSION:${playlist.version}`, ...headLines(playlist)];
  let previous: SegmentHead | undefined;
  for (const segment of playlist.segments) {
    pushHead(lines, segment, previous);
    pushSegment(lines, segment);
    previous = segment;
  }
  if (playlist.open !== undefined) pushHead(lines, playlist.open, previous);
  lines.push(...playlist.preloadHints.map(preloadHintLine));
  lines.push(...playlist.renditionReports.map(reportLine));
  if (playlist.isEnded) lines.push("#EXT-X-ENDLIST");
  return joinLines(lines);
}

/** Writes a multivariant playlist. */
export function writeMultivariantPlaylist(playlist: MultivariantPlaylist): string {
  const lines = ["#EXTM3U", `#EXT-X-VERSION:${playlist.version}`];
  if (playlist.hasIndependentSegments) lines.push("#EXT-X-INDEPENDENT-SEGMENTS");
  lines.push(...playlist.renditions.map(renditionLine));
  for (const variant of playlist.variants) lines.push(variantLine(variant), variant.uri);
  return joinLines(lines);
}

function joinLines(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

function headLines(playlist: MediaPlaylist): readonly string[] {
  const { serverControl, partTargetUs, skippedSegments, discontinuitySequence } = playlist;
  const lines = [`#EXT-X-TARGETDURATION:${playlist.targetDuration}`];
  if (serverControl !== undefined) lines.push(serverControlLine(serverControl));
  if (partTargetUs !== undefined) {
    lines.push(`#EXT-X-PART-INF:PART-TARGET=${writeSeconds(partTargetUs)}`);
  }
  lines.push(`#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}`);
  if (discontinuitySequence > 0) {
    lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`);
  }
  if (playlist.playlistType !== undefined) {
    lines.push(`#EXT-X-PLAYLIST-TYPE:${playlist.playlistType}`);
  }
  if (playlist.hasIndependentSegments) lines.push("#EXT-X-INDEPENDENT-SEGMENTS");
  if (skippedSegments > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skippedSegments}`);
  return lines;
}

/** The tags before the first part: they apply to it too (section 4.4.4.9). */
function pushHead(lines: string[], head: SegmentHead, previous: SegmentHead | undefined): void {
  if (head.isDiscontinuous) lines.push("#EXT-X-DISCONTINUITY");
  if (!sameMap(head.map, previous?.map)) lines.push(...mapLines(head.map));
  if (!sameKey(head.key, previous?.key)) lines.push(keyLine(head.key));
  if (head.programDateTime !== undefined) {
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(head.programDateTime).toISOString()}`);
  }
  for (const part of head.parts) lines.push(partLine(part));
}

function pushSegment(lines: string[], segment: MediaSegment): void {
  if (segment.isGap) lines.push("#EXT-X-GAP");
  lines.push(`#EXTINF:${writeSeconds(segment.durationUs)},${oneLine(segment.title ?? "")}`);
  if (segment.byteRange !== undefined) {
    lines.push(`#EXT-X-BYTERANGE:${writeByteRange(segment.byteRange)}`);
  }
  lines.push(segment.uri);
}

function sameMap(a: MediaMap | undefined, b: MediaMap | undefined): boolean {
  return a?.uri === b?.uri && a?.byteRange?.offset === b?.byteRange?.offset &&
    a?.byteRange?.length === b?.byteRange?.length;
}

function sameKey(a: EncryptionKey | undefined, b: EncryptionKey | undefined): boolean {
  return a?.method === b?.method && a?.uri === b?.uri;
}

/** Nothing for no map: there is no tag that takes one back. */
function mapLines(map: MediaMap | undefined): readonly string[] {
  if (map === undefined) return [];
  const { uri, byteRange } = map;
  const range = byteRange === undefined ? undefined : quoted(writeByteRange(byteRange));
  return [tag("EXT-X-MAP", { URI: quoted(uri), BYTERANGE: range })];
}

function keyLine(key: EncryptionKey | undefined): string {
  return tag("EXT-X-KEY", { METHOD: key?.method ?? "NONE", URI: optionalQuoted(key?.uri) });
}

function partLine({ uri, durationUs, isIndependent, isGap, byteRange }: PartialSegment): string {
  return tag("EXT-X-PART", {
    DURATION: writeSeconds(durationUs),
    URI: quoted(uri),
    BYTERANGE: byteRange === undefined ? undefined : quoted(writeByteRange(byteRange)),
    INDEPENDENT: yes(isIndependent),
    GAP: yes(isGap),
  });
}

function serverControlLine(control: ServerControl): string {
  return tag("EXT-X-SERVER-CONTROL", {
    "CAN-BLOCK-RELOAD": control.canBlockReload ? "YES" : "NO",
    "CAN-SKIP-UNTIL": optionalSeconds(control.canSkipUntilUs),
    "HOLD-BACK": optionalSeconds(control.holdBackUs),
    "PART-HOLD-BACK": optionalSeconds(control.partHoldBackUs),
  });
}

function preloadHintLine(hint: PreloadHint): string {
  return tag("EXT-X-PRELOAD-HINT", {
    TYPE: hint.type,
    URI: quoted(hint.uri),
    "BYTERANGE-START": hint.byteRangeStart,
    "BYTERANGE-LENGTH": hint.byteRangeLength,
  });
}

function reportLine({ uri, lastMsn, lastPart }: RenditionReport): string {
  return tag("EXT-X-RENDITION-REPORT", {
    URI: quoted(uri),
    "LAST-MSN": lastMsn,
    "LAST-PART": lastPart,
  });
}

function renditionLine(rendition: RenditionTag): string {
  return tag("EXT-X-MEDIA", {
    TYPE: rendition.type,
    "GROUP-ID": quoted(rendition.groupId),
    NAME: quoted(rendition.name),
    LANGUAGE: optionalQuoted(rendition.language),
    DEFAULT: yes(rendition.isDefault),
    AUTOSELECT: yes(rendition.isAutoselect),
    CHANNELS: optionalQuoted(rendition.channels),
    URI: optionalQuoted(rendition.uri),
  });
}

function variantLine(variant: Variant): string {
  const { resolution, frameRate } = variant;
  return tag("EXT-X-STREAM-INF", {
    BANDWIDTH: variant.bandwidth,
    "AVERAGE-BANDWIDTH": variant.averageBandwidth,
    CODECS: optionalQuoted(variant.codecs?.join(",")),
    RESOLUTION: resolution === undefined ? undefined : `${resolution.width}x${resolution.height}`,
    // Three digits behind the point, as section 4.4.6.2 has it.
    "FRAME-RATE": frameRate === undefined ? undefined : frameRate.toFixed(3),
    AUDIO: optionalQuoted(variant.audio),
  });
}

function tag(name: string, attributes: Attributes): string {
  const list = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return `#${name}:${list.map(([attribute, value]) => `${attribute}=${value}`).join(",")}`;
}

function yes(value: boolean): string | undefined {
  return value ? "YES" : undefined;
}

function optionalSeconds(us: number | undefined): string | undefined {
  return us === undefined ? undefined : writeSeconds(us);
}

function optionalQuoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : quoted(text);
}

/** A quoted string has neither line breaks nor quotes, and no way to write them (section 4.2). */
function quoted(text: string): string {
  return `"${oneLine(text).replaceAll('"', "'")}"`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}
