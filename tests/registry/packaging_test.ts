import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { PackagingError } from "../../registry/errors.ts";
import type { LogItem } from "../../registry/gop_cache.ts";
import { memo, memoPair, type Packager, type Packaging } from "../../registry/packaging.ts";
import type { Publisher } from "../../registry/publisher.ts";
import type { MediaBatch, ReadBatch, Reader } from "../../registry/reader.ts";
import { Registry } from "../../registry/registry.ts";
import { VirtualClock } from "../virtual_clock.ts";
import { AV, delta, key, peer } from "./units.ts";

/** A unit with a number that depends on all that were packaged before it. */
interface Numbered extends LogItem {
  readonly number: number;
  readonly ms: number;
}

/** Numbers units, and tells how often it was begun and what it was fed. */
class Numbering implements Packaging<Numbered> {
  runs = 0;
  fed = 0;
  failWith: Error | undefined;

  open(): Packager<Numbered> {
    this.runs++;
    let number = 0;
    return { package: ({ units }) => this.#number(units, () => ++number) };
  }

  #number(units: MediaBatch["units"], next: () => number): readonly Numbered[] {
    if (this.failWith !== undefined) throw this.failWith;
    this.fed += units.length;
    return units.map(({ dts, isKey }) => (
      { number: next(), ms: dts / 90, bytes: 1, time: dts / 90, isKey }
    ));
  }
}

/** A stream that is published, and its packaged readers. */
class Bench {
  readonly registry = new Registry({ clock: new VirtualClock() });
  readonly numbering = new Numbering();

  async publish(): Promise<Publisher> {
    const publisher = await this.registry.publish(peer());
    publisher.describe(AV);
    return publisher;
  }

  read(): Promise<Reader<ReadBatch<Numbered>>> {
    return this.registry.readPackaged(peer(), this.numbering);
  }
}

async function numbersOf(reader: Reader<ReadBatch<Numbered>>): Promise<readonly number[]> {
  const batch = await reader.read();
  return batch?.type === "media" ? batch.units.map(({ number }) => number) : [];
}

Deno.test("a form is made once for each source object", () => {
  let made = 0;
  const form = memo((source: { readonly value: number }) => ({ made: ++made, ...source }));
  const source = { value: 7 };
  assertStrictEquals(form(source), form(source));
  assertEquals(form({ value: 7 }), { made: 2, value: 7 });
});

Deno.test("a form that is undefined is not made again", () => {
  let made = 0;
  const form = memo((_: object) => void made++);
  const source = {};
  form(source);
  form(source);
  assertEquals(made, 1);
});

Deno.test("a form of two objects is made once for each pair", () => {
  let made = 0;
  const form = memoPair((_first: object, _second: object) => ++made);
  const [a, b, c] = [{}, {}, {}];
  assertEquals([form(a, b), form(a, b), form(a, c), form(c, b), form(a, b)], [1, 1, 2, 3, 1]);
});

Deno.test("nothing is packaged that nobody reads", async () => {
  const bench = new Bench();
  const publisher = await bench.publish();
  publisher.write([key(0), delta(40)]);
  assertEquals([bench.numbering.runs, bench.numbering.fed], [0, 0]);
  bench.registry.close();
});

Deno.test("a packager begins with the picture group that is kept, and sees each unit once", async () => {
  const bench = new Bench();
  const publisher = await bench.publish();
  publisher.write([key(0), delta(40), key(80), delta(120)]);
  const [first, second] = [await bench.read(), await bench.read()];
  assertEquals(await numbersOf(first), [1, 2]);
  assertEquals(await numbersOf(second), [1, 2]);
  publisher.write([delta(160)]);
  const [one, other] = [await first.read(), await second.read()];
  assertStrictEquals(one, other);
  assertEquals([bench.numbering.runs, bench.numbering.fed], [1, 3]);
  bench.registry.close();
});

Deno.test("a later reader begins at the newest key item, in the numbers of the others", async () => {
  const bench = new Bench();
  const publisher = await bench.publish();
  const early = await bench.read();
  publisher.write([key(0), delta(40), key(80)]);
  const late = await bench.read();
  assertEquals(await numbersOf(late), [3]);
  assertEquals(await numbersOf(early), [1, 2, 3]);
  bench.registry.close();
});

Deno.test("the last reader ends the packaging; the next begins anew", async () => {
  const bench = new Bench();
  const publisher = await bench.publish();
  const [first, second] = [await bench.read(), await bench.read()];
  publisher.write([key(0)]);
  first.close();
  first.close();
  publisher.write([delta(40)]);
  assertEquals(bench.numbering.fed, 2);
  second.close();
  publisher.write([delta(80)]);
  assertEquals(bench.numbering.fed, 2);
  assertEquals(await numbersOf(await bench.read()), [1, 2, 3]);
  assertEquals(bench.numbering.runs, 2);
  bench.registry.close();
});

Deno.test("an end comes after what is left, and the next publication goes on in the numbers", async () => {
  const bench = new Bench();
  const publisher = await bench.publish();
  const reader = await bench.read();
  publisher.write([key(0), delta(40)]);
  publisher.close();
  (await bench.publish()).write([key(0)]);
  assertEquals(await numbersOf(reader), [1, 2]);
  assertEquals(await reader.read(), { type: "end" });
  assertEquals(await numbersOf(reader), [3]);
  bench.registry.close();
});

Deno.test("what a packager has held back comes before the end", async () => {
  const { registry } = new Bench();
  const late: Packaging<Numbered> = {
    open: () => ({
      package: () => [],
      finish: () => [{ number: 7, ms: 0, bytes: 1, time: 0, isKey: true }],
    }),
  };
  const publisher = await registry.publish(peer());
  publisher.describe(AV);
  const reader = await registry.readPackaged(peer(), late);
  publisher.write([key(0)]);
  publisher.close();
  assertEquals(await numbersOf(reader), [7]);
  assertEquals(await reader.read(), { type: "end" });
  registry.close();
});

Deno.test("packaged readers are readers like any other in what the registry shows", async () => {
  const bench = new Bench();
  const publisher = await bench.publish();
  const reader = await bench.read();
  publisher.write([key(0), delta(40)]);
  await reader.read();
  const [shown] = bench.registry.snapshot()[0]?.readers ?? [];
  assertEquals([shown?.units, shown?.bytes, shown?.id], [2, 2, reader.peer.id]);
  reader.close();
  assertEquals(bench.registry.snapshot()[0]?.readers, []);
  bench.registry.close();
});

Deno.test("a packager that fails ends its readers, and nobody else", async () => {
  const bench = new Bench();
  const publisher = await bench.publish();
  const [packaged, plain] = [await bench.read(), await bench.registry.read(peer())];
  bench.numbering.failWith = new Error("no such form");
  publisher.write([key(0)]);
  await assertRejects(() => packaged.read(), PackagingError, "no such form");
  assertEquals((await plain.read())?.type, "media");
  bench.numbering.failWith = undefined;
  assertEquals(await numbersOf(await bench.read()), [1]);
  bench.registry.close();
});

Deno.test("a packager that fails over what is kept refuses its reader, who would wait for ever", async () => {
  const bench = new Bench();
  const publisher = await bench.publish();
  publisher.write([key(0)]);
  bench.numbering.failWith = new Error("no such form");
  await assertRejects(() => bench.read(), PackagingError, "no such form");
  assertEquals(bench.registry.snapshot()[0]?.readers, []);
  bench.numbering.failWith = undefined;
  assertEquals(await numbersOf(await bench.read()), [1]);
  bench.registry.close();
});
