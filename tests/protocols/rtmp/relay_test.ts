import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import { Gateway } from "../../../protocols/gateway.ts";
import type { LogFields } from "../../../protocols/logger.ts";
import { rtmp } from "../../../protocols/rtmp/mod.ts";
import type { Description } from "../../../registry/media/track.ts";
import { Viewer } from "../../registry/bench.ts";
import { must } from "../../must.ts";
import { VirtualClock } from "../../virtual_clock.ts";
import { AV, picture, sound } from "./harness.ts";

const ORIGIN = "rtmp://127.0.0.1:1001/live/cam1";

/** Gateways on one network, in one virtual time. */
class Network implements AsyncDisposable {
  readonly transport = new MemoryTransport();
  readonly clock = new VirtualClock();
  readonly log: (readonly [message: string, fields: LogFields])[] = [];
  readonly #gateways: Gateway[] = [];

  /** A gateway whose RTMP port is `port`. */
  async start(port: number, streams: Readonly<Record<string, unknown>> = {}): Promise<Gateway> {
    const write = (message: string, fields: LogFields = {}) =>
      void this.log.push([message, fields]);
    const gateway = new Gateway({
      protocols: [rtmp],
      config: { host: "127.0.0.1", rtmp: { port, merge: 0 }, streams },
      transport: this.transport,
      clock: this.clock,
      log: { debug: () => {}, info: () => {}, warn: write, error: write },
    });
    this.#gateways.push(gateway);
    await gateway.start();
    await this.clock.run(0);
    return gateway;
  }

  /** Milliseconds between failed attempts. */
  get pauses(): readonly unknown[] {
    return this.log.flatMap(([_message, { pauseMs }]) => pauseMs ?? []);
  }

  /** Why attempts failed. */
  get reasons(): readonly unknown[] {
    return this.log.flatMap(([_message, { pauseMs, reason }]) =>
      pauseMs === undefined ? [] : reason
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.#gateways.map((gateway) => gateway.stop());
    await this.clock.run(1000);
    await Promise.all(stopped);
    assertEquals(this.clock.pending, 0);
    assertEquals(this.log.filter(([message]) => message.includes("policy")), []);
  }
}

async function publish(gateway: Gateway, name = "live/cam1", description: Description = AV) {
  const publisher = await gateway.registry.publish({ name, protocol: "test", remote: "test" });
  publisher.describe(description);
  return publisher;
}

async function view(gateway: Gateway, name: string): Promise<Viewer> {
  const request = { name, protocol: "test", remote: "test" };
  return new Viewer(await gateway.registry.read(request, { patienceMs: 3_600_000 }));
}

Deno.test("a pull brings a stream of another gateway, and holds no name before it comes", async () => {
  await using network = new Network();
  const origin = await network.start(1001);
  const edge = await network.start(1002, { "copy/cam1": { source: ORIGIN } });
  assertEquals(edge.registry.isPublished("copy/cam1"), false);
  const viewer = await view(edge, "copy/cam1");
  const publisher = await publish(origin);
  publisher.write([picture(1000), sound(1000)]);
  publisher.write([picture(1040, false)]);
  await network.clock.run(0);
  assertEquals(await viewer.log(), [1000, 1000, 1040]);
});

Deno.test("a pull ends with the publication, and comes back for the next", async () => {
  await using network = new Network();
  const origin = await network.start(1001);
  const edge = await network.start(1002, { "copy/cam1": { source: ORIGIN } });
  const viewer = await view(edge, "copy/cam1");
  const first = await publish(origin);
  first.write([picture(1000), sound(1000)]);
  await network.clock.run(0);
  first.close();
  await network.clock.run(0);
  assertEquals(edge.registry.isPublished("copy/cam1"), false);
  await network.clock.run(1000);
  (await publish(origin)).write([picture(0), sound(0)]);
  await network.clock.run(0);
  assertEquals(await viewer.log(), [1000, 1000, "end", 1020, 1020]);
});

Deno.test("a pull comes back with growing pauses after the remote has vanished", async () => {
  await using network = new Network();
  const origin = await network.start(1001);
  const edge = await network.start(1002, { "copy/cam1": { source: ORIGIN } });
  const viewer = await view(edge, "copy/cam1");
  (await publish(origin)).write([picture(1000), sound(1000)]);
  await network.clock.run(15_000);
  await origin.stop();
  await network.clock.run(60_000);
  assertEquals(network.pauses, [2000, 4000, 8000, 16_000, 30_000]);
  const again = await network.start(1001);
  await network.clock.run(30_000);
  (await publish(again)).write([picture(0), sound(0)]);
  await network.clock.run(0);
  assertEquals((await viewer.log()).slice(-2), [1020, 1020]);
});

Deno.test("a source that sends nothing for 30 s is left and tried again", async () => {
  await using network = new Network();
  const origin = await network.start(1001);
  const publisher = await publish(origin);
  await network.start(1002, { "copy/cam1": { source: ORIGIN } });
  publisher.write([picture(1000), sound(1000)]);
  await network.clock.run(36_000);
  assertEquals(network.pauses, [1000]);
});

Deno.test("a pull whose publisher is kicked says so", async () => {
  await using network = new Network();
  const origin = await network.start(1001);
  const edge = await network.start(1002, { "copy/cam1": { source: ORIGIN } });
  (await publish(origin)).write([picture(1000), sound(1000)]);
  await network.clock.run(0);
  must(edge.registry.get("copy/cam1")).kick("the operator said so");
  await network.clock.run(0);
  assertEquals(network.reasons, ["Cannot go on with copy/cam1: the operator said so"]);
});

Deno.test("a source on demand is pulled for readers only", async () => {
  await using network = new Network();
  const origin = await network.start(1001);
  const edge = await network.start(1002, { "copy/cam1": { source: ORIGIN, onDemand: true } });
  (await publish(origin)).write([picture(1000), sound(1000)]);
  await network.clock.run(20_000);
  assertEquals(origin.registry.get("live/cam1")?.readers.size, 0);
  const viewer = await view(edge, "copy/cam1");
  await network.clock.run(0);
  assertEquals(await viewer.log(), [1000, 1000]);
  viewer.reader.close();
  await network.clock.run(10_000);
  assertEquals(origin.registry.get("live/cam1")?.readers.size, 0);
  assertEquals(edge.registry.snapshot(), []);
});

Deno.test("a push sends a stream whenever it is published, and says goodbye at its end", async () => {
  await using network = new Network();
  const target = await network.start(1001);
  const source = await network.start(1002, {
    "live/cam1": { push: "rtmp://127.0.0.1:1001/out/cam1" },
  });
  const viewer = await view(target, "out/cam1");
  for (const start of [1000, 5000]) {
    const publisher = await publish(source);
    publisher.write([picture(start), sound(start)]);
    await network.clock.run(5000);
    publisher.write([picture(start + 40, false)]);
    await network.clock.run(0);
    publisher.close();
    await network.clock.run(0);
    assertEquals(target.registry.isPublished("out/cam1"), false);
    await network.clock.run(2000);
  }
  assertEquals((await viewer.log()).filter((entry) => entry === "end").length, 2);
  assertEquals((await viewer.log()).length, 8);
});

Deno.test("a push comes back after the remote has vanished, and its failure is not the source's", async () => {
  await using network = new Network();
  const target = await network.start(1001);
  const source = await network.start(1002, {
    "live/cam1": { push: "rtmp://127.0.0.1:1001/out/cam1" },
  });
  const publisher = await publish(source);
  publisher.write([picture(1000), sound(1000)]);
  await network.clock.run(0);
  await target.stop();
  await network.clock.run(2500);
  assertEquals(network.pauses, [2000]);
  assertEquals(source.registry.get("live/cam1")?.lastFailure, undefined);
  const again = await network.start(1001);
  const viewer = await view(again, "out/cam1");
  await network.clock.run(3000);
  publisher.write([picture(9000), sound(9000)]);
  await network.clock.run(0);
  assertEquals((await viewer.log()).slice(-2), [9000, 9000]);
});

Deno.test("a push that the other server refuses tells its reason", async () => {
  await using network = new Network();
  const target = await network.start(1001);
  const holder = await publish(target, "out/cam1");
  const source = await network.start(1002, {
    "live/cam1": { push: "rtmp://127.0.0.1:1001/out/cam1" },
  });
  await publish(source);
  await network.clock.run(0);
  assertStringIncludes(`${network.reasons[0]}`, "NetStream.Publish.BadName");
  holder.close();
});

Deno.test("pulls and pushes from code go on until they are stopped", async () => {
  await using network = new Network();
  const origin = await network.start(1001);
  const edge = await network.start(1002);
  (await publish(origin)).write([picture(1000), sound(1000)]);
  const pull = edge.pull(ORIGIN, "copy/cam1");
  assertEquals(pull.label, "pull copy/cam1 from rtmp://127.0.0.1:1001/live/cam1");
  const push = edge.push("copy/cam1", "rtmp://user:secret@127.0.0.1:1001/back/cam1?key=1");
  assertEquals(push.label, "push copy/cam1 to rtmp://127.0.0.1:1001/back/cam1");
  await network.clock.run(0);
  assert(edge.registry.isPublished("copy/cam1") && origin.registry.isPublished("back/cam1"));
  pull.stop();
  push.stop();
  await network.clock.run(0);
  assertEquals(edge.registry.isPublished("copy/cam1"), false);
  await network.clock.run(60_000);
  assertEquals(origin.registry.isPublished("back/cam1"), false);
});

Deno.test("a reload stops what is gone, starts what is new, and leaves the rest alone", async () => {
  await using network = new Network();
  const origin = await network.start(1001);
  for (const name of ["live/a", "live/b", "live/c"]) {
    (await publish(origin, name)).write([picture(0), sound(0)]);
  }
  const source = (key: string) => ({ source: `rtmp://127.0.0.1:1001/live/${key}` });
  const edge = await network.start(1002, { "copy/a": source("a"), "copy/b": source("b") });
  await network.clock.run(0);
  const kept = must(edge.registry.get("copy/b")?.publisher);
  edge.reload({ host: "127.0.0.1", streams: { "copy/b": source("b"), "copy/c": source("c") } });
  await network.clock.run(0);
  assertEquals(["a", "b", "c"].map((key) => edge.registry.isPublished(`copy/${key}`)), [
    false,
    true,
    true,
  ]);
  assertEquals(edge.registry.get("copy/b")?.publisher, kept);
});
