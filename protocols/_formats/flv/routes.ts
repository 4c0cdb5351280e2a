import type { CodecName } from "../../../registry/media/codec.ts";
import type { Description, Track } from "../../../registry/media/track.ts";
import { type FlvCapabilities, supportsFourCc } from "./capabilities.ts";
import { fourCcOf, opaqueCodecId } from "./codec_ids.ts";

/** A track of a stream that goes out as FLV, and its place there. */
export interface FlvRoute {
  readonly track: Track;
  /**
   * The multitrack id: 0 for the default track of its kind, which goes out without multitrack so
   * that every player finds it.
   */
  readonly index: number;
}

/** Multitrack ids have eight bits. */
const MAX_ROUTES_PER_KIND = 256;

/** Codecs that every FLV player is sent in the form of FLV 10.1. */
const LEGACY_CODECS: ReadonlySet<CodecName> = new Set(["h264", "aac", "mp3", "g711a", "g711u"]);

/** The sample rate that FLV players take G.711 for: the tag has no code for any other. */
const G711_SAMPLE_RATE = 8000;

/**
 * The tracks of a description that a player can be sent. Tracks that it cannot take do not count for
 * the index: the first that it can take is its default.
 */
export function routeTracks(
  description: Description,
  capabilities: FlvCapabilities,
): readonly FlvRoute[] {
  const next = { video: 0, audio: 0, data: 0 };
  const routes: FlvRoute[] = [];
  for (const track of description.tracks) {
    const index = next[track.kind];
    if (!canCarry(track, index, capabilities)) continue;
    routes.push({ track, index });
    next[track.kind]++;
  }
  return routes;
}

/** The tracks that {@linkcode routeTracks} leaves out. */
export function unsupportedTracks(
  description: Description,
  capabilities: FlvCapabilities,
): readonly Track[] {
  const routed = new Set(routeTracks(description, capabilities).map((route) => route.track));
  return description.tracks.filter((track) => !routed.has(track));
}

function canCarry(track: Track, index: number, capabilities: FlvCapabilities): boolean {
  const { kind, codec } = track;
  if (kind === "data") return codec === "amf0" && index === 0;
  if (index === 0 && isLegacy(track)) return true;
  const fourCc = fourCcOf(codec);
  if (fourCc === undefined || !supportsFourCc(capabilities, kind, fourCc)) return false;
  return index === 0 || capabilities.multitrack && index < MAX_ROUTES_PER_KIND;
}

function isLegacy({ codec, config }: Track): boolean {
  if (config?.codec === "g711a" || config?.codec === "g711u") {
    return config.sampleRate === G711_SAMPLE_RATE;
  }
  return LEGACY_CODECS.has(codec) || opaqueCodecId(codec) !== undefined;
}
