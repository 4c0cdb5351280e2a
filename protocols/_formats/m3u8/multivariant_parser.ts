import { AttributeList } from "./attributes.ts";
import { M3u8Error } from "./errors.ts";
import type { PlaylistLine, TagLine } from "./lines.ts";
import type { MultivariantPlaylist, RenditionTag, Variant } from "./playlist.ts";
import { defined, parseInteger } from "./values.ts";

/** Tags that only a media playlist may have, section 4.1. */
const MEDIA_TAGS: ReadonlySet<string> = new Set(["EXTINF", "EXT-X-TARGETDURATION"]);

/** Whether a tag stands for a multivariant playlist. */
export function isMultivariantTag({ name }: TagLine): boolean {
  return name === "EXT-X-STREAM-INF" || name === "EXT-X-MEDIA";
}

/**
 * Reads the lines of a multivariant playlist. Trick-play variants (EXT-X-I-FRAME-STREAM-INF) are left
 * out.
 *
 * @throws {M3u8Error}
 */
export function parseMultivariantLines(lines: readonly PlaylistLine[]): MultivariantPlaylist {
  const variants: Variant[] = [];
  const renditions: RenditionTag[] = [];
  let version = 1;
  let hasIndependentSegments = false;
  let pending: TagLine | undefined;
  for (const line of lines) {
    if (line.type === "uri") {
      // A URI of no tag, which players pass over too.
      if (pending !== undefined) variants.push(readVariant(pending, line.uri));
      pending = undefined;
    } else if (MEDIA_TAGS.has(line.name)) {
      throw new M3u8Error(`${line.name} is in a multivariant playlist`, line.line);
    } else if (line.name === "EXT-X-STREAM-INF") pending = line;
    else if (line.name === "EXT-X-MEDIA") renditions.push(readRendition(line));
    else if (line.name === "EXT-X-VERSION") {
      version = parseInteger(line.value, line.name, line.line);
    } else if (line.name === "EXT-X-INDEPENDENT-SEGMENTS") hasIndependentSegments = true;
  }
  if (variants.length === 0) throw new M3u8Error("it has no variant", 0);
  return { type: "multivariant", version, hasIndependentSegments, variants, renditions };
}

function readVariant(tag: TagLine, uri: string): Variant {
  const attributes = new AttributeList(tag);
  const codecs = attributes.text("CODECS")?.split(",").map((codec) => codec.trim());
  return {
    uri,
    // Section 4.4.6.2 wants it always. Players play what has none, with one variant at least.
    bandwidth: attributes.integer("BANDWIDTH") ?? 0,
    ...defined({
      averageBandwidth: attributes.integer("AVERAGE-BANDWIDTH"),
      codecs: codecs?.filter((codec) => codec !== ""),
      resolution: attributes.resolution("RESOLUTION"),
      frameRate: attributes.decimal("FRAME-RATE"),
      audio: attributes.text("AUDIO"),
    }),
  };
}

function readRendition(tag: TagLine): RenditionTag {
  const attributes = new AttributeList(tag);
  return {
    type: attributes.required("TYPE"),
    groupId: attributes.required("GROUP-ID"),
    name: attributes.required("NAME"),
    isDefault: attributes.isYes("DEFAULT"),
    isAutoselect: attributes.isYes("AUTOSELECT"),
    ...defined({
      language: attributes.text("LANGUAGE"),
      channels: attributes.text("CHANNELS"),
      uri: attributes.text("URI"),
    }),
  };
}
