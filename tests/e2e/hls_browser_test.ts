import { assertEquals, assertGreater, assertLess } from "@std/assert";
import hlsScript from "npm:hls.js@^1.7.4/dist/hls.min.js" with { type: "text" };
import { hasClient } from "../../scripts/real_clients.ts";
import { openBrowser, played } from "./browser.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";

const ignore = !hasClient("ffmpeg") || !hasClient("chromium");

/** Seconds of playing that a player has to show. */
const PLAYED_SECONDS = 3;

/** What hls.js may be behind the publisher in low latency, with parts of 200 ms. */
const LOW_LATENCY_MS = 1500;

interface Flavour {
  readonly name: string;
  readonly entry: string;
  readonly isLowLatency: boolean;
}

const FLAVOURS: readonly Flavour[] = [
  { name: "MPEG-TS", entry: "ts.m3u8", isLowLatency: false },
  { name: "fragmented MP4", entry: "index.m3u8", isLowLatency: false },
  { name: "low-latency HLS", entry: "index.m3u8", isLowLatency: true },
];

/** Runs in the page: has hls.js play a stream, and writes down what goes wrong. */
function playScript(url: string, { isLowLatency }: Flavour): string {
  // Low latency is as far behind as playlists say (PART-HOLD-BACK), and catches up where it began late.
  const config = isLowLatency
    ? { lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.5 }
    : { lowLatencyMode: false, liveSyncDurationCount: 1 };
  return `
    const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true });
    document.body.replaceChildren(video);
    window.troubles = [];
    window.player?.destroy();
    window.player = new Hls(${JSON.stringify(config)});
    player.on(Hls.Events.ERROR, (_, { type, details, fatal }) => {
      if (fatal) window.troubles.push(type + ": " + details);
    });
    player.loadSource("${url}");
    player.attachMedia(video);`;
}

/** Milliseconds from when the picture that is shown was published until now. */
const BEHIND = "Date.now() - player.playingDate.getTime()";

Deno.test({
  name: "hls.js plays MPEG-TS, fragmented MP4 and low-latency HLS",
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
    for (const flavour of FLAVOURS) {
      await t.step(flavour.name, async () => {
        await page.goto(program.url("http", "healthz"));
        await page.addScriptTag({ content: hlsScript });
        await page.evaluate(playScript(program.url("http", `${name}/${flavour.entry}`), flavour));
        const video = page.locator("video");
        const start: number = await video.evaluate(firstTime);
        const { width, frames } = await video.evaluate(played, start + PLAYED_SECONDS);
        const behindMs: number = await page.evaluate(BEHIND);
        console.log(`${flavour.name}: ${Math.round(behindMs)} ms behind the publisher`);
        assertEquals(await page.evaluate("troubles"), []);
        assertEquals(width, 320);
        assertGreater(frames, 2 * 25);
        if (flavour.isLowLatency) assertLess(behindMs, LOW_LATENCY_MS);
      });
    }
  },
});

/** Runs in the page: where the player begins. */
function firstTime(video: { readonly currentTime: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      if (video.currentTime === 0) return;
      clearInterval(timer);
      resolve(video.currentTime);
    }, 20);
    setTimeout(() => reject(new Error("nothing is played")), 15_000);
  });
}
