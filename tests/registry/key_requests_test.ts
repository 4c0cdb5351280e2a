// Key units on demand: who is asked, when, and how often.
import { assertEquals } from "@std/assert";
import { KEY_REQUEST_INTERVAL_MS } from "../../registry/key_requests.ts";
import type { Description } from "../../registry/media/track.ts";
import type { Publisher } from "../../registry/publisher.ts";
import { settle } from "../virtual_clock.ts";
import { RegistryBench } from "./bench.ts";
import { AUDIO, AV, delta, key, peer, sound } from "./units.ts";

/** A publisher that notes when it was asked, in milliseconds. */
async function open(description: Description = AV, bench = new RegistryBench()) {
  const asked: number[] = [];
  const requestKey = () => void asked.push(bench.clock.now());
  const publisher: Publisher = await bench.registry.publish(peer(), { requestKey });
  publisher.describe(description);
  return { bench, asked, publisher };
}

Deno.test("a reader asks the publisher for a key unit", async () => {
  const { bench, asked, publisher } = await open();
  publisher.write([key(0)]);
  const { reader } = await bench.read();
  assertEquals(asked, []);
  assertEquals(reader.requestKey(), true);
  assertEquals(asked, [0]);
  reader.close();
  assertEquals(reader.requestKey(), false);
});

Deno.test("requests of all readers within the interval are one", async () => {
  const { bench, asked, publisher } = await open();
  publisher.write([key(0)]);
  const readers = [(await bench.read()).reader, (await bench.read()).reader];
  for (let ms = 0; ms < 1000; ms += 100) {
    assertEquals(readers.map((reader) => reader.requestKey()), [true, true]);
    bench.clock.advance(100);
  }
  assertEquals(asked, [0, KEY_REQUEST_INTERVAL_MS]);
});

Deno.test("a publisher that cannot be asked is not, nor one that is not there", async () => {
  const bench = new RegistryBench();
  const { reader } = await bench.read();
  assertEquals(reader.requestKey(), false);
  (await bench.publish()).write([key(0)]);
  assertEquals(reader.requestKey(), false);
});

Deno.test("a reader that joins where no key unit is kept has one asked for, in video", async () => {
  const bench = new RegistryBench({ settings: () => ({ gopMs: 100 }) });
  const { asked, publisher } = await open(AV, bench);
  publisher.write([key(0), delta(40)]);
  await bench.read();
  assertEquals(asked, []);
  publisher.write([delta(200)]);
  await bench.read();
  assertEquals(asked, [0]);
});

Deno.test("a reader of sound alone begins anywhere and asks for nothing", async () => {
  const { bench, asked, publisher } = await open({ tracks: [AUDIO], metadata: {} });
  await bench.read();
  publisher.write([sound(0)]);
  await bench.read();
  assertEquals(asked, []);
});

Deno.test("a reader that has dropped units, with no key unit left to go on at, asks for one", async () => {
  const bench = new RegistryBench({ settings: () => ({ gopMs: 100, queueBytes: 50 }) });
  const { asked, publisher } = await open(AV, bench);
  publisher.write([key(0)]);
  const { reader } = await bench.read();
  await bench.clock.run(1000);
  publisher.write([delta(40), delta(80), delta(120), delta(160), delta(200), delta(240)]);
  await settle();
  assertEquals(reader.counters.dropped > 0, true);
  assertEquals(asked, [1000]);
});

Deno.test("after another publisher has taken over, only that one is asked", async () => {
  const bench = new RegistryBench({ settings: () => ({ overridePublisher: true }) });
  const first = await open(AV, bench);
  const second = await open(AV, bench);
  second.publisher.write([key(0)]);
  (await bench.read()).reader.requestKey();
  assertEquals([first.asked, second.asked], [[], [0]]);
  second.publisher.close({ resumable: true });
  assertEquals((await bench.read()).reader.requestKey(), false);
  bench.registry.close();
});
