// FFmpeg plays what Chromium publishes by WHIP: over RTSP, RTMP and HLS.
import { assertEquals, assertGreater } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { avCopy } from "./av.ts";
import { openBrowser } from "./browser.ts";
import { Client } from "./client.ts";
import { assertMonotonic, type Frames, parseFrames } from "./frames.ts";
import { Program } from "./program.ts";
import { FAKE_DEVICES, RtcPage } from "./rtc_page.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg") || !hasClient("chromium");

/** Seconds that each player plays. */
const PLAYED_SECONDS = 3;

/** The fake camera has 20 pictures a second; a busy machine has fewer. */
const LEAST_PICTURES = 8 * PLAYED_SECONDS;

/** A packet of Opus has 20 ms. */
const LEAST_SOUNDS = 30 * PLAYED_SECONDS;

/** What came out of the decoders, and what they complained about. */
interface Decoded {
  readonly frames: Frames;
  readonly errors: string;
}

Deno.test({
  name: "FFmpeg decodes what Chromium publishes by WHIP",
  ignore,
  async fn(t) {
    const [both, silent] = ["live/both", "live/silent"];
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    await using browser = await openBrowser(FAKE_DEVICES);
    const publisher = new RtcPage(browser.page, program);
    await publisher.open();
    await publisher.publish(both, { format: "H264" });
    await publisher.publish(silent, { format: "H264", sound: false });

    const file = scratch.file(".mp4");
    await using recorder = avCopy(program.url("rtmp", both), "mp4", file);
    const names = ["RTSP", "HLS", "RTMP without sound"];
    const players = await Promise.allSettled([
      decode(["-rtsp_transport", "tcp", "-i", program.url("rtsp", both)]),
      decode(["-i", program.url("http", `${both}/index.m3u8`)]),
      decode(["-i", program.url("rtmp", silent)]),
    ]);
    for (const [index, player] of players.entries()) {
      await t.step(`over ${names[index]}`, () => {
        if (player.status === "rejected") throw player.reason;
        assertDecoded(player.value, names[index] !== "RTMP without sound");
      });
    }

    await t.step("over Enhanced RTMP", async () => {
      // It plays for as long as something comes.
      await publisher.open();
      await recorder.succeed();
      assertDecoded(await decode(["-i", file]), true);
    });
  },
});

async function decode(input: readonly string[]): Promise<Decoded> {
  await using ffmpeg = Client.start("ffmpeg", [
    ...["-v", "error", ...input, "-t", `${PLAYED_SECONDS}`],
    ...["-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "framemd5", "-"],
  ]);
  const { stdout, stderr } = await ffmpeg.succeed();
  return { frames: parseFrames(stdout), errors: stderr };
}

function assertDecoded({ frames, errors }: Decoded, hasSound: boolean): void {
  assertEquals(errors, "");
  assertMonotonic(frames);
  assertGreater(frames.get("video rawvideo")?.length ?? 0, LEAST_PICTURES);
  const sounds = frames.get("audio pcm_s16le")?.length;
  if (hasSound) assertGreater(sounds ?? 0, LEAST_SOUNDS);
  else assertEquals(sounds, undefined);
}
