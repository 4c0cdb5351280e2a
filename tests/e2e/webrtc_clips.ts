import { CLIP_SECONDS, kept, KEY_INTERVAL } from "./media.ts";

const SOURCES = [
  ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=25:duration=${CLIP_SECONDS}`],
  ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${CLIP_SECONDS}`],
];
const GROUP = ["-g", `${KEY_INTERVAL}`, "-pix_fmt", "yuv420p"];
const OPUS = ["-ac", "2", "-c:a", "libopus", "-b:a", "64k"];

/** Clips as encoders for WebRTC make them: pictures in order, and Opus. */
const CLIPS = {
  /** In MPEG-TS, which has start codes, as aiortc needs them. */
  H264: {
    type: "ts",
    args: [
      ...[...SOURCES, "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "baseline"],
      ...["-sc_threshold", "0", ...GROUP, ...OPUS],
    ],
  },
  VP8: {
    type: "webm",
    args: [
      ...[...SOURCES, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"],
      ...["-b:v", "500k", ...GROUP, ...OPUS],
    ],
  },
} as const;

export type WebRtcClip = keyof typeof CLIPS;

export const WEBRTC_CLIPS = Object.keys(CLIPS) as readonly WebRtcClip[];

/** Path of the clip, of `CLIP_SECONDS`. */
export function webRtcClip(codec: WebRtcClip): Promise<string> {
  const { args, type } = CLIPS[codec];
  return kept(`webrtc-${codec}`, args, type);
}
