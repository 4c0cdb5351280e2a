/** What the end of a connection, a stream or a publisher does while something is under way. */

import { assert, assertEquals } from "@std/assert";
import { MESSAGE_TYPE } from "../../../protocols/rtmp/message.ts";
import type { AccessPolicy } from "../../../registry/access.ts";
import { must } from "../../must.ts";
import { settle } from "../../virtual_clock.ts";
import { AV, Harness, headers, media, OPUS, picture, sound, VIDEO } from "./harness.ts";

/** An access policy that answers when the test says so. */
class Gate implements AccessPolicy {
  readonly #waiting: (() => void)[] = [];

  authorize(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async open(): Promise<void> {
    this.#waiting.splice(0).forEach((resolve) => resolve());
    await settle();
  }
}

for (const command of ["publish", "play"] as const) {
  Deno.test(`a client that leaves while its ${command} is decided leaves nothing behind`, async () => {
    const gate = new Gate();
    await using harness = await Harness.start({ access: gate, settings: () => ({ graceMs: 0 }) });
    const peer = await harness.connected();
    await peer[command](await peer.createStream(), "cam1");
    assertEquals(gate.waiting, 1);
    peer.link.close();
    await settle();
    await gate.open();
    assertEquals(harness.registry.snapshot(), []);
    assertEquals(harness.logged("error"), []);
  });

  Deno.test(`the end of the gateway while a ${command} is decided ends it`, async () => {
    const gate = new Gate();
    const harness = await Harness.start({ access: gate });
    const peer = await harness.connected();
    await peer[command](await peer.createStream(), "cam1");
    const closed = harness[Symbol.asyncDispose]();
    await settle();
    await gate.open();
    await closed;
    assertEquals([harness.clock.pending, harness.registry.snapshot()], [0, []]);
  });
}

Deno.test("commands that come while a publish is decided wait for it", async () => {
  const gate = new Gate();
  await using harness = await Harness.start({ access: gate });
  const peer = await harness.connected();
  await peer.createStream();
  await peer.publish(1, "cam1");
  await peer.send(...headers(1), ...media(1, picture(0), sound(0)));
  await peer.call("deleteStream", [1]);
  assertEquals(peer.statuses, []);
  await gate.open();
  assertEquals(peer.statuses, ["Publish.Start"]);
  assertEquals(harness.registry.snapshot(), []);
});

Deno.test("media that comes right behind publish is not lost", async () => {
  await using harness = await Harness.start({ access: { authorize: () => settle() } });
  const player = await harness.player();
  const peer = await harness.connected();
  await peer.createStream();
  peer.publish(1, "cam1");
  await peer.send(...headers(1), ...media(1, picture(0), sound(0)));
  await settle();
  assertEquals(player.frames, ["v0", "a0"]);
});

Deno.test("a publisher that changes its name publishes under the new one only", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder("cam1");
  await encoder.call("closeStream", [], 1);
  await encoder.publish(1, "cam2");
  assertEquals(harness.registry.snapshot().map(({ name }) => name), ["live/cam2"]);
});

Deno.test("a stream can publish, then play, then publish again", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  await peer.createStream();
  for (const round of [0, 1]) {
    await peer.publish(1, "cam1");
    await peer.call("closeStream", [], 1);
    await peer.play(1, "cam1");
    await peer.call("closeStream", [], 1);
    assertEquals(harness.registry.snapshot(), [], `round ${round}`);
  }
});

Deno.test("a player whose stream is deleted gets nothing more", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  const player = await harness.player();
  await player.call("deleteStream", [1]);
  await encoder.send(...media(1, picture(0), sound(0)));
  assertEquals(player.frames, []);
  assertEquals(harness.registry.get("live/cam1")?.readers.size, 0);
  assert(!player.isClosed);
});

Deno.test("a player is told of a configuration that changes in the middle, by new headers", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  const player = await harness.player();
  await encoder.send(...media(1, picture(0), sound(0)));
  const before = player.media.length;
  const other = { codec: "aac", audioSpecificConfig: Uint8Array.of(0x11, 0x90) } as const;
  const audio = { ...must(AV.tracks[1]), config: other };
  await encoder.send(...headers(1, { tracks: [VIDEO, audio], metadata: {} }, 40).slice(1));
  await encoder.send(...media(1, picture(40), sound(43)));
  const types = player.media.slice(before).map(({ type }) => type);
  assertEquals(types, [
    MESSAGE_TYPE.DATA_AMF0,
    MESSAGE_TYPE.VIDEO,
    MESSAGE_TYPE.AUDIO,
    MESSAGE_TYPE.VIDEO,
    MESSAGE_TYPE.AUDIO,
  ]);
});

Deno.test("a player that cannot take what the next publisher sends is told then", async () => {
  await using harness = await Harness.start();
  const first = await harness.encoder();
  await first.send(...media(1, picture(0), sound(0)));
  const player = await harness.player();
  await first.call("deleteStream", [1]);
  const second = await harness.encoder("cam1", { tracks: [VIDEO, OPUS], metadata: {} });
  await second.send(...media(1, picture(0), sound(0, OPUS)));
  assertEquals(player.statuses.slice(-2), [
    "Play.PublishNotify",
    "Play.NoSupportedTrackFound",
  ]);
  assert(player.isClosed);
  assert(harness.registry.isPublished("live/cam1"));
});

Deno.test("a second track of a kind that a player cannot take is left out for it", async () => {
  await using harness = await Harness.start();
  const publisher = await harness.registry.publish({
    name: "live/cam1",
    protocol: "test",
    remote: "test",
  });
  publisher.describe({ tracks: [...AV.tracks, { ...OPUS, id: 4 }], metadata: {} });
  const player = await harness.player();
  publisher.write([picture(0), sound(0), { ...sound(0), track: { ...OPUS, id: 4 } }]);
  await settle();
  assertEquals(player.frames, ["v0", "a0"]);
});

Deno.test("a player that leaves in the middle of a write leaves nothing behind", async () => {
  await using harness = await Harness.start();
  const encoder = await harness.encoder();
  const player = await harness.player();
  player.link.read = () => new Promise(() => {});
  await encoder.send(
    ...media(
      1,
      ...Array.from({ length: 20 }, (_, n) => picture(n * 40, n === 0, 1, 100_000)),
      sound(0),
    ),
  );
  player.link.close();
  await settle();
  assertEquals(harness.registry.get("live/cam1")?.readers.size, 0);
  assertEquals(harness.logged("error"), []);
});

Deno.test("with a merge time, pictures and sounds go out together", async () => {
  await using harness = await Harness.start({ section: { merge: 30 } });
  const encoder = await harness.encoder();
  const player = await harness.player();
  await encoder.send(...media(1, picture(0), sound(0)));
  await harness.clock.run(10);
  await encoder.send(...media(1, picture(10, false)));
  assertEquals(player.frames, []);
  await harness.clock.run(20);
  assertEquals(player.frames, ["v0", "a0", "v10"]);
});

Deno.test("a connection may make one stream after the other", async () => {
  await using harness = await Harness.start();
  const peer = await harness.connected();
  for (let n = 0; n < 200; n++) {
    const id = await peer.createStream();
    await peer.publish(id, "cam1");
    await peer.call("deleteStream", [id]);
    await harness.clock.run(30);
  }
  assertEquals(peer.statuses.filter((status) => status === "Publish.Start").length, 200);
  assertEquals(harness.registry.snapshot(), []);
});
