/** Streams that were never recorded: units with the times of real ones, and bytes of none. */
import { parseAvcC } from "../../../../registry/media/avcc.ts";
import type { Description, Track } from "../../../../registry/media/track.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import type { MediaBatch } from "../../../../registry/reader.ts";
import { AUDIO_SPECIFIC_CONFIG, AVCC, hex } from "../../../registry/media/vectors.ts";

export const VIDEO: Track = {
  id: 1,
  kind: "video",
  codec: "h264",
  timescale: 90_000,
  config: parseAvcC(hex(AVCC.baseline)).config,
};

export const OTHER_VIDEO: Track = { ...VIDEO, config: parseAvcC(hex(AVCC.high1080)).config };

export const AUDIO: Track = {
  id: 2,
  kind: "audio",
  codec: "aac",
  timescale: 48_000,
  config: { codec: "aac", audioSpecificConfig: hex(AUDIO_SPECIFIC_CONFIG.lc48000Mono) },
};

export const AV: Description = { tracks: [VIDEO, AUDIO], metadata: {} };

export interface SimulationOptions {
  readonly description?: Description;
  /** Frames per second, as in SPS; 25 by default. */
  readonly fps?: number;
  /** Pictures from one key picture to the next; 50 by default. */
  readonly group?: number;
  /** Where it begins, in seconds. */
  readonly from?: number;
  readonly seconds: number;
  /** Rounds times of pictures to whole milliseconds, as RTMP does. */
  readonly isRounded?: boolean;
}

/** Units of a stream in the order that they come: each in a batch of its own. */
export function* simulate(options: SimulationOptions): Generator<MediaBatch> {
  const { description = AV, fps = 25, group = 50, from = 0, seconds } = options;
  const video = description.tracks.find(({ kind }) => kind === "video");
  const audio = description.tracks.find(({ kind }) => kind === "audio");
  const frame = 1024;
  const pictures = video === undefined ? 0 : Math.round(seconds * fps);
  const sounds = audio === undefined ? 0 : Math.floor(seconds * audio.timescale / frame);
  let picture = 0;
  let sound = 0;
  while (picture < pictures || sound < sounds) {
    const videoTime = picture < pictures ? picture / fps : Infinity;
    const audioTime = sound < sounds ? sound * frame / (audio?.timescale ?? 1) : Infinity;
    if (video !== undefined && videoTime <= audioTime) {
      const ms = (from + videoTime) * 1000;
      const dts = Math.round((options.isRounded ? Math.round(ms) : ms) * 90);
      yield batch(description, unit(video, dts, picture % group === 0));
      picture++;
    } else if (audio !== undefined) {
      const dts = Math.round(from * audio.timescale) + sound * frame;
      yield batch(description, unit(audio, dts, true));
      sound++;
    }
  }
}

export function batch(description: Description, ...units: readonly Unit[]): MediaBatch {
  return { type: "media", description, units, bytes: 0 };
}

/** Shared by all units: what is in it does not matter. */
const PAYLOAD = [Uint8Array.of(0x65, 1, 2, 3)];

export function unit(track: Track, dts: number, isKey: boolean): Unit {
  return { track, pts: dts, dts, isKey, payload: PAYLOAD };
}
