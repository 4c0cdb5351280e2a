// The gateway's own pages: one publishes a test pattern by WebRTC, the other one plays it by the
// fastest way that works.
import { assertEquals, assertGreater } from "@std/assert";
import type { Locator, Page } from "npm:playwright-core@^1.65.1";
import { hasClient } from "../../scripts/real_clients.ts";
import { must } from "../must.ts";
import { openBrowser, type Video } from "./browser.ts";
import { clip } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { FAKE_DEVICES } from "./rtc_page.ts";
import { SlowPath } from "./slow_path.ts";

const ignore = !hasClient("ffmpeg") || !hasClient("chromium");

/** Pictures that a player has to show: more than a second. */
const ENOUGH = 30;

/** More than any page has elements that take the focus. */
const MOST_TABS = 40;

/** WebRTC is given up after three seconds without a connection; HLS begins with a whole segment. */
const FALLBACK_LIMIT_MS = 25_000;

Deno.test({
  name: "the pages publish and play by WebRTC, and play by LL-HLS where nothing connects",
  ignore,
  async fn(t) {
    const name = "live/pattern";
    await using program = await Program.start();
    await using browser = await openBrowser(FAKE_DEVICES);
    const { page: publisher, errors, hosts } = browser;
    const newPage = () => must(publisher.context().browser()).newPage();
    const playUrl = program.url("http", `play/${name}`);

    await t.step("a test pattern is published with the keyboard alone", async () => {
      await publisher.goto(program.url("http", `publish/${name}`));
      await tabTo(publisher, publisher.getByRole("radio", { name: "Camera" }));
      const pattern = publisher.getByRole("radio", { name: "Test pattern" });
      while (!await pattern.isChecked()) await publisher.keyboard.press("ArrowDown");
      await publisher.getByRole("combobox", { name: "Size" }).selectOption("640x360");
      await tabTo(publisher, publisher.getByRole("button", { name: "Start" }));
      await publisher.keyboard.press("Enter");
      await publisher.getByText(`${name} is live`).waitFor();
      await program.seen("published", { stream: name, protocol: "webrtc" });
    });

    await t.step("two windows play by WebRTC, and each again when it is loaded anew", async () => {
      const viewers = [await newPage(), await newPage()];
      for (const viewer of viewers) {
        await viewer.goto(playUrl);
        await untilPlayed(viewer, "WebRTC");
      }
      await must(viewers[0]).reload();
      await Promise.all(viewers.map((viewer) => untilPlayed(viewer, "WebRTC")));
      await valueOf(must(viewers[0]), "Delay").getByText(/\d ms/).waitFor();
      await Promise.all(viewers.map((viewer) => viewer.close()));
    });

    await t.step("the player is worked with the keyboard", async () => {
      const viewer = await newPage();
      await viewer.goto(playUrl);
      await tabTo(viewer, viewer.getByRole("button", { name: "Unmute" }));
      await viewer.keyboard.press("Enter");
      await viewer.getByRole("button", { name: "Mute", exact: true }).waitFor();
      await tabTo(viewer, viewer.getByRole("combobox", { name: "Play by" }));
      await viewer.keyboard.press("End");
      await untilPlayed(viewer, "FLV");
      await viewer.close();
    });

    await t.step("LL-HLS is next where WebRTC does not connect", async () => {
      await using nowhere = new SlowPath(program.url("webrtc", ""), {
        lossPercent: 100,
        delayMs: 0,
      });
      const viewer = await newPage();
      await nowhere.divert(viewer);
      await viewer.goto(playUrl);
      await untilPlayed(viewer, "LL-HLS");
      assertGreater(nowhere.lost, 0);
      await viewer.getByText("WebRTC").filter({ hasText: "no connection within" }).waitFor();
      await viewer.close();
    });

    await t.step("Stop ends the stream", async () => {
      // The focus went there when Start was turned off.
      await publisher.keyboard.press("Enter");
      await publisher.getByText("Not publishing").waitFor();
      await program.seen("unpublished", { stream: name });
    });

    await t.step("nothing failed, and nothing was asked of another host", () => {
      assertEquals(errors, []);
      assertEquals([...hosts], [new URL(playUrl).host]);
    });
  },
});

Deno.test({
  name: "the player plays by LL-HLS where WebRTC is turned off",
  ignore,
  async fn() {
    const name = "live/cam1";
    const path = await clip("avcAac");
    await using program = await Program.start({ config: { webrtc: { port: false } } });
    await using _publisher = ffmpegPublish(path, program.url("rtmp", name), {
      realTime: true,
      loop: -1,
    });
    await program.seen("published", { stream: name });
    await using browser = await openBrowser();
    const { page } = browser;
    await page.goto(program.url("http", `play/${name}`));
    await untilPlayed(page, "LL-HLS");
  },
});

/** What the player tells under `title`. */
function valueOf(page: Page, title: string): Locator {
  return page.locator("dl > div").filter({ hasText: title }).locator("dd").first();
}

/** Waits until the player says that it plays by `way`, and does. */
async function untilPlayed(page: Page, way: string): Promise<void> {
  await valueOf(page, "Played by").filter({ hasText: way }).waitFor({ timeout: FALLBACK_LIMIT_MS });
  await page.locator("video").evaluate(shown, ENOUGH);
  const [played, passed] = await page.locator("dl > div").filter({ hasText: "Played by" })
    .locator("dd").allTextContents();
  assertEquals(played, way, passed);
}

/** Runs in the page: resolves when so many pictures more have been shown. */
function shown(video: Video, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error("nothing is shown")), 30_000);
    let start = video.getVideoPlaybackQuality().totalVideoFrames;
    const timer = setInterval(() => {
      const { totalVideoFrames } = video.getVideoPlaybackQuality();
      // Another way has begun.
      if (totalVideoFrames < start) start = totalVideoFrames;
      if (totalVideoFrames - start < count) return;
      clearTimeout(limit);
      clearInterval(timer);
      resolve();
    }, 50);
  });
}

/** Presses Tab until an element has the focus. */
async function tabTo(page: Page, element: Locator): Promise<void> {
  for (let presses = 0; presses < MOST_TABS; presses++) {
    await page.keyboard.press("Tab");
    if (await element.evaluate((one) => one.matches(":focus-visible"))) return;
  }
  throw new Error(`Cannot reach ${element} with the keyboard`);
}
