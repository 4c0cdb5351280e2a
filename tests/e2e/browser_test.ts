import { assertEquals, assertGreater } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { openBrowser } from "./browser.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";

const ignore = !hasClient("ffmpeg") || !hasClient("chromium");

/** Folder for screenshots, for people who want to look. */
const SCREENSHOTS = Deno.env.get("SLUICE_TEST_SCREENSHOTS");

/** Seconds of playing that a page has to show. */
const PLAYED_SECONDS = 2;

Deno.test({
  name: "Chromium plays a stream on its page, and the dashboard lists it",
  ignore,
  async fn(t) {
    const path = await clip("avcAac");
    await using program = await Program.start();
    const name = "live/cam1";
    await using publisher = ffmpegPublish(path, program.url("rtmp", name), {
      realTime: true,
      loop: -1,
    });
    await program.seen("published", { stream: name });
    await using browser = await openBrowser();
    const { page, errors, hosts } = browser;

    await t.step("the page plays", async () => {
      await page.goto(program.url("http", `play/${name}`));
      await page.waitForFunction((seconds) => {
        const video = document.querySelector("video");
        return video !== null && video.currentTime > seconds && !video.paused;
      }, PLAYED_SECONDS);
      const seen = await page.evaluate(() => {
        const video = document.querySelector("video");
        const quality = video?.getVideoPlaybackQuality();
        return { width: video?.videoWidth, frames: quality?.totalVideoFrames ?? 0 };
      });
      assertEquals(seen.width, 320);
      assertGreater(seen.frames, 25);
      if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/play.png` });
    });

    await t.step("the dashboard lists it", async () => {
      await page.goto(program.url("http", ""));
      await page.getByRole("heading", { name, exact: true }).waitFor();
      await page.getByText("320×180").first().waitFor();
      if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/dashboard.png` });
    });

    await t.step("nothing failed, and nothing was asked of another host", () => {
      assertEquals(errors, []);
      assertEquals([...hosts], [new URL(program.url("http", "")).host]);
    });
    publisher.kill();
  },
});
