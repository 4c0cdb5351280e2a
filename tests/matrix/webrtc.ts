import type { Frame, Frames } from "../e2e/frames.ts";

/** Sound that WebRTC carries, as FFmpeg names it. */
const SOUND: ReadonlySet<string> = new Set([
  "audio opus",
  "audio adpcm_g722",
  "audio pcm_alaw",
  "audio pcm_mulaw",
]);

/**
 * What is left of a clip over WebRTC: sound of its codecs, and pictures that are shown as they come.
 *
 * @param settles frames of each track that may have come in before their times were put in sync: where
 * these jump, a B-frame is not known as one, and may be among what was played.
 */
export function carriedByWebRtc(frames: Frames, played: Frames, settles: number): Frames {
  const tracks = [...frames].filter(([track]) => track.startsWith("video") || SOUND.has(track));
  return new Map(
    tracks.map(([track, list]) => {
      const hashes = new Set(played.get(track)?.map(({ hash }) => hash));
      const maySee = new Set(list.slice(0, settles).filter(({ hash }) => hashes.has(hash)));
      return [track, inOrder(list, maySee)];
    }),
  );
}

function inOrder(frames: readonly Frame[], others: ReadonlySet<Frame>): readonly Frame[] {
  let latest = -Infinity;
  return frames.filter((frame) => {
    const isInOrder = frame.pts > latest;
    latest = Math.max(latest, frame.pts);
    return isInOrder || others.has(frame);
  });
}
