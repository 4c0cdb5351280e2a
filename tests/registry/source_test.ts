import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { NoPublisherError, RecordingError } from "../../registry/errors.ts";
import type { Publisher } from "../../registry/publisher.ts";
import { must } from "../must.ts";
import { settle } from "../virtual_clock.ts";
import { RegistryBench } from "./bench.ts";
import { AV, key, peer } from "./units.ts";

/** A source that the test plays: each run waits until it is stopped or ended. */
class ScriptedSource {
  readonly label = "test://source";
  readonly signals: AbortSignal[] = [];
  #running: PromiseWithResolvers<void> | undefined;
  /** Whether a run ends as soon as it is told to stop. */
  endsWhenStopped = true;

  run(signal: AbortSignal): Promise<void> {
    this.signals.push(signal);
    const running = this.#running = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => this.endsWhenStopped && running.resolve());
    return running.promise;
  }

  get isRunning(): boolean {
    return this.signals.at(-1)?.aborted === false;
  }

  end(error?: Error): void {
    if (error === undefined) this.#running?.resolve();
    else this.#running?.reject(error);
  }
}

function benchWith(source: ScriptedSource): RegistryBench {
  const bench = new RegistryBench();
  bench.registry.addSources((name) => name === "live/cam1" ? source : undefined);
  return bench;
}

/** What a pull does when media comes. */
async function publishFrom(bench: RegistryBench): Promise<Publisher> {
  const publisher = await bench.registry.publish(peer());
  publisher.describe(AV);
  publisher.write([key(0)]);
  return publisher;
}

Deno.test("a source starts with the first reader, even one without patience, and once only", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  assertEquals(source.signals.length, 0);
  const viewer = await bench.read({ patienceMs: 0 });
  await bench.read();
  assertEquals(source.signals.length, 1);
  assertEquals(bench.registry.snapshot()[0]?.source, "test://source");
  await publishFrom(bench);
  assertEquals(await viewer.log(), [0]);
});

Deno.test("a published name needs no source", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  await bench.publish();
  await bench.read();
  assertEquals(source.signals.length, 0);
});

Deno.test("a source stops some time after the last reader, and the stream is forgotten", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  const viewers = [await bench.read(), await bench.read()];
  must(viewers[0]).reader.close();
  await bench.clock.run(20_000);
  assertEquals(source.isRunning, true);
  must(viewers[1]).reader.close();
  await bench.clock.run(9999);
  assertEquals(source.isRunning, true);
  await bench.clock.run(1);
  assertEquals(source.isRunning, false);
  assertEquals([bench.registry.snapshot(), bench.clock.pending], [[], 0]);
});

Deno.test("a reader that comes in that time keeps the source", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  (await bench.read()).reader.close();
  await bench.clock.run(9000);
  await bench.read();
  await bench.clock.run(20_000);
  assertEquals([source.signals.length, source.isRunning], [1, true]);
});

Deno.test("a reader that comes while the source is stopping has it started again", async () => {
  const source = new ScriptedSource();
  source.endsWhenStopped = false;
  const bench = benchWith(source);
  (await bench.read()).reader.close();
  await bench.clock.run(10_000);
  assertEquals(source.isRunning, false);
  const viewer = await bench.read();
  source.end(new Error("it was stopped"));
  await settle();
  assertEquals([source.signals.length, source.isRunning], [2, true]);
  await publishFrom(bench);
  assertEquals(await viewer.log(), [0]);
  assertEquals(bench.eventTypes.includes("source-failed"), false);
});

Deno.test("why a source failed is an event, and what its readers are told", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  const viewer = await bench.read({ patienceMs: 5000 });
  source.end(new Error("connection refused"));
  await bench.clock.run(5000);
  assertInstanceOf(viewer.error, NoPublisherError);
  assertEquals(
    viewer.error.message,
    "Cannot read live/cam1: no publisher came within 5 s (connection refused)",
  );
  const failed = bench.events.find(({ type }) => type === "source-failed");
  assertEquals(failed, { type: "source-failed", name: "live/cam1", reason: "connection refused" });
});

Deno.test("whoever waits for a source that gives up is told why at once", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  const viewer = await bench.read();
  const failure = new RecordingError("live/cam1", "it is no media file");
  source.end(failure);
  await settle();
  assertStrictEquals(viewer.error, failure);
  assertEquals(bench.registry.snapshot(), []);
});

Deno.test("a source that gives up takes no stream from those who have another publisher", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  const viewer = await bench.read();
  await publishFrom(bench);
  source.end(new RecordingError("live/cam1", "it is no media file"));
  assertEquals(await viewer.log(), [0]);
  assertEquals(viewer.error, undefined);
});

Deno.test("a source that throws at once is one that failed", async () => {
  const bench = new RegistryBench();
  bench.registry.addSources(() => ({
    label: "broken",
    run() {
      throw new Error("no such file");
    },
  }));
  const viewer = await bench.read({ patienceMs: 1000 });
  await bench.clock.run(1000);
  assertInstanceOf(viewer.error, NoPublisherError);
  assertEquals(bench.registry.snapshot(), []);
});

Deno.test("after a failure the next reader has the source started again", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  await bench.read();
  source.end(new Error("connection refused"));
  await settle();
  await bench.read();
  assertEquals(source.signals.length, 2);
});

Deno.test("the end of the registry stops sources", async () => {
  const source = new ScriptedSource();
  const bench = benchWith(source);
  await bench.read();
  bench.registry.close();
  await settle();
  assertEquals([source.signals.length, source.isRunning, bench.clock.pending], [1, false, 0]);
});

Deno.test("a resolver that was removed is not asked, and the first that knows the name wins", async () => {
  const [first, second] = [new ScriptedSource(), new ScriptedSource()];
  const bench = new RegistryBench();
  const remove = bench.registry.addSources(() => first);
  bench.registry.addSources(() => second);
  await bench.read({}, "live/cam1");
  remove();
  await bench.read({}, "live/cam2");
  assertEquals([first.signals.length, second.signals.length], [1, 1]);
});
