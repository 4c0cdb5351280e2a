import { assertEquals } from "@std/assert";
import { Client } from "./client.ts";
import { parseFrames } from "./frames.ts";

/** Size of the clips' picture. */
const SIZE = "320x180";

/** How FFmpeg reads bare pictures, one after the other. */
export const RAW_PICTURES = ["-f", "rawvideo", "-video_size", SIZE, "-pixel_format", "yuv420p"];

/**
 * MD5 of every decoded picture of a file, in the order in which they are shown.
 *
 * @param inputOptions what FFmpeg has to know of the file.
 */
export async function pictures(
  path: string,
  inputOptions: readonly string[] = [],
): Promise<readonly string[]> {
  await using ffmpeg = Client.start("ffmpeg", [
    ...["-v", "error", ...inputOptions, "-i", path, "-map", "0:v", "-fps_mode", "passthrough"],
    ...["-pix_fmt", "yuv420p", "-f", "framemd5", "-"],
  ]);
  const { stdout } = await ffmpeg.succeed();
  return [...parseFrames(stdout).values()].flat().map(({ hash }) => hash);
}

/** Asserts that every picture was decoded, and as it was meant. */
export function assertSamePictures(
  actual: readonly string[],
  expected: readonly string[],
): void {
  assertEquals(actual.length, expected.length, "number of pictures");
  assertEquals(actual, expected);
}
