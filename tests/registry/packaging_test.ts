import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { LogItem } from "../../registry/gop_cache.ts";
import {
  type BatchSource,
  memo,
  memoPair,
  type PackageViewer,
  SharedPackager,
} from "../../registry/packaging.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import { DEFAULT_STREAM_SETTINGS } from "../../registry/settings.ts";
import { must } from "../must.ts";
import { settle, VirtualClock } from "../virtual_clock.ts";
import { AV, key } from "./units.ts";

interface Item extends LogItem {
  readonly number: number;
}

/** A reader whose batches the test hands out. */
class ScriptedSource implements BatchSource {
  closed = 0;
  #waiting: PromiseWithResolvers<MediaBatch | { readonly type: "end" } | undefined> | undefined;

  read(): Promise<MediaBatch | { readonly type: "end" } | undefined> {
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  give(batch: MediaBatch | { readonly type: "end" }): void {
    this.#waiting?.resolve(batch);
  }

  fail(error: Error): void {
    this.#waiting?.reject(error);
  }

  close(): void {
    this.closed++;
    this.#waiting?.resolve(undefined);
  }
}

function batch(ms = 0): MediaBatch {
  return { type: "media", description: AV, units: [key(ms)], bytes: 10 };
}

class Bench {
  readonly sources: ScriptedSource[] = [];
  readonly packager: SharedPackager<Item>;
  #number = 0;

  constructor(open?: () => Promise<BatchSource>, packageBatch?: () => readonly Item[]) {
    this.packager = new SharedPackager<Item>({
      clock: new VirtualClock(),
      limits: DEFAULT_STREAM_SETTINGS,
      open: open ?? (() => Promise.resolve(this.#newSource())),
      packageBatch: packageBatch ?? (({ units }) =>
        units.map(({ dts }) => (
          { number: ++this.#number, bytes: 1, time: dts / 90, isKey: true }
        ))),
    });
  }

  #newSource(): ScriptedSource {
    const source = new ScriptedSource();
    this.sources.push(source);
    return source;
  }

  /** A viewer whose run has begun to read. */
  async view(): Promise<PackageViewer<Item>> {
    const viewer = this.packager.view();
    await settle();
    return viewer;
  }
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

Deno.test("nothing is read that nobody views", async () => {
  const bench = new Bench();
  await settle();
  assertEquals(bench.sources.length, 0);
});

Deno.test("the first viewer opens the one reader, and all share its items", async () => {
  const bench = new Bench();
  const viewers = [await bench.view(), await bench.view()] as const;
  assertEquals(bench.sources.length, 1);
  const reads = viewers.map((viewer) => viewer.read());
  must(bench.sources[0]).give(batch());
  const [first, second] = await Promise.all(reads);
  assertEquals(first?.map(({ number }) => number), [1]);
  assertStrictEquals(first, second);
  viewers.forEach((viewer) => viewer.close());
});

Deno.test("the last viewer closes the reader, though it waits for a batch", async () => {
  const bench = new Bench();
  const [first, second] = [await bench.view(), await bench.view()];
  first.close();
  assertEquals(must(bench.sources[0]).closed, 0);
  const read = second.read();
  second.close();
  assertEquals(await read, undefined);
  assertEquals(must(bench.sources[0]).closed > 0, true);
});

Deno.test("viewers that leave before the reader is open close it all the same", async () => {
  const source = new ScriptedSource();
  const opening = Promise.withResolvers<BatchSource>();
  const bench = new Bench(() => opening.promise);
  const viewer = bench.packager.view();
  viewer.close();
  opening.resolve(source);
  await settle();
  assertEquals(source.closed, 1);
});

Deno.test("a viewer that comes after the last has left starts anew", async () => {
  const bench = new Bench();
  (await bench.view()).close();
  const viewer = await bench.view();
  assertEquals(bench.sources.length, 2);
  must(bench.sources[1]).give(batch());
  assertEquals((await viewer.read())?.length, 1);
  viewer.close();
});

Deno.test("the end of the publication ends the viewers after what is left", async () => {
  const bench = new Bench();
  const viewer = await bench.view();
  must(bench.sources[0]).give(batch());
  await settle();
  must(bench.sources[0]).give({ type: "end" });
  await settle();
  assertEquals((await viewer.read())?.length, 1);
  assertEquals(await viewer.read(), undefined);
  assertEquals(must(bench.sources[0]).closed, 1);
});

Deno.test("a viewer of a run that has ended does not hold the next run", async () => {
  const bench = new Bench();
  const old = await bench.view();
  must(bench.sources[0]).give({ type: "end" });
  await settle();
  (await bench.view()).close();
  assertEquals(must(bench.sources[1]).closed > 0, true);
  old.close();
});

Deno.test("what the reader, its opening or the packaging fails with reaches every viewer", async () => {
  const failure = new RangeError("no more");
  const opening = new Bench(() => Promise.reject(failure));
  await assertRejects(() => opening.packager.view().read(), RangeError, "no more");

  const reading = new Bench();
  const viewers = [await reading.view(), await reading.view()];
  must(reading.sources[0]).fail(failure);
  for (const viewer of viewers) await assertRejects(() => viewer.read(), RangeError, "no more");

  const packaging = new Bench(undefined, () => {
    throw failure;
  });
  const viewer = await packaging.view();
  must(packaging.sources[0]).give(batch());
  await assertRejects(() => viewer.read(), RangeError, "no more");
  assertEquals(must(packaging.sources[0]).closed, 1);
});

Deno.test("a closed viewer reads nothing more", async () => {
  const bench = new Bench();
  const viewer = await bench.view();
  must(bench.sources[0]).give(batch());
  await settle();
  viewer.close();
  assertEquals(await viewer.read(), undefined);
});
