import type { Frame, Frames } from "../e2e/frames.ts";

/** Sound that WebRTC carries, as FFmpeg names it. */
const SOUND: ReadonlySet<string> = new Set([
  "audio opus",
  "audio adpcm_g722",
  "audio pcm_alaw",
  "audio pcm_mulaw",
]);

/** What is left of a clip over WebRTC: sound of its codecs, and pictures that are shown as they come. */
export function carriedByWebRtc(frames: Frames): Frames {
  const tracks = [...frames].filter(([track]) => track.startsWith("video") || SOUND.has(track));
  return new Map(tracks.map(([track, list]) => [track, inOrder(list)]));
}

function inOrder(frames: readonly Frame[]): readonly Frame[] {
  let latest = -Infinity;
  return frames.filter(({ pts }) => {
    const isInOrder = pts > latest;
    latest = Math.max(latest, pts);
    return isInOrder;
  });
}
