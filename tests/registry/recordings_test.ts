import { assert, assertEquals, assertExists, assertRejects } from "@std/assert";
import { AccessDeniedError, RecordingError, RegistryClosedError } from "../../registry/errors.ts";
import { RegistryBench } from "./bench.ts";
import { FakeRecording } from "./fake_recording.ts";
import { AV, key, peer } from "./units.ts";

const NAME = "media/clip.mp4";

function start(options: ConstructorParameters<typeof RegistryBench>[0] = {}) {
  const bench = new RegistryBench(options);
  const recordings: FakeRecording[] = [];
  const remove = bench.registry.addRecordings("media", (name) => {
    if (name !== NAME) return Promise.resolve(undefined);
    const recording = new FakeRecording(AV, [key(0), key(1000)], 2000);
    recordings.push(recording);
    return Promise.resolve(recording);
  });
  return { bench, recordings, remove };
}

Deno.test("a name without recording gives none, and whoever asks may read it live", async () => {
  const { bench } = start();
  assertEquals(await bench.registry.openRecording(peer("live/cam1")), undefined);
  assertEquals(bench.events, []);
});

Deno.test("each reader of a recording has its own, and is seen until it closes", async () => {
  const { bench, recordings } = start();
  const { registry } = bench;
  const first = await registry.openRecording(peer(NAME));
  const second = await registry.openRecording(peer(NAME));
  assertExists(first);
  assertExists(second);
  first.count(1, 10);
  const [snapshot] = registry.snapshot();
  assertEquals([snapshot?.name, snapshot?.state], [NAME, "recorded"]);
  assertEquals(snapshot?.tracks.map(({ codec }) => codec), AV.tracks.map(({ codec }) => codec));
  assertEquals(snapshot?.readers.map(({ units, bytes }) => [units, bytes]), [[1, 10], [0, 0]]);
  first.close();
  first.close();
  second.close();
  assertEquals(recordings.map(({ isClosed }) => isClosed), [true, true]);
  assertEquals(bench.eventTypes, ["read", "read", "unread", "unread"]);
  assertEquals(registry.snapshot(), []);
});

Deno.test("a recording that is no longer offered cannot be opened", async () => {
  const { bench, remove } = start();
  remove();
  assertEquals(await bench.registry.openRecording(peer(NAME)), undefined);
});

Deno.test("the access policy is asked before anything is opened", async () => {
  const { bench, recordings } = start({
    access: {
      authorize({ name, action }) {
        throw new AccessDeniedError(name, action, "not you");
      },
    },
  });
  await assertRejects(() => bench.registry.openRecording(peer(NAME)), AccessDeniedError, "not you");
  assertEquals(recordings.length, 0);
  assertEquals(bench.eventTypes, ["refused"]);
});

Deno.test("of names that cannot have a recording, the access policy is not asked", async () => {
  const asked: string[] = [];
  const { bench } = start({ access: { authorize: ({ name }) => void asked.push(name) } });
  assertEquals(await bench.registry.openRecording(peer("live/cam1")), undefined);
  assertEquals(await bench.registry.openRecording(peer("media/none")), undefined);
  assertEquals(asked, ["media/none"]);
});

Deno.test("what cannot be read is refused with the reason", async () => {
  const { bench } = start();
  bench.registry.addRecordings(
    "rec",
    (name) => Promise.reject(new RecordingError(name, "it is empty")),
  );
  await assertRejects(() => bench.registry.openRecording(peer("rec/x")), RecordingError, "empty");
  assertEquals(bench.eventTypes, ["refused"]);
});

Deno.test("closing the registry ends readers of recordings", async () => {
  const { bench, recordings } = start();
  const reader = await bench.registry.openRecording(peer(NAME));
  bench.registry.close();
  assert(reader?.signal.reason instanceof RegistryClosedError);
  assertEquals(recordings.map(({ isClosed }) => isClosed), [true]);
  await assertRejects(() => bench.registry.openRecording(peer(NAME)), RegistryClosedError);
});
