import { assertEquals, assertGreater } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { openBrowser, played } from "./browser.ts";
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
    const url = program.url("rtmp", name);
    await using stack = new AsyncDisposableStack();
    const publisher = stack.use(ffmpegPublish(path, url, { realTime: true, loop: -1 }));
    await program.seen("published", { stream: name });
    await using browser = await openBrowser();
    const { page, errors, hosts } = browser;

    await t.step("the page plays", async () => {
      await page.goto(program.url("http", `play/${name}?via=flv`));
      const seen = await page.locator("video").evaluate(played, PLAYED_SECONDS);
      assertEquals(seen.width, 320);
      assertGreater(seen.frames, 25);
      if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/play.png` });
    });

    await t.step("the page goes on when the publisher is killed and comes back", async () => {
      publisher.kill();
      await program.seen("publisher lost", { stream: name });
      stack.use(ffmpegPublish(path, url, { realTime: true, loop: -1 }));
      await program.seen("publisher is back", { stream: name });
      const before: number = await page.locator("video").evaluate(({ currentTime }) => currentTime);
      await page.locator("video").evaluate(played, before + PLAYED_SECONDS);
      assertEquals(program.matching("reader came", { stream: name }).length, 1);
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
  },
});
