import { assert, assertEquals, assertExists } from "@std/assert";
import { AccessDeniedError, RecordingError } from "../../../registry/errors.ts";
import type { RegistryOptions } from "../../../registry/registry.ts";
import { FakeRecording } from "../../registry/fake_recording.ts";
import { AV, Harness, picture, sound } from "./harness.ts";

const LENGTH_MS = 20_000;

/** A picture and sound every 500 ms, every fourth of them a key picture. */
const UNITS = Array.from(
  { length: LENGTH_MS / 500 },
  (_, at) => [picture(at * 500, at % 4 === 0), sound(at * 500)],
).flat();

/** A gateway with the recording `media/clip.mp4`, and what was opened of it. */
async function start(options: RegistryOptions = {}) {
  const harness = await Harness.start(options);
  const opened: FakeRecording[] = [];
  harness.registry.addRecordings("media", (name) => {
    if (name === "media/bad.mp4") return Promise.reject(new RecordingError(name, "it is damaged"));
    if (name !== "media/clip.mp4") return Promise.resolve(undefined);
    const recording = new FakeRecording(AV, UNITS, LENGTH_MS);
    opened.push(recording);
    return Promise.resolve(recording);
  });
  return { harness, opened };
}

/** A client that plays `key` of the application `media`, with whatever further arguments of `play`. */
async function player(harness: Harness, key = "clip.mp4", ...range: readonly number[]) {
  const peer = await harness.connected("media");
  await peer.call("play", [key, ...range], await peer.createStream());
  return peer;
}

Deno.test("a recording plays from its beginning, as a recording, some of it ahead of time", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness, "clip.mp4", -2000);
  assertEquals(client.controls.map(({ kind }) => kind).slice(-2), [
    "streamIsRecorded",
    "streamBegin",
  ]);
  assertEquals(client.statuses, ["Play.Reset", "Play.Start"]);
  assertEquals(client.frames.filter((frame) => frame.startsWith("v")), [
    ...["v0", "v500", "v1000", "v1500", "v2000"],
  ]);
  await harness.clock.run(1000);
  assertEquals(client.frames.at(-1), "a3000");
  const [snapshot] = harness.registry.snapshot();
  assertEquals([snapshot?.name, snapshot?.state], ["media/clip.mp4", "recorded"]);
});

Deno.test("each player of a recording has a position of its own", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  const first = await player(harness);
  await harness.clock.run(3000);
  const second = await player(harness);
  assertEquals([first.frames.at(-1), second.frames.at(0)], ["a5000", "v0"]);
  assertEquals(opened.length, 2);
});

Deno.test("the end is told three ways, and the client may seek back", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness);
  await harness.clock.run(LENGTH_MS);
  assertEquals(client.statuses.slice(-1), ["Play.Stop"]);
  const onPlayStatus = client.media.filter(({ type }) => type === 18).at(-1);
  assert(new TextDecoder().decode(onPlayStatus?.payload).includes("NetStream.Play.Complete"));
  assertEquals(client.controls.at(-1)?.kind, "streamEof");
  await client.call("seek", [0], 1);
  assertEquals(client.frames.slice(-10, -9), ["v0"]);
  assert(!client.isClosed);
});

Deno.test("seek goes to the key picture at or before the position", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness);
  for (const [ms, first] of [[10_000, 10_000], [11_999, 10_000], [-80, 0], [17_999, 16_000]]) {
    const before = client.frames.length;
    await client.call("seek", [ms], 1);
    assertEquals(client.statuses.slice(-2), ["Seek.Notify", "Play.Start"]);
    assertEquals(client.frames[before], `v${first}`);
  }
});

Deno.test("a seek past the end is refused, and what plays goes on", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness);
  await client.call("seek", [LENGTH_MS + 1], 1);
  assertEquals(client.statuses.slice(-1), ["Seek.Failed"]);
  await harness.clock.run(1000);
  assertEquals(client.frames.at(-1), "a3000");
});

Deno.test("a pause stops the media, and what follows is the very next picture", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness);
  await client.call("pause", [true, 0], 1);
  await harness.clock.run(30_000);
  assertEquals([client.frames.at(-1), client.statuses.at(-1)], ["a2000", "Pause.Notify"]);
  const before = client.frames.length;
  await client.call("pause", [false, 0], 1);
  assertEquals([client.frames[before], client.statuses.at(-1)], ["v2500", "Unpause.Notify"]);
});

Deno.test("a seek in a pause stays paused", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness);
  await client.call("pause", [true, 0], 1);
  const before = client.frames.length;
  await client.call("seek", [8000], 1);
  assertEquals(client.frames.length, before);
  await client.call("pause", [false, 0], 1);
  assertEquals(client.frames[before], "v8000");
});

Deno.test("play may name where to begin and for how long", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness, "clip.mp4", 4000, 1500);
  await harness.clock.run(5000);
  assertEquals(client.frames.filter((frame) => frame.startsWith("v")), ["v4000", "v4500", "v5000"]);
  assertEquals(client.statuses.at(-1), "Play.Stop");
});

Deno.test("sound is turned off and on in what plays", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness);
  await client.call("receiveAudio", [false], 1);
  await harness.clock.run(1000);
  assertEquals(client.frames.slice(-2), ["v2500", "v3000"]);
});

Deno.test("mp4:clip is clip.mp4, as rtmpdump asks for it", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness, "mp4:clip");
  assertEquals(client.frames[0], "v0");
});

Deno.test("getStreamLength is in seconds, and 0 for what has none", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  const client = await harness.connected("media");
  const lengths = [];
  for (const key of ["clip.mp4", "none.mp4"]) {
    lengths.push((await client.ask("getStreamLength", [key]))?.args[0]);
  }
  assertEquals(lengths, [20, 0]);
  assertEquals(opened.map(({ isClosed }) => isClosed), [true]);
});

Deno.test("what cannot be read is refused with the reason", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness, "bad.mp4");
  assertEquals(client.statuses, ["Play.Failed"]);
  assertEquals(client.lastDescription, "Cannot read media/bad.mp4: it is damaged");
});

Deno.test("the access policy guards recordings too", async () => {
  const { harness, opened } = await start({
    access: {
      authorize({ name, action, query }) {
        if (query !== "token=1") throw new AccessDeniedError(name, action, "no token");
      },
    },
  });
  await using _ = harness;
  const refused = await player(harness);
  assertEquals(refused.statuses, ["Play.Failed"]);
  const admitted = await player(harness, "clip.mp4?token=1");
  assertEquals([admitted.frames[0], opened.length], ["v0", 1]);
});

Deno.test("a client that leaves or plays something else gives the recording back", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  const client = await player(harness);
  await client.call("play", ["clip.mp4"], 1);
  assertEquals(opened.map(({ isClosed }) => isClosed), [true, false]);
  client.link.close();
  await harness.clock.run(0);
  assertEquals(opened.map(({ isClosed }) => isClosed), [true, true]);
});

Deno.test("the end of the gateway ends players of recordings with a reason", async () => {
  const { harness } = await start();
  await using _ = harness;
  const client = await player(harness);
  harness.registry.close();
  await harness.clock.run(0);
  assertEquals(client.statuses.at(-1), "Play.UnpublishNotify");
  assertExists(harness.logged("closed")[0]);
});

Deno.test("a live stream that is asked for is not looked for among recordings", async () => {
  const { harness, opened } = await start();
  await using _ = harness;
  await player(harness, "clip.mp4", -1000);
  assertEquals(opened.length, 0);
});
