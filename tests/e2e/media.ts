import { Client } from "./client.ts";
import { avCopy } from "./av.ts";

/** Video frames from one key frame to the next, in every clip. */
export const KEY_INTERVAL = 25;

/** Length of every clip in seconds. */
export const CLIP_SECONDS = 3;

const FRAME_RATE = 25;

/** Video frames of every clip that has any. */
export const CLIP_FRAMES = CLIP_SECONDS * FRAME_RATE;

const PICTURE = [
  ...["-f", "lavfi", "-i"],
  `testsrc2=size=320x180:rate=${FRAME_RATE}:duration=${CLIP_SECONDS}`,
];
const TONE = (rate: number) => [
  ...["-f", "lavfi", "-i"],
  `sine=frequency=440:sample_rate=${rate}:duration=${CLIP_SECONDS}`,
];

const GROUP = ["-g", `${KEY_INTERVAL}`, "-pix_fmt", "yuv420p"];
const AVC = [
  ...["-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0", "-bf", "2", ...GROUP],
];
const AAC = ["-c:a", "aac", "-b:a", "64k"];

/** How FFmpeg makes the clips. Those that are not legacy FLV are encoded first, and then muxed. */
const RECIPES = {
  /** H.264 with B-frames. */
  avcAac: { legacy: true, args: [...PICTURE, ...TONE(44_100), ...AVC, ...AAC] },
  avcAacInOrder: {
    legacy: true,
    args: [...PICTURE, ...TONE(44_100), ...AVC, "-bf", "0", ...AAC],
  },
  avcMp3: { legacy: true, args: [...PICTURE, ...TONE(44_100), ...AVC, "-c:a", "libmp3lame"] },
  avc: { legacy: true, args: [...PICTURE, ...AVC] },
  /** Sound that begins half a second before the picture. */
  soundFirst: {
    legacy: true,
    args: ["-itsoffset", "0.5", ...PICTURE, ...TONE(44_100), ...AVC, ...AAC],
  },
  /** Some 20 Mbit/s, to fill the buffers of whoever does not read. */
  heavy: {
    legacy: true,
    args: [...PICTURE, "-vf", "noise=alls=80:allf=t", ...AVC, "-b:v", "20M", "-minrate", "20M"],
  },
  aac: { legacy: true, args: [...TONE(48_000), ...AAC] },
  speex: { legacy: true, args: [...TONE(16_000), "-c:a", "libspeex"] },
  sorensonMp3: {
    legacy: true,
    args: [...PICTURE, ...TONE(44_100), "-c:v", "flv1", ...GROUP, "-c:a", "libmp3lame"],
  },
  hevcAac: {
    legacy: false,
    args: [
      ...[...PICTURE, ...TONE(44_100), "-c:v", "libx265", "-preset", "ultrafast", "-bf", "2"],
      ...["-x265-params", "log-level=error:scenecut=0:open-gop=0", ...GROUP, ...AAC],
    ],
  },
  avcOpus: {
    legacy: false,
    args: [...PICTURE, ...TONE(48_000), ...AVC, "-c:a", "libopus", "-b:a", "64k"],
  },
  av1Flac: {
    legacy: false,
    args: [
      ...[...PICTURE, ...TONE(48_000), "-c:v", "libsvtav1", "-preset", "10", ...GROUP],
      ...["-c:a", "flac", "-strict", "-2"],
    ],
  },
  vp9Ac3: {
    legacy: false,
    args: [
      ...[...PICTURE, ...TONE(48_000), "-c:v", "libvpx-vp9", "-deadline", "realtime"],
      ...["-cpu-used", "8", ...GROUP, "-c:a", "ac3"],
    ],
  },
} as const satisfies Record<string, { readonly legacy: boolean; readonly args: readonly string[] }>;

export type ClipName = keyof typeof RECIPES;

const folder = new URL("../../.cache/clips/", import.meta.url);

/** Path of an FLV file with the clip; made when it is asked for first, and kept between runs. */
export async function clip(name: ClipName): Promise<string> {
  const { args, legacy } = RECIPES[name];
  return await kept(
    name,
    args,
    "flv",
    (scratch) => legacy ? encode(args, `${scratch}/clip.flv`) : mux(args, scratch),
  );
}

/**
 * Path of a file that FFmpeg makes; made when it is asked for first, and kept between runs.
 *
 * @param args what FFmpeg is told of it
 * @param type of the container: the ending of its name
 * @param make makes the file in an empty folder, and gives its path; by default with FFmpeg.
 */
export async function kept(
  name: string,
  args: readonly string[],
  type: string,
  make = (scratch: string) => encode(args, `${scratch}/clip.${type}`),
): Promise<string> {
  const path = new URL(`${name}-${await digest(args.join(" "))}.${type}`, folder).pathname;
  if (await exists(path)) return path;
  await Deno.mkdir(folder, { recursive: true });
  const scratch = await Deno.makeTempDir({ dir: folder.pathname });
  try {
    const made = await make(scratch);
    // Another test may have made it meanwhile: it is the same.
    await Deno.rename(made, path);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  return path;
}

async function mux(args: readonly string[], scratch: string): Promise<string> {
  const encoded = await encode(args, `${scratch}/clip.mp4`);
  const muxed = `${scratch}/clip.flv`;
  await using copy = avCopy(encoded, "flv", muxed);
  await copy.succeed();
  return muxed;
}

async function encode(args: readonly string[], path: string): Promise<string> {
  // One thread, so that the same bytes come out on every machine.
  const words = ["-v", "error", "-y", ...args, "-threads", "1", path];
  await using ffmpeg = Client.start("ffmpeg", words);
  await ffmpeg.succeed();
  return path;
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash, 0, 4).toHex();
}

async function exists(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info !== undefined;
}
