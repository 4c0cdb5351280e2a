import { AttributeList } from "./attributes.ts";
import { M3u8Error } from "./errors.ts";
import type { PlaylistLine, TagLine, UriLine } from "./lines.ts";
import type {
  ByteRange,
  EncryptionKey,
  MediaMap,
  MediaPlaylist,
  MediaSegment,
  PartialSegment,
  PreloadHint,
  RenditionReport,
  SegmentHead,
  ServerControl,
} from "./playlist.ts";
import { defined, parseByteRange, parseDate, parseInteger, parseSeconds } from "./values.ts";

/** Where a range without an offset begins, and of which resource. */
interface RangeEnd {
  readonly uri: string;
  readonly end: number;
}

type TagReader = (parser: MediaParser, tag: TagLine) => void;

/** The tags of a media playlist, section 4.4.3 to 4.4.5; others are passed over. */
const TAGS: Readonly<Record<string, TagReader>> = {
  "EXT-X-VERSION": (parser, tag) => parser.version = integer(tag),
  "EXT-X-TARGETDURATION": (parser, tag) => parser.targetDuration = integer(tag),
  "EXT-X-MEDIA-SEQUENCE": (parser, tag) => parser.mediaSequence = integer(tag),
  "EXT-X-DISCONTINUITY-SEQUENCE": (parser, tag) => parser.discontinuitySequence = integer(tag),
  "EXT-X-ENDLIST": (parser) => parser.isEnded = true,
  "EXT-X-INDEPENDENT-SEGMENTS": (parser) => parser.hasIndependentSegments = true,
  "EXT-X-PLAYLIST-TYPE": (parser, { value }) => {
    if (value === "EVENT" || value === "VOD") parser.playlistType = value;
  },
  "EXT-X-SERVER-CONTROL": (parser, tag) => parser.serverControl = readServerControl(tag),
  "EXT-X-PART-INF": (parser, tag) => {
    parser.partTargetUs = new AttributeList(tag).seconds("PART-TARGET");
  },
  "EXT-X-SKIP": (parser, tag) => {
    parser.skippedSegments = new AttributeList(tag).integer("SKIPPED-SEGMENTS") ?? 0;
  },
  "EXT-X-MAP": (parser, tag) => parser.map = readMap(tag),
  "EXT-X-KEY": (parser, tag) => parser.key = readKey(tag),
  "EXT-X-DISCONTINUITY": (parser) => parser.isDiscontinuous = true,
  "EXT-X-GAP": (parser) => parser.isGap = true,
  "EXT-X-PROGRAM-DATE-TIME": (parser, { name, value, line }) => {
    parser.programDateTime = parseDate(value, name, line);
  },
  "EXT-X-BYTERANGE": (parser, tag) => parser.byteRangeTag = tag,
  "EXTINF": (parser, tag) => parser.readDuration(tag),
  "EXT-X-PART": (parser, tag) => parser.readPart(tag),
  "EXT-X-PRELOAD-HINT": (parser, tag) => parser.preloadHints.push(...readPreloadHint(tag)),
  "EXT-X-RENDITION-REPORT": (parser, tag) => parser.renditionReports.push(readReport(tag)),
};

/**
 * Reads the lines of a media playlist.
 *
 * @throws {M3u8Error}
 */
export function parseMediaLines(lines: readonly PlaylistLine[]): MediaPlaylist {
  const parser = new MediaParser();
  for (const line of lines) {
    if (line.type === "uri") parser.readSegment(line);
    else TAGS[line.name]?.(parser, line);
  }
  return parser.finish(lines.at(-1)?.line ?? 0);
}

class MediaParser {
  version = 1;
  targetDuration: number | undefined;
  mediaSequence = 0;
  discontinuitySequence = 0;
  playlistType: MediaPlaylist["playlistType"];
  hasIndependentSegments = false;
  isEnded = false;
  serverControl: ServerControl | undefined;
  partTargetUs: number | undefined;
  skippedSegments = 0;
  readonly preloadHints: PreloadHint[] = [];
  readonly renditionReports: RenditionReport[] = [];
  readonly #segments: MediaSegment[] = [];

  /** In force until another comes. */
  map: MediaMap | undefined;
  key: EncryptionKey | undefined;

  /** Of the segment whose URI is yet to come. */
  isDiscontinuous = false;
  isGap = false;
  programDateTime: number | undefined;
  byteRangeTag: TagLine | undefined;
  #durationUs: number | undefined;
  #title: string | undefined;
  #parts: PartialSegment[] = [];

  #segmentEnd: RangeEnd | undefined;
  #partEnd: RangeEnd | undefined;

  readDuration({ name, value, line }: TagLine): void {
    const comma = value.indexOf(",");
    const end = comma === -1 ? value.length : comma;
    this.#durationUs = parseSeconds(value.slice(0, end).trim(), name, line);
    this.#title = value.slice(end + 1).trim() || undefined;
  }

  readPart(tag: TagLine): void {
    const attributes = new AttributeList(tag);
    const uri = attributes.required("URI");
    attributes.required("DURATION");
    const byteRange = attributes.byteRange("BYTERANGE", endOf(this.#partEnd, uri));
    this.#partEnd = after(byteRange, uri);
    this.#parts.push({
      uri,
      durationUs: attributes.seconds("DURATION") ?? 0,
      isIndependent: attributes.isYes("INDEPENDENT"),
      isGap: attributes.isYes("GAP"),
      ...defined({ byteRange }),
    });
  }

  readSegment({ uri, line }: UriLine): void {
    const durationUs = this.#durationUs;
    if (durationUs === undefined) throw new M3u8Error("the segment has no EXTINF", line);
    const byteRange = this.#byteRange(uri);
    this.#segmentEnd = after(byteRange, uri);
    const segment = { uri, durationUs, isGap: this.isGap, ...this.#head() };
    this.#segments.push({ ...segment, ...defined({ title: this.#title, byteRange }) });
    this.#beginSegment();
  }

  #byteRange(uri: string): ByteRange | undefined {
    const tag = this.byteRangeTag;
    if (tag === undefined) return undefined;
    return parseByteRange(tag.value, endOf(this.#segmentEnd, uri), tag.name, tag.line);
  }

  #head(): SegmentHead {
    const { isDiscontinuous, programDateTime, map, key } = this;
    return { isDiscontinuous, parts: this.#parts, ...defined({ programDateTime, map, key }) };
  }

  #beginSegment(): void {
    this.isDiscontinuous = false;
    this.isGap = false;
    this.programDateTime = undefined;
    this.byteRangeTag = undefined;
    this.#durationUs = undefined;
    this.#title = undefined;
    this.#parts = [];
    this.#partEnd = undefined;
  }

  finish(line: number): MediaPlaylist {
    const { targetDuration } = this;
    if (targetDuration === undefined) throw new M3u8Error("EXT-X-TARGETDURATION is missing", 0);
    if (this.#durationUs !== undefined) throw new M3u8Error("the last segment has no URI", line);
    const { playlistType, serverControl, partTargetUs } = this;
    return {
      type: "media",
      version: this.version,
      targetDuration,
      mediaSequence: this.mediaSequence,
      discontinuitySequence: this.discontinuitySequence,
      hasIndependentSegments: this.hasIndependentSegments,
      isEnded: this.isEnded,
      skippedSegments: this.skippedSegments,
      segments: this.#segments,
      preloadHints: this.preloadHints,
      renditionReports: this.renditionReports,
      ...defined({ playlistType, serverControl, partTargetUs, open: this.#open() }),
    };
  }

  #open(): SegmentHead | undefined {
    const isBegun = this.isDiscontinuous || this.programDateTime !== undefined ||
      this.#parts.length > 0;
    return isBegun ? this.#head() : undefined;
  }
}

function integer({ name, value, line }: TagLine): number {
  return parseInteger(value, name, line);
}

function endOf(previous: RangeEnd | undefined, uri: string): number | undefined {
  return previous?.uri === uri ? previous.end : undefined;
}

function after(range: ByteRange | undefined, uri: string): RangeEnd | undefined {
  return range === undefined ? undefined : { uri, end: range.offset + range.length };
}

function readServerControl(tag: TagLine): ServerControl {
  const attributes = new AttributeList(tag);
  return {
    canBlockReload: attributes.isYes("CAN-BLOCK-RELOAD"),
    ...defined({
      canSkipUntilUs: attributes.seconds("CAN-SKIP-UNTIL"),
      holdBackUs: attributes.seconds("HOLD-BACK"),
      partHoldBackUs: attributes.seconds("PART-HOLD-BACK"),
    }),
  };
}

function readMap(tag: TagLine): MediaMap {
  const attributes = new AttributeList(tag);
  const byteRange = attributes.byteRange("BYTERANGE", 0);
  return { uri: attributes.required("URI"), ...defined({ byteRange }) };
}

function readKey(tag: TagLine): EncryptionKey | undefined {
  const attributes = new AttributeList(tag);
  const method = attributes.required("METHOD");
  if (method === "NONE") return undefined;
  return { method, ...defined({ uri: attributes.text("URI") }) };
}

/** Nothing for a hint of a type that this gateway has not heard of. */
function readPreloadHint(tag: TagLine): readonly PreloadHint[] {
  const attributes = new AttributeList(tag);
  const type = attributes.required("TYPE");
  if (type !== "PART" && type !== "MAP") return [];
  const byteRangeStart = attributes.integer("BYTERANGE-START");
  const byteRangeLength = attributes.integer("BYTERANGE-LENGTH");
  const uri = attributes.required("URI");
  return [{ type, uri, ...defined({ byteRangeStart, byteRangeLength }) }];
}

function readReport(tag: TagLine): RenditionReport {
  const attributes = new AttributeList(tag);
  const lastMsn = attributes.integer("LAST-MSN");
  const lastPart = attributes.integer("LAST-PART");
  return { uri: attributes.required("URI"), ...defined({ lastMsn, lastPart }) };
}
