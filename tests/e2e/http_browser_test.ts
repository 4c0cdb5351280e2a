import { assertEquals, assertGreater } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { openBrowser, played } from "./browser.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";

const ignore = !hasClient("ffmpeg") || !hasClient("chromium");

/** Seconds of playing that a player has to show. */
const PLAYED_SECONDS = 1;

const VIDEO = "document.body.replaceChildren(Object.assign(document.createElement('video'), " +
  "{ autoplay: true, muted: true }))";

/** What a page does with the stream at `url`, once it has an empty `video` element. */
const PLAYERS = [
  {
    name: "a video element on .mp4",
    script: (base: string) => `document.querySelector("video").src = "${base}.mp4"`,
  },
  {
    name: "Media Source Extensions on .mp4 over a WebSocket",
    script: (base: string) => `
      const source = new MediaSource();
      document.querySelector("video").src = URL.createObjectURL(source);
      source.onsourceopen = () => {
        const socket = new WebSocket("${base.replace("http", "ws")}.mp4");
        socket.binaryType = "arraybuffer";
        const waiting = [];
        let buffer;
        const feed = () => {
          if (waiting.length > 0 && !buffer.updating) buffer.appendBuffer(waiting.shift());
        };
        socket.onmessage = ({ data }) => {
          if (typeof data === "string") {
            buffer = source.addSourceBuffer(JSON.parse(data).mime);
            buffer.mode = "sequence";
            buffer.onupdateend = feed;
          } else {
            waiting.push(data);
            feed();
          }
        };
      };`,
  },
  ...["mpegts", "flv"].map((type) => ({
    name: `mpegts.js on ${type}`,
    script: (base: string) => `
      const url = "${base}.${type === "flv" ? "flv" : "ts"}";
      const player = mpegts.createPlayer({ type: "${type}", isLive: true, url });
      player.attachMediaElement(document.querySelector("video"));
      player.load();
      player.play();`,
  })),
] as const;

Deno.test({
  name: "Chromium plays live streams in each of its ways",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    await using program = await Program.start();
    const name = "live/cam1";
    await using _publisher = ffmpegPublish(path, program.url("rtmp", name), {
      realTime: true,
      loop: -1,
    });
    await program.seen("published", { stream: name });
    await using browser = await openBrowser();
    const { page } = browser;
    for (const player of PLAYERS) {
      await t.step(player.name, async () => {
        await page.goto(program.url("http", "healthz"));
        await page.addScriptTag({ url: program.url("http", "assets/mpegts.js") });
        await page.evaluate(VIDEO);
        await page.evaluate(player.script(program.url("http", name)));
        const video = page.locator("video");
        await video.evaluate(begun);
        const start: number = await video.evaluate(({ currentTime }) => currentTime);
        const { width, frames } = await video.evaluate(played, start + PLAYED_SECONDS);
        assertEquals(width, 320);
        assertGreater(frames, 12);
      });
    }
  },
});

/** Runs in the page: resolves when something is played. */
function begun(video: { readonly currentTime: number; readonly paused: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    const first = video.currentTime;
    const timer = setInterval(() => {
      if (video.currentTime === first) return;
      clearInterval(timer);
      resolve();
    }, 20);
    setTimeout(() => reject(new Error("nothing is played")), 10_000);
  });
}
