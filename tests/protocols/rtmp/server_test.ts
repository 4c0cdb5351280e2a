import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DEFAULT_ADMISSION_LIMITS } from "../../../protocols/_transport/admission.ts";
import { ListenError } from "../../../protocols/_transport/errors.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type { Connection } from "../../../protocols/_transport/transport.ts";
import { ConfigError } from "../../../protocols/protocol.ts";
import { must } from "../../must.ts";
import { settle } from "../../virtual_clock.ts";
import { Harness, media, picture, sound } from "./harness.ts";

/** Whether a raw connection was ended by the server. */
async function isEnded(connection: Connection): Promise<boolean> {
  const buffer = new Uint8Array(8192);
  let isEnded = false;
  const reading = async () => {
    while (await connection.read(buffer) !== undefined);
    isEnded = true;
  };
  reading();
  await settle();
  return isEnded;
}

Deno.test("a client that does not finish its handshake is closed after 10 s", async () => {
  await using harness = await Harness.start();
  const connection = await harness.connection();
  await connection.write(Uint8Array.of(3, 0, 0));
  await harness.clock.run(9999);
  assertEquals(harness.logged("closed"), []);
  await harness.clock.run(1);
  assert(await isEnded(connection));
  assertStringIncludes(must(harness.logged("closed")[0]), "no handshake within 10 s");
});

Deno.test("a client that does not speak RTMP is closed at once, with the reason in the log", async () => {
  await using harness = await Harness.start();
  const connection = await harness.connection();
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  assert(await isEnded(connection));
  assertStringIncludes(must(harness.logged("info closed")[0]), "the peer speaks HTTP");
  assertEquals(harness.clock.pending, 1);
});

Deno.test("a client that leaves in its handshake leaves nothing behind", async () => {
  await using harness = await Harness.start();
  (await harness.connection()).close();
  await settle();
  assertEquals([harness.logged(""), harness.clock.pending], [[], 1]);
});

Deno.test("a client that neither publishes nor plays is closed after 10 s", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  await peer.createStream();
  await harness.clock.run(10_000);
  assert(!peer.isClosed);
  await harness.clock.run(2000);
  assert(peer.isClosed);
  assertStringIncludes(must(harness.logged("closed")[0]), "nothing published or played for 10 s");
});

Deno.test("a client that has published or played may be idle for 60 s", async () => {
  await using harness = await Harness.start();
  const peer = await harness.encoder();
  await harness.clock.run(2000);
  await peer.call("FCUnpublish", ["cam1"]);
  await harness.clock.run(59_000);
  assert(!peer.isClosed);
  await harness.clock.run(3000);
  assert(peer.isClosed);
  assertStringIncludes(must(harness.logged("closed")[0]), "nothing published or played for 60 s");
});

Deno.test("a publisher that sends nothing for 30 s is closed, and may come back", async () => {
  await using harness = await Harness.start();
  const peer = await harness.encoder();
  await peer.send(...media(1, picture(0), sound(0)));
  await harness.clock.run(30_000);
  assert(!peer.isClosed);
  await harness.clock.run(2000);
  assert(peer.isClosed);
  assertStringIncludes(must(harness.logged("closed")[0]), "the publisher sent nothing for 30 s");
  assertEquals(harness.registry.get("live/cam1")?.state, "interrupted");
});

Deno.test("a player and a paused player may be silent for as long as they like", async () => {
  await using harness = await Harness.start({ section: { wait: 3600 } });
  const [player, paused] = [await harness.player(), await harness.player()];
  await paused.call("pause", [true, 0], 1);
  await harness.clock.run(600_000);
  assert(!player.isClosed && !paused.isClosed);
});

Deno.test("a client over the limit of connections is told so in answer to its connect", async () => {
  await using harness = await Harness.start();
  const held = [];
  for (let n = 0; n < DEFAULT_ADMISSION_LIMITS.perAddress; n++) {
    held.push(await harness.connection());
  }
  await settle();
  const peer = await harness.connected();
  assertEquals(peer.statuses, ["NetConnection.Connect.Rejected"]);
  assertStringIncludes(peer.lastDescription, "connections from 127.0.0.1 is reached");
  assert(peer.isClosed);
  const crowd = [];
  for (let n = 0; n < 20; n++) crowd.push(await harness.connection());
  await settle();
  const ended = await Promise.all(crowd.map(isEnded));
  assertEquals(ended.filter((one) => one).length, 4);
  for (const connection of [...held, ...crowd]) connection.close();
  await settle();
  assertEquals((await harness.connected()).statuses, []);
});

Deno.test("a kicked publisher is told why, and is closed", async () => {
  await using harness = await Harness.start();
  const peer = await harness.encoder();
  must(harness.registry.get("live/cam1")).kick("the operator said so");
  await settle();
  assertEquals(peer.statuses, ["Publish.Start", "Publish.Denied"]);
  assertStringIncludes(peer.lastDescription, "the operator said so");
  assert(peer.isClosed);
  assertEquals(harness.registry.isPublished("live/cam1"), false);
});

Deno.test("with overridePublisher a second publisher takes over, and players notice nothing", async () => {
  await using harness = await Harness.start({ settings: () => ({ overridePublisher: true }) });
  const first = await harness.encoder();
  await first.send(...media(1, picture(1000), sound(1000)));
  const player = await harness.player();
  const second = await harness.encoder();
  assertEquals(first.statuses, ["Publish.Start", "Publish.BadName"]);
  assert(first.isClosed);
  await second.send(...media(1, picture(0), sound(0)));
  assertEquals(player.statuses, ["Play.Reset", "Play.Start"]);
  assertEquals(player.frames, ["v1000", "a1000", "v1020", "a1020"]);
});

Deno.test("a player that never reads is cut; the publisher and the others go on", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  const good = await harness.player();
  const stuck = await harness.player();
  // A peer whose link is not read from any more: its pipe fills up.
  stuck.link.read = () => new Promise(() => {});
  for (let second = 0; second < 50; second++) {
    const fill = Array.from(
      { length: 10 },
      (_, n) => picture(second * 1000 + n * 100, n === 0, second, 100_000),
    );
    await encoder.send(...media(1, ...fill, sound(second * 1000)));
    await harness.clock.run(1000);
  }
  assertEquals(harness.logged("nothing was taken for").length, 1);
  assertEquals(good.frames.length, 550);
  assertEquals(harness.registry.get("live/cam1")?.readers.size, 1);
  assert(harness.logged("error").length === 0);
});

Deno.test("stopping says goodbye to players, publishers and the others, and waits for them", async () => {
  const harness = await Harness.start();
  const [encoder, player, idle] = [
    await harness.encoder(),
    await harness.player(),
    await harness.connected(),
  ];
  const raw = await harness.connection();
  harness.registry.close();
  const closed = harness.server.close();
  await settle();
  assertEquals(encoder.statuses, [
    "Publish.Start",
    "Unpublish.Success",
    "NetConnection.Connect.Closed",
  ]);
  assertEquals(player.statuses.slice(2), [
    "Play.UnpublishNotify",
    "NetConnection.Connect.Closed",
  ]);
  assertEquals(idle.statuses, ["NetConnection.Connect.Closed"]);
  assert([encoder, player, idle].every(({ isClosed }) => isClosed));
  assert(await isEnded(raw));
  await closed;
  assertEquals([harness.clock.pending, harness.logged("error")], [0, []]);
  await assertRejects(() => harness.connection());
});

Deno.test("stopping does not wait for peers that do not read", async () => {
  const harness = await Harness.start();
  const peer = await harness.player();
  peer.link.read = () => new Promise(() => {});
  const encoder = await harness.encoder();
  for (let n = 0; n < 20; n++) {
    await encoder.send(...media(1, picture(n, n === 0, 1, 100_000), sound(n)));
  }
  let isClosed = false;
  harness.server.close().then(() => isClosed = true);
  await settle();
  assertEquals(isClosed, false);
  await harness.clock.run(1000);
  assertEquals([isClosed, harness.clock.pending], [true, 1]);
  harness.registry.close();
});

Deno.test("a client whose handshake ends while the server closes does not hold it up", async () => {
  const harness = await Harness.start();
  const opening = harness.peer();
  for (let turn = 0; turn < 200; turn++) {
    await Promise.resolve();
    if (turn === 20) harness.server.close();
  }
  await harness.server.close();
  await opening.catch(() => {});
  assertEquals(harness.clock.pending, 0);
});

Deno.test("ports are tried in order, and the first free one is shown", async () => {
  await using first = await Harness.start();
  await using second = await Harness.start({
    transport: first.transport,
    section: { port: [1935, 1940] },
  });
  assertEquals(second.server.endpoints, [
    { scheme: "rtmp", address: { host: "127.0.0.1", port: 1940 } },
  ]);
  assertStringIncludes(must(second.server.hints?.[0]), "rtmp://localhost:1940/live/cam1");
  assertStringIncludes(must(first.server.hints?.[0]), "rtmp://localhost/live/cam1");
});

Deno.test("a taken port is a ListenError, and leaves nothing running", async () => {
  await using harness = await Harness.start();
  const error = await assertRejects(
    () => Harness.start({ transport: harness.transport }),
    ListenError,
  );
  assertEquals(error.port, 1935);
});

Deno.test("without a port nothing is listened on", async () => {
  await using harness = await Harness.start({ section: { port: false } });
  assertEquals([harness.server.endpoints, harness.server.hints], [[], []]);
});

Deno.test("a certificate that cannot be read is a ConfigError, and RTMP is not served either", async () => {
  const transport = new MemoryTransport();
  const section = { tls: { cert: "/nowhere/cert.pem", key: "/nowhere/key.pem" } };
  const error = await assertRejects(() => Harness.start({ transport, section }), ConfigError);
  assertEquals(error.path, ["rtmp", "tls", "cert"]);
  (await transport.listen({ host: "127.0.0.1", port: 1935 })).close();
});
