// A file over RTMP, as clients that seek take it.
import { assert, assertEquals } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import type { Frames } from "./frames.ts";
import { clip, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { Scratch } from "./scratch.ts";

const FRAME_MS = 40;

/** FFmpeg asks for 130 ms less, for the sake of pictures that are reordered: none is near a key picture. */
const POSITIONS = [0, 0.9, 1.2, 1.9, 2.5];

/** A gateway whose media directory has `clip.mp4`, and the frames of that. */
async function start(stack: AsyncDisposableStack) {
  const scratch = stack.use(await Scratch.make());
  const path = `${scratch.path}/clip.mp4`;
  await using copy = Client.start("ffmpeg", [
    ...["-v", "error", "-i", await clip("avc"), "-c", "copy", path],
  ]);
  await copy.succeed();
  const expected = await bareFramesOf(path);
  const program = stack.use(await Program.start({ args: ["--media", scratch.path] }));
  return { scratch, program, expected, url: program.url("rtmp", "media/clip.mp4") };
}

function videoOf(frames: Frames) {
  return frames.get("video h264") ?? [];
}

function hashes(frames: readonly { readonly hash: string }[]): readonly string[] {
  return frames.map(({ hash }) => hash);
}

Deno.test({
  name: "rtmpdump takes a file whole, and from a position on",
  ignore: !hasClient("ffmpeg") || !hasClient("rtmpdump"),
  async fn() {
    await using stack = new AsyncDisposableStack();
    const { scratch, expected, url } = await start(stack);
    const dump = async (...options: readonly string[]) => {
      const file = scratch.file(".flv");
      await using client = Client.start("rtmpdump", ["-q", "-r", url, "-o", file, ...options]);
      await client.ended;
      return await bareFramesOf(file);
    };
    const whole = await dump();
    for (const [track, frames] of expected) {
      assertEquals(hashes(whole.get(track) ?? []), hashes(frames), track);
    }
    const second = videoOf(await dump("--start", "1.5"));
    assertEquals(hashes(second), hashes(videoOf(expected)).slice(KEY_INTERVAL));
  },
});

Deno.test({
  name: "ffmpeg seeks to the key picture at or before a position",
  ignore: !hasClient("ffmpeg"),
  async fn() {
    await using stack = new AsyncDisposableStack();
    const { scratch, expected, url } = await start(stack);
    const pictures = videoOf(expected);
    for (const seconds of POSITIONS) {
      const file = scratch.file(".flv");
      await using client = Client.start("ffmpeg", [
        ...["-v", "error", "-ss", `${seconds}`, "-i", url, "-map", "0:v", "-frames:v", "5"],
        ...["-c", "copy", file],
      ]);
      await client.succeed();
      const [first] = videoOf(await bareFramesOf(file));
      const at = pictures.findIndex(({ hash }) => hash === first?.hash);
      assert(at >= 0 && at % KEY_INTERVAL === 0, `${seconds} s begins with picture ${at}`);
      const key = Math.floor(seconds * 1000 / FRAME_MS / KEY_INTERVAL) * KEY_INTERVAL;
      assertEquals(at, key, `${seconds} s`);
    }
  },
});
