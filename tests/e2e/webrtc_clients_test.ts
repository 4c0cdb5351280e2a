// WebRTC clients that have nothing in common with browsers, nor with each other.
import { assert, assertEquals } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { aiortcPlay, aiortcPublish, readPlayed } from "./aiortc.ts";
import { avBare, avCopy } from "./av.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { pictures } from "./decoded.ts";
import { readFrames } from "./frames.ts";
import { CLIP_FRAMES, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { Scratch } from "./scratch.ts";
import { webRtcClip } from "./webrtc_clips.ts";

const ignore = !hasClient("ffmpeg") || !hasClient("aiortc");

/** Seconds that a player may wait for the publisher. */
const WAIT_S = 30;

/** Of every clip. */
const PICTURE_MS = 40;
const SOUND_MS = 20;

/** aiortc takes a picture for whole when the next begins. */
const AIORTC_HOLDS = 1;

/** Times of so many things, one after the other. */
function timesFrom(first: number, count: number, step: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index * step);
}

Deno.test({
  name: "aiortc plays by WHEP what is published over RTSP: every picture as it was encoded",
  ignore,
  async fn() {
    const path = await webRtcClip("H264");
    const expected = await pictures(path);
    await using program = await Program.start();
    const name = "live/aiortc";
    await using player = aiortcPlay(program.url("http", `${name}/whep?wait=${WAIT_S}`));
    await program.seen("reader came", { stream: name });
    const url = program.url("rtsp", name);
    await using publisher = avCopy(path, "rtsp", url, { realTime: true, rtsp: "tcp" });
    await publisher.succeed();
    const { shown, heard } = readPlayed((await player.succeed()).stdout);
    const start = expected.indexOf(shown[0]?.hash ?? "");
    assert(start >= 0, "begins with a picture of the clip");
    assertEquals(start % KEY_INTERVAL, 0, "begins with a key frame");
    const whole = expected.slice(start, expected.length - AIORTC_HOLDS);
    assertEquals(shown.map(({ hash }) => hash), whole);
    // Pictures that were there before the path was have times that are next to each other.
    const last = shown.slice(-KEY_INTERVAL + AIORTC_HOLDS).map(({ time }) => time);
    assertEquals(last, timesFrom(last[0] ?? NaN, last.length, PICTURE_MS));
    const pieces = timesFrom(0, heard.length, SOUND_MS);
    assertEquals(heard.map(({ time }) => time), pieces);
    assert(heard.length >= 1000 / SOUND_MS, "a second of sound at least");
  },
});

for (const codec of ["H264", "VP8"] as const) {
  Deno.test({
    name: `what aiortc publishes by WHIP comes out whole: ${codec}`,
    ignore,
    async fn() {
      const path = await webRtcClip(codec);
      await using scratch = await Scratch.make();
      await using program = await Program.start({ config: { rtsp: { wait: WAIT_S } } });
      const name = "live/aiortc";
      const file = scratch.file();
      await using player = avBare(program.url("rtsp", name), file, { rtsp: "tcp" });
      await program.seen("reader came", { stream: name });
      const url = program.url("http", `${name}/whip`);
      await using publisher = aiortcPublish(path, url, { codec, how: "copy" });
      await publisher.succeed();
      await player.succeed();
      // Its first reports come when the clip is half over, and tell the time of sending.
      const allowance = { keyInterval: KEY_INTERVAL, settles: Infinity, mayLose: { audio: 1 } };
      assertCarried(await readFrames(file), await bareFramesOf(path), allowance);
    },
  });
}

Deno.test({
  name: "what aiortc encodes and publishes by WHIP can be decoded, every picture of it",
  ignore,
  async fn() {
    const path = await webRtcClip("H264");
    await using program = await Program.start({ config: { rtsp: { wait: WAIT_S } } });
    const name = "live/aiortc";
    await using player = Client.start("ffmpeg", [
      ...["-v", "error", "-xerror", "-rtsp_transport", "tcp", "-i", program.url("rtsp", name)],
      ...["-fps_mode", "passthrough", "-map", "0:v", "-f", "framemd5", "-"],
    ]);
    await program.seen("reader came", { stream: name });
    const url = program.url("http", `${name}/whip`);
    await using publisher = aiortcPublish(path, url, { codec: "VP8", how: "encode" });
    await publisher.succeed();
    const { stdout } = await player.succeed();
    assertEquals(stdout.match(/^0,/gm)?.length, CLIP_FRAMES);
  },
});
