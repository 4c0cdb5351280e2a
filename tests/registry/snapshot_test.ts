import { assertEquals } from "@std/assert";
import type { Description } from "../../registry/media/track.ts";
import { must } from "../must.ts";
import { settle } from "../virtual_clock.ts";
import { RegistryBench } from "./bench.ts";
import { AUDIO, delta, key, peer, VIDEO } from "./units.ts";

const CONFIGURED: Description = {
  tracks: [VIDEO, {
    ...AUDIO,
    config: { codec: "aac", audioSpecificConfig: Uint8Array.of(0x12, 0x10) },
  }],
  metadata: { encoder: "test" },
};

Deno.test("a snapshot shows streams by name, with publisher, tracks, rates and readers", async () => {
  const bench = new RegistryBench();
  await bench.read({}, "live/zebra");
  const publisher = await bench.publish("live/cam1", CONFIGURED);
  await bench.clock.run(500);
  const slow = await bench.registry.read(peer("live/cam1", "192.0.2.7:7"));
  publisher.write([key(0, 1000)]);
  await slow.read();
  for (let n = 1; n < 25; n++) publisher.write([delta(n * 40, 1000)]);
  await bench.clock.run(500);
  const [cam, zebra] = bench.registry.snapshot();
  assertEquals(zebra, {
    name: "live/zebra",
    state: "idle",
    tracks: [],
    metadata: {},
    bytes: 0,
    bitrate: 0,
    gop: { items: 0, bytes: 0, ms: 0 },
    readers: must(zebra).readers,
  });
  const { tracks, readers, ...stream } = must(cam);
  const started = Date.UTC(2025, 0, 1);
  assertEquals(stream, {
    name: "live/cam1",
    state: "live",
    publisher: { id: 2, protocol: "test", remote: "192.0.2.1:5000", since: started },
    metadata: { encoder: "test" },
    bytes: 25_000,
    bitrate: 200_000,
    gop: { items: 25, bytes: 25_000, ms: 960 },
  });
  assertEquals(
    tracks.map(({ id, codec, units, unitsPerSecond, bitrate, sampleRate, channels }) => [
      id,
      codec,
      units,
      unitsPerSecond,
      bitrate,
      sampleRate,
      channels,
    ]),
    [
      [1, "h264", 25, 50, 400_000, undefined, undefined],
      [2, "aac", 0, 0, 0, 44_100, 2],
    ],
  );
  assertEquals(readers, [{
    id: 3,
    protocol: "test",
    remote: "192.0.2.7:7",
    since: started + 500,
    units: 1,
    bytes: 1000,
    dropped: 0,
    queued: { items: 24, bytes: 24_000, ms: 920 },
  }]);
});

Deno.test("a snapshot tells a stream whose publisher may return, and why a source failed", async () => {
  const bench = new RegistryBench();
  const publisher = await bench.publish();
  publisher.close({ resumable: true });
  bench.registry.get("live/cam1")?.noteFailure("connection refused");
  const [interrupted] = bench.registry.snapshot();
  assertEquals([interrupted?.state, interrupted?.publisher], ["interrupted", undefined]);
  assertEquals(interrupted?.lastFailure, "connection refused");
  await bench.publish();
  assertEquals(bench.registry.snapshot()[0]?.lastFailure, undefined);
});

Deno.test("a snapshot shows what was noted of a reader, each note once and not without end", async () => {
  const bench = new RegistryBench();
  const { reader } = await bench.read();
  assertEquals(bench.registry.snapshot()[0]?.readers[0]?.notes, undefined);
  for (const note of ["AAC is left out", "B-frames are left out", "AAC is left out"]) {
    reader.note(note);
  }
  assertEquals(bench.registry.snapshot()[0]?.readers[0]?.notes, [
    "AAC is left out",
    "B-frames are left out",
  ]);
  for (let n = 0; n < 100; n++) reader.note(`note ${n}`);
  assertEquals(reader.notes.length, 16);
});

Deno.test("a snapshot is plain data", async () => {
  const bench = new RegistryBench();
  (await bench.publish("live/cam1", CONFIGURED)).write([key(0)]);
  await bench.read();
  await settle();
  const snapshot = bench.registry.snapshot();
  assertEquals(structuredClone(snapshot), snapshot);
  assertEquals(JSON.parse(JSON.stringify(snapshot))[0].readers[0].units, 1);
});
