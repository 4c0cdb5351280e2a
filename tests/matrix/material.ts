import { kept } from "../e2e/media.ts";

/** Pictures from one key frame to the next. */
export const KEY_INTERVAL = 25;

/** Seconds. */
const LENGTH = 2;

const PICTURE = ["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=25:duration=${LENGTH}`];
const tone = (rate: number) => [
  ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=${rate}:duration=${LENGTH}`],
];

const GROUP = ["-g", `${KEY_INTERVAL}`, "-pix_fmt", "yuv420p"];
const H264 = ["-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0", ...GROUP];
const H265 = [
  ...["-c:v", "libx265", "-preset", "ultrafast", "-bf", "2", ...GROUP],
  // Information for people stands in hvcC too, and is carried by some and by others not. Which pictures
  // need a B-frame cannot be told of H.265: WebRTC leaves out those that none needs.
  ...["-x265-params", "log-level=error:scenecut=0:open-gop=0:info=0:b-pyramid=0"],
];
const VPX = ["-deadline", "realtime", "-cpu-used", "8", ...GROUP];
const AV1 = ["-c:v", "libsvtav1", "-preset", "10", ...GROUP];
const OPUS = [...tone(48_000), "-c:a", "libopus", "-b:a", "64k"];
const AAC = [...tone(44_100), "-c:a", "aac", "-b:a", "64k"];

/** Families of protocols, which carry different codecs. */
export type Family = "flv" | "rtp" | "ts" | "mp4" | "webrtc";

/** A clip of certain codecs. */
export interface Material {
  readonly args: readonly string[];
  readonly type: "mkv" | "nut";
  /** What FFmpeg can send of it, and by which of its versions, where the old one can. */
  readonly sent: Readonly<Partial<Record<Family, "ffmpeg" | "FFmpeg 8">>>;
  /** What FFmpeg can receive of it. */
  readonly received: readonly Family[];
}

/** An input comes before the options of what is encoded. */
function both(video: readonly string[], audio: readonly string[]): string[] {
  const inputEnd = audio.indexOf("-c:a");
  return [...PICTURE, ...audio.slice(0, inputEnd), ...video, ...audio.slice(inputEnd)];
}

const FFMPEG_8 = { flv: "FFmpeg 8", rtp: "FFmpeg 8", mp4: "FFmpeg 8" } as const;
const EVERYWHERE = {
  sent: { ...FFMPEG_8, ts: "FFmpeg 8" },
  received: ["flv", "rtp", "ts", "mp4", "webrtc"],
} as const;
/** MPEG-TS has no place for AV1 and VP9 that players know. */
const NOT_IN_TS = { sent: FFMPEG_8, received: ["flv", "rtp", "mp4", "webrtc"] } as const;
/** The FLV muxer of FFmpeg 8 aborts on legacy codecs of audio other than MP3. */
const LEGACY = {
  sent: { flv: "ffmpeg", rtp: "FFmpeg 8" },
  received: ["flv", "rtp", "webrtc"],
} as const;
const RTP_ONLY = { sent: { rtp: "FFmpeg 8" }, received: ["rtp", "webrtc"] } as const;

/** Every codec that FFmpeg can carry, in company where it has some. */
export const MATERIALS: Readonly<Record<string, Material>> = {
  "H.264 with B-frames, AAC": {
    args: both([...H264, "-bf", "2"], AAC),
    type: "mkv",
    ...EVERYWHERE,
  },
  "H.264 without B-frames, MP3": {
    args: both([...H264, "-bf", "0"], [...tone(44_100), "-c:a", "libmp3lame"]),
    type: "mkv",
    ...EVERYWHERE,
  },
  // What browsers send, and what WebRTC carries whole.
  "H.264 without B-frames, Opus": {
    args: both([...H264, "-bf", "0"], OPUS),
    type: "mkv",
    sent: { rtp: "FFmpeg 8" },
    received: EVERYWHERE.received,
  },
  "H.265, AAC": { args: both(H265, AAC), type: "mkv", ...EVERYWHERE },
  // Without sound: FFmpeg loses a picture when a packet of another track comes between its packets,
  // which over UDP is a matter of which socket it looks at first.
  "AV1": { args: [...PICTURE, ...AV1], type: "mkv", ...NOT_IN_TS },
  "VP9, Opus": { args: both(["-c:v", "libvpx-vp9", ...VPX], OPUS), type: "mkv", ...NOT_IN_TS },
  // FLV has it, FFmpeg's does not.
  "VP8, Opus": { args: both(["-c:v", "libvpx", ...VPX], OPUS), type: "mkv", ...RTP_ONLY },
  "G.711 A-law": { args: [...tone(8000), "-c:a", "pcm_alaw"], type: "nut", ...LEGACY },
  "G.711 mu-law": { args: [...tone(8000), "-c:a", "pcm_mulaw"], type: "nut", ...LEGACY },
  // FFmpeg takes it from RTP and does not send it.
  "AC-3": {
    args: [...tone(48_000), "-c:a", "ac3"],
    type: "nut",
    sent: { flv: "FFmpeg 8", ts: "FFmpeg 8", mp4: "FFmpeg 8" },
    received: ["flv", "rtp", "ts", "mp4"],
  },
  "G.722": { args: [...tone(16_000), "-c:a", "g722"], type: "nut", ...RTP_ONLY },
  // Frames that fit into a packet each, so that they come out as they went in.
  "L16": {
    args: [...tone(16_000), "-af", "asetnsamples=n=320", "-c:a", "pcm_s16be"],
    type: "nut",
    sent: RTP_ONLY.sent,
    received: ["rtp"],
  },
};

/** Path of the clip. */
export function materialFile(name: string): Promise<string> {
  const { args, type } = MATERIALS[name] ?? fail(name);
  return kept(`matrix-${name.replaceAll(/[^\w]+/g, "-")}`, args, type);
}

function fail(name: string): never {
  throw new Error(`Cannot make ${name}: it is not known`);
}
