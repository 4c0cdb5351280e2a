import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { KickedError, NoPublisherError, ReaderTooSlowError } from "../../registry/errors.ts";
import type { Description } from "../../registry/media/track.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import { must } from "../must.ts";
import { settle } from "../virtual_clock.ts";
import { RegistryBench } from "./bench.ts";
import { AUDIO, AV, delta, key, peer, sound, times, VIDEO } from "./units.ts";

const HD: Description = { tracks: [{ ...VIDEO, codec: "h265" }, AUDIO], metadata: {} };
const AUDIO_ONLY: Description = { tracks: [AUDIO], metadata: {} };

Deno.test("a reader that comes first waits for its publisher", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const publisher = await bench.publish();
  publisher.write([key(0), sound(0)]);
  publisher.write([delta(40)]);
  assertEquals(await viewer.log(), [0, 0, 40]);
});

Deno.test("a reader that comes later gets the picture group at once", async () => {
  const bench = new RegistryBench();
  const publisher = await bench.publish();
  publisher.write([key(0), delta(40), key(80), sound(85), delta(120)]);
  const viewer = await bench.read();
  assertEquals(await viewer.log(), [80, 85, 120]);
  assertEquals(bench.registry.get("live/cam1")?.fanout.kept, { items: 3, bytes: 30, ms: 40 });
});

Deno.test("where there is no video, a reader begins with the newest unit", async () => {
  const bench = new RegistryBench();
  (await bench.publish("live/cam1", AUDIO_ONLY)).write([sound(0), sound(20), sound(40)]);
  assertEquals(await (await bench.read()).log(), [40]);
});

Deno.test("the first picture of a publisher is a key picture", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const publisher = await bench.publish();
  publisher.write([delta(0), sound(10), delta(40), key(80), delta(120)]);
  assertEquals(await viewer.log(), [10, 80, 120]);
});

Deno.test("units are handed on as they are, and batches are shared", async () => {
  const bench = new RegistryBench();
  const viewers = [await bench.read(), await bench.read()];
  const units = [key(0), sound(0)];
  (await bench.publish()).write(units);
  await settle();
  const [first, second] = viewers.map(({ batches }) => batches[0] as MediaBatch);
  assertStrictEquals(first, second);
  assertStrictEquals(must(first).units[0], units[0]);
  assertStrictEquals(must(first).description, AV);
  assertEquals(must(first).bytes, 20);
});

Deno.test("readers of one merge time are woken together and share a batch", async () => {
  const bench = new RegistryBench();
  const viewers = [await bench.read({ mergeMs: 30 }), await bench.read({ mergeMs: 30 })];
  const publisher = await bench.publish();
  publisher.write([key(0)]);
  await bench.clock.run(20);
  publisher.write([delta(20)]);
  assertEquals(must(viewers[0]).batches, []);
  await bench.clock.run(10);
  assertEquals(times((must(viewers[0]).batches[0] as MediaBatch).units), [0, 20]);
  assertStrictEquals(must(viewers[0]).batches[0], must(viewers[1]).batches[0]);
});

Deno.test("a reader that lags takes all that has queued in one batch", async () => {
  const bench = new RegistryBench();
  const publisher = await bench.publish();
  publisher.write([key(0)]);
  const reader = await bench.registry.read(peer());
  for (let n = 1; n <= 50; n++) publisher.write([delta(n * 40)]);
  assertEquals(reader.queued, { items: 51, bytes: 510, ms: 2000 });
  const batch = await reader.read();
  assertEquals(batch?.type === "media" && batch.units.length, 51);
  assertEquals(reader.counters, { units: 51, bytes: 510, dropped: 0 });
});

Deno.test("a publisher that returns within the grace time goes on in the same stream", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const first = await bench.publish();
  first.write([key(5000), delta(5040)]);
  first.close({ resumable: true });
  assertEquals(bench.registry.get("live/cam1")?.state, "interrupted");
  await bench.clock.run(9999);
  const second = await bench.publish();
  second.write([delta(100), key(140), delta(180)]);
  assertEquals(await viewer.log(), [5000, 5040, 5080, 5120]);
  assertEquals(bench.eventTypes, ["read", "published", "interrupted", "resumed"]);
});

Deno.test("readers are told, not cut, when the returned publisher has another configuration", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const first = await bench.publish();
  first.write([key(0)]);
  first.close({ resumable: true });
  const second = await bench.publish("live/cam1", HD);
  second.write([key(0)]);
  await viewer.log();
  const [before, after] = viewer.batches as MediaBatch[];
  assertEquals([must(before).description, must(after).description], [AV, HD]);
});

Deno.test("a description that says the same is the same object for readers", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const publisher = await bench.publish();
  publisher.write([key(0)]);
  await settle();
  publisher.describe({ tracks: [{ ...VIDEO }, { ...AUDIO }], metadata: {} });
  publisher.write([delta(40)]);
  publisher.describe({ ...AV, metadata: { title: "x" } });
  publisher.write([delta(80), delta(120)]);
  await viewer.log();
  const [first, second, third] = (viewer.batches as MediaBatch[]).map((one) => one.description);
  assertStrictEquals(first, second);
  assertNotEquals(second, third);
});

Deno.test("a batch holds units of one description", async () => {
  const bench = new RegistryBench();
  const publisher = await bench.publish();
  publisher.write([key(0)]);
  const viewer = await bench.registry.read(peer());
  publisher.describe(HD);
  publisher.write([key(40)]);
  const batches = [await viewer.read(), await viewer.read()] as MediaBatch[];
  assertEquals(batches.map((batch) => times(batch.units)), [[0], [40]]);
});

Deno.test("after the grace time the publication ends, and readers are told", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const publisher = await bench.publish();
  publisher.write([key(0)]);
  publisher.close({ resumable: true });
  await bench.clock.run(10_000);
  assertEquals(await viewer.log(), [0, "end"]);
  assertEquals(bench.eventTypes, ["read", "published", "interrupted", "unpublished"]);
  assertEquals(viewer.isDone, false);
});

Deno.test("an orderly end, and any end with a grace time of 0, needs no waiting", async () => {
  for (const [graceMs, resumable] of [[10_000, false], [0, true]] as const) {
    const bench = new RegistryBench({ settings: () => ({ graceMs }) });
    const viewer = await bench.read();
    const publisher = await bench.publish();
    publisher.close({ resumable });
    assertEquals(await viewer.log(), ["end"]);
    assertEquals(bench.eventTypes, ["read", "published", "unpublished"]);
  }
});

Deno.test("a reader stays for the next publication, whose times go on", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const first = await bench.publish();
  first.write([key(0), delta(40)]);
  first.close();
  await settle();
  await bench.clock.run(20_000);
  (await bench.publish()).write([key(0)]);
  assertEquals(await viewer.log(), [0, 40, "end", 80]);
  assertEquals(bench.events.at(-1)?.type, "published");
});

Deno.test("a slow reader gets the end where it was, before what the next publisher sends", async () => {
  const bench = new RegistryBench();
  const first = await bench.publish();
  first.write([key(0)]);
  const reader = await bench.registry.read(peer());
  first.close();
  (await bench.publish()).write([key(0)]);
  const batches = [await reader.read(), await reader.read(), await reader.read()];
  assertEquals(batches.map((batch) => batch?.type), ["media", "end", "media"]);
});

Deno.test("a reader that had nothing of a publication gets its end before the next", async () => {
  const bench = new RegistryBench();
  const reader = await bench.registry.read(peer());
  const first = await bench.publish();
  first.close();
  (await bench.publish()).write([key(0)]);
  const batches = [await reader.read(), await reader.read()];
  assertEquals(batches.map((batch) => batch?.type), ["end", "media"]);
});

Deno.test("a new reader gets nothing of a publication that has ended", async () => {
  const bench = new RegistryBench();
  const keeper = await bench.read();
  const first = await bench.publish();
  first.write([key(0)]);
  first.close();
  const late = await bench.read();
  assertEquals(await late.log(), []);
  (await bench.publish()).write([key(500)]);
  assertEquals(await late.log(), [20]);
  keeper.reader.close();
});

Deno.test("patience: a reader whom no publisher comes for is told so", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read({ patienceMs: 5000 });
  await bench.clock.run(4999);
  assertEquals(viewer.isDone, false);
  await bench.clock.run(1);
  assertInstanceOf(viewer.error, NoPublisherError);
  assertEquals(
    viewer.error.message,
    "Cannot read live/cam1: no publisher came within 5 s",
  );
  assertEquals([bench.eventTypes, bench.registry.snapshot()], [["read", "unread"], []]);
});

Deno.test("patience begins anew at each end, and not while a publisher may return", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read({ patienceMs: 5000 });
  await bench.clock.run(4000);
  const publisher = await bench.publish();
  publisher.write([key(0)]);
  await bench.clock.run(60_000);
  publisher.close({ resumable: true });
  await bench.clock.run(10_000 + 4999);
  assertEquals(viewer.isDone, false);
  await bench.clock.run(1);
  assertInstanceOf(viewer.error, NoPublisherError);
  assertEquals(bench.clock.pending, 0);
});

Deno.test("patience ends a reader that hangs in a write and never comes to read the end", async () => {
  const bench = new RegistryBench();
  const publisher = await bench.publish();
  const reader = await bench.registry.read(peer(), { patienceMs: 5000 });
  publisher.write([key(0)]);
  await reader.read();
  publisher.close();
  await bench.clock.run(5000);
  assert(reader.signal.aborted);
});

Deno.test("a reader without patience that found a publisher waits the usual time for the next", async () => {
  const bench = new RegistryBench();
  const publisher = await bench.publish();
  const viewer = await bench.read({ patienceMs: 0 });
  publisher.close();
  await bench.clock.run(29_999);
  assertEquals(viewer.isDone, false);
  await bench.clock.run(1);
  assertInstanceOf(viewer.error, NoPublisherError);
});

Deno.test("a slow reader drops to the next key unit, alone, and the loss is counted", async () => {
  const bench = new RegistryBench({ settings: () => ({ queueMs: 1000 }) });
  const publisher = await bench.publish();
  publisher.write([key(0)]);
  const slow = await bench.registry.read(peer());
  const fast = await bench.read();
  for (let ms = 40; ms <= 2000; ms += 40) {
    publisher.write([ms === 1800 ? key(ms) : delta(ms)]);
    await bench.clock.run(40);
  }
  assertEquals((await fast.log()).length, 51);
  const batch = await slow.read() as MediaBatch;
  assertEquals(times(batch.units)[0], 1800);
  assertEquals(slow.counters.dropped, 45);
  assertEquals(fast.reader.counters.dropped, 0);
  const dropped = bench.events.find(({ type }) => type === "dropped");
  assertEquals(dropped, { type: "dropped", name: "live/cam1", peer: slow.peer, units: 45 });
});

Deno.test("a reader that goes back is given the picture group again, with the next unit", async () => {
  const bench = new RegistryBench();
  const publisher = await bench.publish();
  const viewer = await bench.read();
  assertEquals(viewer.reader.rewind(), false);
  publisher.write([key(0), delta(40)]);
  assertEquals(await viewer.log(), [0, 40]);
  assertEquals(viewer.reader.rewind(), true);
  assertEquals(await viewer.log(), [0, 40]);
  publisher.write([delta(80)]);
  assertEquals(await viewer.log(), [0, 40, 0, 40, 80]);
  publisher.close();
  assertEquals(viewer.reader.rewind(), false);
  assertEquals(await viewer.log(), [0, 40, 0, 40, 80, "end"]);
  viewer.reader.close();
  assertEquals(viewer.reader.rewind(), false);
});

Deno.test("a reader that stops reading is cut with the reason, and the others go on", async () => {
  const bench = new RegistryBench({ settings: () => ({ stallMs: 3000 }) });
  const publisher = await bench.publish();
  const stuck = await bench.registry.read(peer());
  const good = await bench.read();
  for (let n = 0; n < 20; n++) {
    publisher.write(
      Array.from({ length: 20 }, (_, i) => i === 0 ? key(n * 800) : delta(n * 800 + i * 40)),
    );
    await bench.clock.run(800);
  }
  assertInstanceOf(stuck.signal.reason, ReaderTooSlowError);
  assertEquals((await good.log()).length, 400);
  assertEquals(bench.registry.get("live/cam1")?.readers.size, 1);
});

Deno.test("a kicked publisher is told why, and the publication ends", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const publisher = await bench.publish();
  bench.registry.get("live/cam1")?.kick("the operator said so");
  assertInstanceOf(publisher.signal.reason, KickedError);
  assertEquals(
    publisher.signal.reason.message,
    "Cannot go on with live/cam1: the operator said so",
  );
  publisher.write([key(0)]);
  assertEquals(await viewer.log(), ["end"]);
});

Deno.test("a reader that closes while it waits gets no batch and no error", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  viewer.reader.close();
  viewer.reader.close();
  await settle();
  assertEquals([viewer.isDone, viewer.error], [true, undefined]);
  assertEquals(await viewer.reader.read(), undefined);
  assertEquals(bench.eventTypes, ["read", "unread"]);
});

Deno.test("using ends publishers and readers", async () => {
  const bench = new RegistryBench();
  {
    using _reader = await bench.registry.read(peer());
    using _publisher = await bench.registry.publish(peer());
  }
  assertEquals(bench.registry.snapshot(), []);
});

Deno.test("what a closed publisher still says changes nothing", async () => {
  const bench = new RegistryBench();
  const viewer = await bench.read();
  const publisher = await bench.publish();
  publisher.close();
  publisher.describe(HD);
  publisher.write([key(0)]);
  publisher.close({ resumable: true });
  assertEquals(await viewer.log(), ["end"]);
  assertEquals(bench.registry.get("live/cam1")?.description.tracks, []);
});
