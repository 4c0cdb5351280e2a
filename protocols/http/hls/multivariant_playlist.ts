import { describeConfig, type TrackInfo } from "../../../registry/media/describe.ts";
import type { Track } from "../../../registry/media/track.ts";
import type { MultivariantPlaylist, RenditionTag, Variant } from "../../_formats/m3u8/playlist.ts";
import { defined } from "../../_formats/m3u8/values.ts";
import { playlistName } from "./names.ts";
import type { Presentation } from "./segmenter.ts";
import { bandwidthOf, type RenditionWindow } from "./window.ts";

/** GROUP-ID of the audio renditions. */
const AUDIO_GROUP = "audio";

const VERSION = 9;

/**
 * The multivariant playlist, RFC 8216bis section 4.4.6: one variant, with the audio tracks as its audio
 * renditions where they have segments of their own.
 */
export function multivariantPlaylist(
  { renditions }: Pick<Presentation, "renditions">,
): MultivariantPlaylist {
  const [first, ...others] = renditions;
  return {
    type: "multivariant",
    version: VERSION,
    // Media playlists say it for themselves: a picture that is late makes a segment that is not.
    hasIndependentSegments: false,
    variants: first === undefined ? [] : [variant(first, others)],
    renditions: others.map(audioTag),
  };
}

function variant(first: RenditionWindow, audio: readonly RenditionWindow[]): Variant {
  const info = infoOf(first.tracks[0]);
  const codecs = [first, ...audio].flatMap(({ tracks }) => tracks.map(infoOf))
    .map(({ codecString }) => codecString);
  const known = [...new Set(codecs.filter((codec) => codec !== undefined))];
  const own = bandwidthOf(first);
  const { width, height, fps } = info;
  return {
    uri: playlistName(first.id),
    bandwidth: own.peak + most(audio.map((other) => bandwidthOf(other).peak)),
    averageBandwidth: own.average + most(audio.map((other) => bandwidthOf(other).average)),
    ...defined({
      // A list that leaves one out would be wrong, and players believe it.
      codecs: codecs.includes(undefined) ? undefined : known,
      resolution: width === undefined || height === undefined ? undefined : { width, height },
      frameRate: fps,
      audio: audio.length > 0 ? AUDIO_GROUP : undefined,
    }),
  };
}

/** An audio group is as wide as the widest of its renditions, of which one plays at a time. */
function most(values: readonly number[]): number {
  return Math.max(0, ...values);
}

function infoOf({ config }: Track): TrackInfo {
  return config === undefined ? {} : describeConfig(config);
}

function audioTag({ id, tracks: [track] }: RenditionWindow, index: number): RenditionTag {
  const { channels } = infoOf(track);
  return {
    type: "AUDIO",
    groupId: AUDIO_GROUP,
    name: `Audio ${index + 1}`,
    isDefault: index === 0,
    isAutoselect: true,
    uri: playlistName(id),
    ...defined({ channels: channels === undefined ? undefined : String(channels) }),
  };
}
