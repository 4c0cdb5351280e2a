import { unlessDamaged } from "../../../registry/media/errors.ts";
import type { Track } from "../../../registry/media/track.ts";
import { isMp4Codec, type Mp4Codec, type Mp4Config, sampleEntry } from "./sample_entries.ts";

/** A track that MP4 can carry: its configuration is known and whole. */
export type Mp4Track = Track & { readonly codec: Mp4Codec; readonly config: Mp4Config };

/** Whether MP4 can carry a track. */
export type Carriage =
  | { readonly carried: true; readonly track: Mp4Track }
  /** `reason` ends a sentence that begins with the track: "has no form in MP4". */
  | { readonly carried: false; readonly reason: string };

/** Whether a track can go out as MP4, and why not. */
export function mp4Carries(track: Track): Carriage {
  const { codec, config } = track;
  if (!isTrackId(track.id)) {
    return { carried: false, reason: `its id ${track.id} cannot be one in MP4` };
  }
  if (!isMp4Codec(codec)) return { carried: false, reason: `${codec} has no form in MP4` };
  if (config === undefined) {
    return { carried: false, reason: `the configuration of ${codec} is not known yet` };
  }
  if (!isOf(track)) {
    return { carried: false, reason: `${codec} has a configuration of ${config.codec}` };
  }
  if (unlessDamaged(() => sampleEntry(track.codec, track.config)) === undefined) {
    return { carried: false, reason: `the configuration of ${codec} is damaged` };
  }
  return { carried: true, track };
}

/** `track_ID` has 32 bits and is never 0 (ISO/IEC 14496-12 8.3.2.3). */
function isTrackId(id: number): boolean {
  return Number.isInteger(id) && id > 0 && id < 2 ** 32 - 1;
}

function isOf(track: Track): track is Mp4Track {
  return track.config?.codec === track.codec;
}

/** The tracks that MP4 can carry, in order. */
export function mp4Tracks(tracks: readonly Track[]): readonly Mp4Track[] {
  return tracks.flatMap((track) => {
    const carriage = mp4Carries(track);
    return carriage.carried ? [carriage.track] : [];
  });
}
