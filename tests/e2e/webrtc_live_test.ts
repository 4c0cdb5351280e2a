// Chromium publishes by WHIP and plays by WHEP.
import { assertEquals, assertLess } from "@std/assert";
import type { Page } from "npm:playwright-core@^1.65.1";
import { hasClient } from "../../scripts/real_clients.ts";
import { must } from "../must.ts";
import { openBrowser } from "./browser.ts";
import { Program } from "./program.ts";
import {
  changeAnswers,
  FAKE_DEVICES,
  type Inbound,
  median,
  openRtcPage,
  RtcPage,
} from "./rtc_page.ts";

const ignore = !hasClient("chromium");

/** From the offer to the first picture. */
const FIRST_PICTURE_LIMIT_MS = 1000;

/** From when a picture is drawn to when it is seen. */
const LATENCY_LIMIT_MS = 150;

/** Pictures whose median latency counts: three seconds. */
const MEASURED = 90;

/** Times that a page plays before the median counts. */
const PLAYS = 3;

/** Pictures that a viewer has to have decoded: a second and a half of the fake camera. */
const ENOUGH = 30;

Deno.test({
  name: "Chromium publishes by WHIP and plays by WHEP: no loss, the first picture within a second",
  ignore,
  async fn(t) {
    await using program = await Program.start();
    await using browser = await openBrowser(FAKE_DEVICES);
    const publisher = new RtcPage(browser.page, program);
    for (const format of ["VP8", "H264", "VP9", "AV1"] as const) {
      await t.step(format, async () => {
        const name = `live/${format.toLowerCase()}`;
        await publisher.open();
        await publisher.publish(name, { format });
        const viewer = await openRtcPage(browser.page, program);
        const firstMs: number[] = [];
        for (let play = 0; play < PLAYS; play++) {
          await viewer.open();
          firstMs.push(await viewer.play(name));
        }
        console.log(`${format}: first picture after ${firstMs.map(Math.round).join(", ")} ms`);
        assertLess(median(firstMs), FIRST_PICTURE_LIMIT_MS);
        await assertWhole(publisher, viewer);
        await viewer.page.close();
      });
    }

    await t.step("over TCP, for whom UDP does not reach the gateway", async () => {
      const name = "live/tcp";
      const viewer = await openRtcPage(browser.page, program);
      for (const { page } of [publisher, viewer]) await changeAnswers(page, withoutUdp);
      await publisher.open();
      await publisher.publish(name);
      await viewer.play(name);
      await assertWhole(publisher, viewer);
    });
  },
});

function withoutUdp(answer: string): string {
  return answer.replace(/^a=candidate:\S+ \d+ udp .*\r\n/gim, "");
}

/** Asserts that a viewer sees and hears everything, and that the gateway got everything. */
async function assertWhole(publisher: RtcPage, viewer: RtcPage): Promise<void> {
  const video = await viewer.decoded(ENOUGH);
  // The fake microphone beeps now and then.
  const audio = await viewer.until<Inbound>(
    `(await rtc.stats("inbound-rtp", "audio")).find((one) => one.totalAudioEnergy > 0)`,
  );
  assertEquals([video.packetsLost, audio.packetsLost], [0, 0]);
  const { packetsLost } = await publisher.remoteInbound("video");
  assertEquals(packetsLost, 0, "what the publisher is told");
}

Deno.test({
  name: "a clock in the picture is seen within 150 ms of being drawn",
  ignore,
  async fn() {
    const name = "live/clock";
    await using program = await Program.start();
    await using browser = await openBrowser(FAKE_DEVICES);
    const publisher = new RtcPage(browser.page, program);
    await publisher.open();
    await publisher.publish(name, { clock: true });
    const viewer = await openRtcPage(browser.page, program);
    await viewer.play(name);
    await viewer.until(`rtc.shown.filter(({ age }) => age !== undefined).length > ${MEASURED}`);
    const ages = (await viewer.shown()).flatMap(({ age }) => age ?? []);
    const worst = Math.max(...ages);
    console.log(`glass to glass: median ${median(ages)} ms, worst ${worst} ms of ${ages.length}`);
    assertLess(median(ages), LATENCY_LIMIT_MS);
  },
});

Deno.test({
  name: "viewers go on when a publisher's page is loaded again, and when it crashes",
  ignore,
  async fn(t) {
    const name = "live/again";
    // Seconds of silence until a peer counts as lost.
    await using program = await Program.start({ config: { webrtc: { timeout: 2 } } });
    await using browser = await openBrowser(FAKE_DEVICES);
    const publisher = new RtcPage(browser.page, program);
    await publisher.open();
    await publisher.publish(name);
    const viewers = [
      await openRtcPage(browser.page, program),
      await openRtcPage(browser.page, program),
    ];
    for (const viewer of viewers) await viewer.play(name);

    await t.step("a viewer's page that is loaded again plays beside the other", async () => {
      const [first] = viewers;
      await must(first).open();
      await must(first).play(name);
      await Promise.all(viewers.map(goesOn));
    });

    await t.step("the publisher's page is loaded again", async () => {
      await publisher.open();
      await program.seen("unpublished", { stream: name });
      await publisher.publish(name);
      await Promise.all(viewers.map(goesOn));
    });

    await t.step("the publisher's page crashes", async () => {
      await crash(publisher.page);
      await program.seen("publisher lost", { stream: name });
      const next = await openRtcPage(browser.page, program);
      await next.publish(name);
      await program.seen("publisher is back", { stream: name });
      await Promise.all(viewers.map(goesOn));
    });
    assertEquals(program.matching("reader came", { stream: name }).length, viewers.length + 1);
  },
});

/** Waits until a page has decoded another second. */
async function goesOn(viewer: RtcPage): Promise<void> {
  const { framesDecoded } = must(await viewer.inbound("video"));
  await viewer.decoded(framesDecoded + ENOUGH / 2);
}

/** Nothing of the page is left that could say goodbye. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  // It is not answered.
  session.send("Page.crash").catch(() => {});
  await crashed;
}
