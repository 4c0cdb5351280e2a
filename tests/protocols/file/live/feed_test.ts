import { assertEquals } from "@std/assert";
import { Feed } from "../../../../protocols/file/live/feed.ts";
import type { Description } from "../../../../registry/media/track.ts";
import { AV, key, VIDEO } from "../../../registry/units.ts";
import { RegistryBench } from "../../../registry/bench.ts";

async function setUp() {
  const bench = new RegistryBench();
  const publisher = await bench.registry.publish({ name: "tv", protocol: "file", remote: "file" });
  const viewer = await bench.read({}, "tv");
  return { bench, publisher, viewer, feed: new Feed(publisher, bench.clock) };
}

Deno.test("units are published when they are due, and read a second ahead", async () => {
  const { bench, viewer, feed } = await setUp();
  let added = 0;
  const adding = (async () => {
    for (; added < 30; added++) await feed.add({ description: AV, units: [key(added * 100)] });
    await feed.drained();
  })();
  await bench.clock.run(480);
  assertEquals([await viewer.log(), added], [[0, 100, 200, 300, 400], 15]);
  await bench.clock.run(3000);
  await adding;
  assertEquals((await viewer.log()).length, 30);
  feed.close();
  viewer.reader.close();
  bench.registry.close();
});

Deno.test("the first unit of a track with another configuration says so", async () => {
  const { bench, viewer, feed } = await setUp();
  const described = (byte: number): Description => {
    const config = { codec: "h264", sps: [Uint8Array.of(byte)], pps: [] } as const;
    return { tracks: [{ ...VIDEO, config }], metadata: {} };
  };
  for (const [index, byte] of [1, 1, 2].entries()) {
    const description = described(byte);
    const [track = VIDEO] = description.tracks;
    await feed.add({
      description,
      units: [0, 40].map((ms) => ({ ...key(index * 80 + ms), track })),
    });
  }
  await bench.clock.run(300);
  await viewer.log();
  const units = viewer.batches.flatMap((batch) => batch.type === "media" ? batch.units : []);
  assertEquals(units.map(({ config }) => config !== undefined), [
    ...[false, false, false, false],
    ...[true, false],
  ]);
  feed.close();
  viewer.reader.close();
  bench.registry.close();
});

Deno.test("whoever waits goes on when the publication is ended", async () => {
  const { bench, publisher, feed } = await setUp();
  publisher.signal.addEventListener("abort", () => feed.close());
  const adding = feed.add({ description: AV, units: [key(0), key(60_000)] });
  bench.registry.close();
  await adding;
  await feed.drained();
});
