import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { NoPublisherError } from "../../registry/errors.ts";
import type { LogItem } from "../../registry/gop_cache.ts";
import type { Packaging } from "../../registry/packaging.ts";
import type { ReadBatch, Reader } from "../../registry/reader.ts";
import { Registry } from "../../registry/registry.ts";
import { VirtualClock } from "../virtual_clock.ts";
import { AV, delta, key, peer } from "./units.ts";

/** Makes nothing of anything, as a packaging does that carries none of the codecs. */
const NOTHING: Packaging<LogItem> = { open: () => ({ package: () => [] }) };

const PATIENCE_MS = 1000;

function bench(): {
  readonly clock: VirtualClock;
  readonly registry: Registry;
  readonly read: () => Promise<Reader<ReadBatch<LogItem>>>;
} {
  const clock = new VirtualClock();
  const registry = new Registry({ clock });
  const read = () => registry.readPackaged(peer(), NOTHING, { patienceMs: PATIENCE_MS });
  return { clock, registry, read };
}

Deno.test("a reader is told of a stream of which its packaging makes nothing", async () => {
  const { registry, read } = bench();
  const publisher = await registry.publish(peer());
  const reader = await read();
  const described = reader.described();
  publisher.describe(AV);
  publisher.write([key(0)]);
  assertStrictEquals(await described, AV);
  assertEquals(reader.counters, { units: 0, bytes: 0, dropped: 0 });
});

Deno.test("a reader is told at once of a stream that has something to begin with", async () => {
  const { registry, read } = bench();
  const publisher = await registry.publish(peer());
  publisher.describe(AV);
  publisher.write([key(0), delta(40)]);
  assertStrictEquals(await (await read()).described(), AV);
});

Deno.test("being told takes nothing of what is read", async () => {
  const { registry } = bench();
  const publisher = await registry.publish(peer());
  publisher.describe(AV);
  publisher.write([key(0), delta(40)]);
  const reader = await registry.read(peer());
  await reader.described();
  const batch = await reader.read();
  assertEquals(batch?.type === "media" && batch.units.length, 2);
});

Deno.test("a reader that is closed is told of nothing", async () => {
  const { read } = bench();
  const reader = await read();
  const described = reader.described();
  reader.close();
  assertEquals(await described, undefined);
});

Deno.test("a reader whose publisher does not come is told why", async () => {
  const { clock, read } = bench();
  const described = (await read()).described();
  clock.advance(PATIENCE_MS);
  await assertRejects(() => described, NoPublisherError);
});
