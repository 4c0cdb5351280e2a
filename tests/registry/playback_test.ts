import { assert, assertEquals, assertRejects } from "@std/assert";
import { RecordingError, RegistryClosedError } from "../../registry/errors.ts";
import type { Description } from "../../registry/media/track.ts";
import type { Unit } from "../../registry/media/unit.ts";
import { Playback, type PlaybackOptions } from "../../registry/playback.ts";
import type { Recording } from "../../registry/recording.ts";
import { settle } from "../virtual_clock.ts";
import { RegistryBench } from "./bench.ts";
import { FakeRecording } from "./fake_recording.ts";
import { AUDIO, AV, delta, key, peer, sound, times, VIDEO } from "./units.ts";

const LENGTH_MS = 10_000;

/** A picture every 100 ms, one in ten of them a key, and sound with each. */
const UNITS = Array.from({ length: LENGTH_MS / 100 }, (_, at) => {
  const picture = at % 10 === 0 ? key(at * 100) : delta(at * 100);
  return [picture, sound(at * 100)];
}).flat();

const CLIP = new FakeRecording(AV, UNITS, LENGTH_MS);

/** A playback that is read all the time, and what it gave. */
async function play(
  options: Omit<PlaybackOptions, "clock">,
  recording: Recording = CLIP,
) {
  const bench = new RegistryBench();
  bench.registry.addRecordings("media", () => Promise.resolve(recording));
  const reader = await bench.registry.openRecording(peer("media/clip.mp4"));
  assert(reader !== undefined);
  const playback = new Playback(reader, { clock: bench.clock, ...options });
  const units: Unit[] = [];
  const endings: number[] = [];
  const run = async () => {
    for (let batch; (batch = await playback.read()) !== undefined;) {
      if (batch.type === "end") endings.push(bench.clock.now());
      else units.push(...batch.units);
    }
  };
  const done = run();
  done.catch(() => {});
  await settle();
  const pictures = () => times(units.filter(({ track }) => track === VIDEO));
  return { ...bench, bench, clock: bench.clock, reader, playback, units, pictures, endings, done };
}

Deno.test("units come when they are due", async () => {
  const { clock, pictures, endings, done, units } = await play({ fromMs: 0 });
  assertEquals(pictures(), [0]);
  await clock.run(250);
  assertEquals(pictures(), [0, 100, 200]);
  assertEquals(units.length, 6);
  await clock.run(LENGTH_MS);
  assertEquals(pictures().length, LENGTH_MS / 100);
  await done;
  assertEquals(endings.length, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("it begins with the key unit at or before the position", async () => {
  for (const [fromMs, first] of [[0, 0], [999, 0], [1000, 1000], [5432, 5000], [99_999, 9000]]) {
    const { pictures, playback } = await play({ fromMs: fromMs ?? 0 });
    assertEquals(pictures()[0], first);
    playback.close();
  }
});

Deno.test("what is sent ahead of time comes at once, the rest keeps the distance", async () => {
  const { clock, pictures } = await play({ fromMs: 0, leadMs: 1500 });
  assertEquals(pictures().at(-1), 1500);
  await clock.run(1000);
  assertEquals(pictures().at(-1), 2500);
});

Deno.test("it ends where it was told to", async () => {
  const { clock, pictures, endings } = await play({ fromMs: 2000, untilMs: 2500 });
  await clock.run(1000);
  assertEquals(pictures(), [2000, 2100, 2200, 2300, 2400]);
  assertEquals(endings.length, 1);
});

Deno.test("of key units alone, none is read beyond the one that ends it", async () => {
  const read: number[] = [];
  const recording = new FakeRecording(AV, UNITS, LENGTH_MS);
  const readKeys = recording.readKeys.bind(recording);
  recording.readKeys = async function* (fromMs, direction) {
    for await (const unit of readKeys(fromMs, direction)) {
      read.push(...times([unit]));
      yield unit;
    }
  };
  const back = await play({ fromMs: 5000, untilMs: 3000, scale: -10 }, recording);
  await back.clock.run(1000);
  assertEquals([back.pictures().length, back.endings.length], [2, 1]);
  const on = await play({ fromMs: 1000, untilMs: 3000, scale: 10 }, recording);
  await on.clock.run(1000);
  assertEquals([on.pictures().length, on.endings.length], [2, 1]);
  assertEquals(read, [5000, 4000, 3000, 1000, 2000, 3000]);
});

Deno.test("speed sends faster and changes no times", async () => {
  const { clock, pictures } = await play({ fromMs: 0, speed: 4 });
  await clock.run(500);
  assertEquals(pictures().at(-1), 2000);
});

Deno.test("twice as fast, every unit comes in half the time", async () => {
  const { clock, pictures, playback, units } = await play({ fromMs: 1000, scale: 2 });
  await clock.run(500);
  assertEquals(pictures(), [1000, 1050, 1100, 1150, 1200, 1250, 1300, 1350, 1400, 1450, 1500]);
  assert(units.some(({ track }) => track === AUDIO));
  assertEquals(playback.positionMs, 2100);
});

Deno.test("faster than that, key units come alone", async () => {
  const { clock, pictures, units } = await play({ fromMs: 1000, scale: 10 });
  await clock.run(1000);
  assertEquals(pictures(), [1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800]);
  assert(units.every(({ isKey, track }) => isKey && track === VIDEO));
});

Deno.test("backwards, key units come from the position to the beginning", async () => {
  const { clock, pictures, endings } = await play({ fromMs: 3500, scale: -1 });
  await clock.run(2000);
  assertEquals(pictures(), [3000, 4000, 5000]);
  await clock.run(2000);
  assertEquals([pictures().length, endings.length], [4, 1]);
});

Deno.test("sound alone is given whole at any scale", async () => {
  const description: Description = { tracks: [AUDIO], metadata: {} };
  const recording = new FakeRecording(
    description,
    UNITS.filter(({ track }) => track === AUDIO),
    10,
  );
  const { clock, units } = await play({ fromMs: 0, scale: 4 }, recording);
  await clock.run(1000);
  assertEquals(units.length, 41);
});

Deno.test("a pause holds the place, and what follows goes on with the very next unit", async () => {
  const { clock, pictures, playback } = await play({ fromMs: 0 });
  await clock.run(1250);
  playback.pause();
  await clock.run(60_000);
  assertEquals(pictures().at(-1), 1200);
  assertEquals(playback.positionMs, 1300);
  playback.resume();
  await settle();
  assertEquals(pictures().at(-1), 1300);
  await clock.run(300);
  assertEquals(pictures().slice(-4), [1300, 1400, 1500, 1600]);
});

Deno.test("whoever was slow gets the rest at its pace, not in a rush", async () => {
  const bench = new RegistryBench();
  bench.registry.addRecordings("media", () => Promise.resolve(CLIP));
  const reader = await bench.registry.openRecording(peer("media/clip.mp4"));
  assert(reader !== undefined);
  const playback = new Playback(reader, { clock: bench.clock, fromMs: 0 });
  await playback.read();
  bench.clock.advance(5000);
  const batch = await playback.read();
  assertEquals(batch?.type === "media" && times(batch.units), [0]);
  playback.close();
});

Deno.test("closing ends a wait, and the reader may play again from elsewhere", async () => {
  const { bench, reader, playback, done } = await play({ fromMs: 0 });
  playback.close();
  await done;
  assertEquals(bench.clock.pending, 0);
  const again = new Playback(reader, { clock: bench.clock, fromMs: 4000 });
  const batch = await again.read();
  assertEquals(batch?.type === "media" && times(batch.units), [4000]);
  again.close();
});

Deno.test("the end of the registry ends a wait with its reason", async () => {
  const { bench, done } = await play({ fromMs: 0 });
  bench.registry.close();
  await assertRejects(() => done, RegistryClosedError);
});

Deno.test("what is damaged ends it after all that could be read", async () => {
  const broken = new FakeRecording(AV, UNITS, LENGTH_MS);
  const read = broken.read.bind(broken);
  broken.read = async function* (fromMs) {
    for await (const units of read(fromMs)) {
      if (times(units)[0] === 200) throw new RecordingError("media/clip.mp4", "it is cut off");
      yield units;
    }
  };
  const { clock, pictures, done } = await play({ fromMs: 0 }, broken);
  await clock.run(1000);
  await assertRejects(() => done, RecordingError, "cut off");
  assertEquals(pictures(), [0, 100]);
});
