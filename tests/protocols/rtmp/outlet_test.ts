import { assertEquals, assertRejects } from "@std/assert";
import { LEGACY_CAPABILITIES } from "../../../protocols/_formats/flv/capabilities.ts";
import { ConnectionClosedError } from "../../../protocols/_transport/errors.ts";
import type { RtmpLink } from "../../../protocols/rtmp/link.ts";
import { Outlet, UnsupportedTrackError } from "../../../protocols/rtmp/outlet.ts";
import { KickedError } from "../../../registry/errors.ts";
import type { Description } from "../../../registry/media/track.ts";
import { settle } from "../../virtual_clock.ts";
import { RegistryBench } from "../../registry/bench.ts";
import { peer } from "../../registry/units.ts";
import { AV, OPUS, picture, sound, VIDEO } from "./harness.ts";

/** Takes chunks as a link does, and counts them. */
class FakeLink {
  headers = 0;
  writes = 0;
  failure: Error | undefined;

  postChunks(): void {
    this.headers++;
  }

  write(): Promise<void> {
    this.writes++;
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }
}

async function start(description: Description = AV) {
  const bench = new RegistryBench();
  const publisher = await bench.publish("live/cam1", description);
  const reader = await bench.registry.read(peer());
  const link = new FakeLink();
  const outlet = new Outlet(link as unknown as RtmpLink, reader, {
    capabilities: LEGACY_CAPABILITIES,
    streamId: 1,
    audio: true,
    video: true,
    isServer: false,
  });
  return { bench, publisher, reader, link, outlet };
}

Deno.test("headers go before the first batch, and again only when the description changes", async () => {
  const { publisher, link, outlet } = await start();
  const running = outlet.run();
  for (const ms of [0, 40]) {
    publisher.write([picture(ms), sound(ms)]);
    await settle();
  }
  assertEquals([link.headers, link.writes], [1, 2]);
  publisher.describe({ ...AV, metadata: { title: "x" } });
  publisher.write([picture(80)]);
  await settle();
  assertEquals([link.headers, link.writes], [2, 3]);
  publisher.close();
  assertEquals(await running, "end");
});

Deno.test("run may be called again for the next publication, and says when it begins", async () => {
  const { bench, publisher, reader, link, outlet } = await start();
  publisher.close();
  assertEquals(await outlet.run(), "end");
  let begun = 0;
  const running = outlet.run(() => begun++);
  const next = await bench.publish("live/cam1", AV);
  await settle();
  assertEquals(begun, 0);
  for (const ms of [0, 40]) {
    next.write([picture(ms)]);
    await settle();
  }
  assertEquals([begun, link.headers, link.writes], [1, 1, 2]);
  reader.close();
  assertEquals(await running, "closed");
});

Deno.test("a batch of which the receiver takes nothing is not written", async () => {
  const { publisher, link, outlet, reader } = await start();
  outlet.receive({ audio: false });
  const running = outlet.run();
  publisher.write([picture(0)]);
  await settle();
  publisher.write([sound(0)]);
  await settle();
  assertEquals(link.writes, 1);
  reader.close();
  await running;
});

Deno.test("a first track that the receiver cannot take is an error that names it", async () => {
  const { publisher, outlet } = await start({ tracks: [VIDEO, OPUS], metadata: {} });
  publisher.write([picture(0)]);
  const error = await assertRejects(() => outlet.run(), UnsupportedTrackError);
  assertEquals([error.stream, error.track], ["live/cam1", OPUS]);
});

Deno.test("what ends the link or the reader ends the run", async () => {
  const closed = await start();
  closed.link.failure = new ConnectionClosedError("x");
  closed.publisher.write([picture(0)]);
  await assertRejects(() => closed.outlet.run(), ConnectionClosedError);
  const cut = await start();
  cut.reader.cut(new KickedError("live/cam1", "enough"));
  await assertRejects(() => cut.outlet.run(), KickedError);
});
