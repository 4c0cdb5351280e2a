// Chromium publishes and plays over a path that loses 2 % of all datagrams, 50 ms long each way. This
// stands for `tc netem`, which not every kernel has.
import { assertGreater, assertLess } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { must } from "../must.ts";
import { openBrowser } from "./browser.ts";
import { Program } from "./program.ts";
import {
  FAKE_DEVICES,
  type Inbound,
  median,
  openRtcPage,
  type Outbound,
  RtcPage,
} from "./rtc_page.ts";
import { type PathFaults, SlowPath } from "./slow_path.ts";

const FAULTS: PathFaults = { lossPercent: 2, delayMs: 50 };

/** Pictures that a viewer has to have decoded: some ten seconds. */
const WATCHED = 200;

const WATCH_LIMIT_MS = 30_000;

/** Of the pictures that were encoded, those that reach each viewer whole; others are on their way. */
const LEAST_SHARE = 0.9;

/** Seconds that pictures may stand still, of all that is watched. */
const MOST_FROZEN = 3;

Deno.test({
  name: "publishing and playing go on with 2 % of loss and 50 ms of delay",
  ignore: !hasClient("chromium"),
  async fn(t) {
    const name = "live/far";
    await using program = await Program.start();
    const gateway = program.url("webrtc", "");
    await using upward = new SlowPath(gateway, FAULTS);
    await using downward = new SlowPath(gateway, FAULTS);
    await using browser = await openBrowser(FAKE_DEVICES);
    const publisher = new RtcPage(browser.page, program);
    await upward.divert(publisher.page);
    await publisher.open();
    await publisher.publish(name, { clock: true });
    const near = await openRtcPage(browser.page, program);
    const far = await openRtcPage(browser.page, program);
    await downward.divert(far.page);
    const viewers = [near, far];
    const firstMs = await Promise.all(viewers.map((viewer) => viewer.play(name)));
    const before = await countPictures(publisher, viewers);
    await Promise.all(viewers.map((viewer) => viewer.decoded(WATCHED, WATCH_LIMIT_MS)));
    const after = await countPictures(publisher, viewers);
    console.log(`first picture after ${firstMs.map(Math.round)} ms`);

    await t.step(
      "the gateway asks for what is lost, and the publisher sends it again",
      async () => {
        const { nackCount, retransmittedPacketsSent } = await publisher.until<Outbound>(
          `(await rtc.stats("outbound-rtp", "video")).find((one) => one.retransmittedPacketsSent > 0)`,
        );
        console.log(`${upward.lost} lost, ${retransmittedPacketsSent} sent again`);
        assertGreater(nackCount, 0);
      },
    );

    await t.step("a viewer asks for what is lost, and the gateway sends it again", async () => {
      const { nackCount, retransmittedPacketsReceived } = await far.until<Inbound>(
        `(await rtc.stats("inbound-rtp", "video")).find((one) => one.retransmittedPacketsReceived > 0)`,
      );
      console.log(`${downward.lost} lost, ${retransmittedPacketsReceived} came again`);
      assertGreater(nackCount, 0);
    });

    for (const [index, which] of ["near", "far"].entries()) {
      await t.step(`the picture goes on for the ${which} viewer`, async () => {
        const viewer = must(viewers[index]);
        const { totalFreezesDuration } = must(await viewer.inbound("video"));
        const ages = (await viewer.shown()).flatMap(({ age }) => age ?? []);
        const encoded = after.encoded - before.encoded;
        const received = must(after.received[index]) - must(before.received[index]);
        console.log(
          `${received} of ${encoded} pictures, ${totalFreezesDuration} s frozen, ` +
            `latency ${median(ages)} ms`,
        );
        assertGreater(received, encoded * LEAST_SHARE);
        assertLess(totalFreezesDuration, MOST_FROZEN);
      });
    }
  },
});

/** How many pictures were encoded, and how many have reached each viewer whole. */
async function countPictures(
  publisher: RtcPage,
  viewers: readonly RtcPage[],
): Promise<{ readonly encoded: number; readonly received: readonly number[] }> {
  const { framesEncoded } = must(await publisher.outbound("video"));
  const reports = await Promise.all(viewers.map((viewer) => viewer.inbound("video")));
  return {
    encoded: framesEncoded,
    received: reports.map((report) => must(report).framesReceived),
  };
}
