import { assertEquals, assertMatch } from "@std/assert";
import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import { Gateway } from "../../../../protocols/gateway.ts";
import type { LogFields } from "../../../../protocols/logger.ts";
import { rtsp } from "../../../../protocols/rtsp/mod.ts";
import { payloadBytes } from "../../../../registry/media/unit.ts";
import { Viewer } from "../../../registry/bench.ts";
import { VirtualClock } from "../../../virtual_clock.ts";
import { AV, picture, sound } from "../../rtmp/harness.ts";
import { counts } from "../camera.ts";

/** Gateways on one network, in one virtual time. */
class Network implements AsyncDisposable {
  readonly transport = new MemoryTransport();
  readonly clock = new VirtualClock();
  readonly log: (readonly [message: string, fields: LogFields])[] = [];
  readonly #gateways: Gateway[] = [];

  /** A gateway with its `rtsp` section, whose ports nobody else has. */
  async start(
    section: Readonly<Record<string, unknown>>,
    streams: Readonly<Record<string, unknown>> = {},
  ): Promise<Gateway> {
    const write = (message: string, fields: LogFields = {}) =>
      void this.log.push([message, fields]);
    const gateway = new Gateway({
      protocols: [rtsp],
      config: { host: "127.0.0.1", rtsp: { merge: 0, ...section }, streams },
      transport: this.transport,
      clock: this.clock,
      log: { debug: () => {}, info: () => {}, warn: write, error: write },
    });
    this.#gateways.push(gateway);
    await gateway.start();
    await this.clock.run(0);
    return gateway;
  }

  /** Why attempts failed. */
  get reasons(): readonly unknown[] {
    return this.log.flatMap(([_message, { pauseMs, reason }]) =>
      pauseMs === undefined ? [] : reason
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.#gateways.map((gateway) => gateway.stop());
    await this.clock.run(5_000);
    await Promise.all(stopped);
    assertEquals(this.clock.pending, 0);
  }
}

const ORIGIN = { port: 1001, rtpPort: 8000 };
const EDGE = { port: 1002, rtpPort: 8200 };

async function publish(gateway: Gateway, name: string) {
  const publisher = await gateway.registry.publish({ name, protocol: "test", remote: "test" });
  publisher.describe(AV);
  return publisher;
}

async function view(gateway: Gateway, name: string): Promise<Viewer> {
  const request = { name, protocol: "test", remote: "test" };
  return new Viewer(await gateway.registry.read(request, { patienceMs: 3_600_000 }));
}

for (const fragment of ["", "#udp", "#tcp", "#http"]) {
  Deno.test(`a pull brings a stream of another gateway: ${fragment || "by default"}`, async () => {
    await using network = new Network();
    const origin = await network.start(ORIGIN);
    const source = `rtsp://127.0.0.1:1001/live/cam1${fragment}`;
    const edge = await network.start(EDGE, { "copy/cam1": { source } });
    const viewer = await view(edge, "copy/cam1");
    const publisher = await publish(origin, "live/cam1");
    publisher.write([picture(1000, true, 7, 3000), sound(1000)]);
    await network.clock.run(500);
    publisher.write([picture(1040, false), sound(1040)]);
    publisher.write([picture(1080, false)]);
    await network.clock.run(500);
    assertEquals(await counts(viewer), [3, 2]);
    const sizes = viewer.batches.flatMap((batch) => batch.type === "media" ? batch.units : [])
      .map(payloadBytes);
    assertEquals(Math.max(...sizes), 3000);
    publisher.close();
    await network.clock.run(2_500);
    assertEquals((await viewer.log()).at(-1), "end");
    assertEquals(network.reasons, []);
  });
}

for (const fragment of ["", "#udp", "#http"]) {
  Deno.test(`a push sends a stream to another gateway: ${fragment || "by default"}`, async () => {
    await using network = new Network();
    const origin = await network.start(ORIGIN);
    const push = `rtsp://127.0.0.1:1001/live/received${fragment}`;
    const edge = await network.start(EDGE, { "live/sent": { push } });
    const viewer = await view(origin, "live/received");
    for (const round of [1, 2]) {
      const publisher = await publish(edge, "live/sent");
      publisher.write([picture(1000, true, 7, 3000), sound(1000)]);
      await network.clock.run(500);
      publisher.write([picture(1040, false), sound(1040)]);
      publisher.write([picture(1080, false)]);
      await network.clock.run(500);
      assertEquals(await counts(viewer), [3 * round, 2 * round]);
      publisher.close();
      await network.clock.run(3_000);
      assertEquals((await viewer.log()).at(-1), "end");
    }
    assertEquals(network.reasons, []);
  });
}

Deno.test("a push announces its stream anew when tracks come", async () => {
  await using network = new Network();
  const origin = await network.start(ORIGIN);
  const push = "rtsp://127.0.0.1:1001/live/received";
  const edge = await network.start(EDGE, { "live/sent": { push } });
  const viewer = await view(origin, "live/received");
  const publisher = await publish(edge, "live/sent");
  publisher.describe({ ...AV, tracks: AV.tracks.slice(0, 1) });
  publisher.write([picture(1000)]);
  await network.clock.run(500);
  publisher.describe(AV);
  publisher.write([picture(1040), sound(1040)]);
  await network.clock.run(1_000);
  assertEquals(network.reasons, ["Cannot go on with live/sent: its tracks have changed"]);
  await network.clock.run(2_000);
  publisher.write([picture(5000), sound(5000)]);
  await network.clock.run(500);
  const [, audio] = await counts(viewer);
  assertEquals(audio >= 1, true);
});

Deno.test("a server that wants a password gets it", async () => {
  for (const basic of [false, true]) {
    await using network = new Network();
    const origin = await network.start({ ...ORIGIN, users: { me: "secret" }, basic });
    (await publish(origin, "live/cam1")).write([picture(1000)]);
    const edge = await network.start(EDGE, {
      "copy/cam1": { source: "rtsp://me:secret@127.0.0.1:1001/live/cam1#tcp" },
      "copy/cam2": { source: "rtsp://me:wrong@127.0.0.1:1001/live/cam1#tcp" },
    });
    await network.clock.run(500);
    assertEquals(edge.registry.isPublished("copy/cam1"), true);
    assertEquals(edge.registry.isPublished("copy/cam2"), false);
    assertEquals(network.reasons, ["Cannot DESCRIBE: the server says 401 Unauthorized"]);
  }
});

Deno.test("a push to a name that is taken says what the server says", async () => {
  await using network = new Network();
  const origin = await network.start(ORIGIN);
  await publish(origin, "live/received");
  const push = "rtsp://127.0.0.1:1001/live/received";
  const edge = await network.start(EDGE, { "live/sent": { push } });
  (await publish(edge, "live/sent")).write([picture(1000)]);
  await network.clock.run(500);
  assertMatch(String(network.reasons[0]), /^Cannot RECORD: the server says 403/);
});

Deno.test("a transport that cannot be is a reason that is told", async () => {
  await using network = new Network();
  const edge = await network.start(EDGE, {
    "copy/cam1": { source: "rtsp://127.0.0.1:1001/live/cam1#carrier-pigeon" },
    "live/sent": { push: "rtsp://127.0.0.1:1001/live/cam1#multicast" },
  });
  await publish(edge, "live/sent");
  await network.clock.run(0);
  assertEquals(network.reasons, [
    "Cannot parse RTSP URL: the transport is carrier-pigeon, expected one of udp, tcp, http, multicast",
    "Cannot parse RTSP URL: a stream is not pushed by multicast",
  ]);
});
