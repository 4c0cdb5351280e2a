import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Track } from "../../registry/media/track.ts";
import type { Unit } from "../../registry/media/unit.ts";
import { Timeline } from "../../registry/timeline.ts";
import { must } from "../must.ts";
import { AUDIO, DATA, delta, key, sound, times, unit, VIDEO } from "./units.ts";

const HOUR = 3_600_000;

/** Milliseconds at which a timeline puts units. */
function place(timeline: Timeline, ...units: readonly Unit[]): readonly number[] {
  return times(units.map((one) => timeline.place(one)));
}

Deno.test("times are left alone while nothing is wrong with them", () => {
  const timeline = new Timeline();
  for (const one of [key(5000), sound(4990), delta(5040), sound(5011), delta(14_000)]) {
    assertStrictEquals(timeline.place(one), one);
  }
});

Deno.test("a short step back of a track is held, and its presentation moves with it", () => {
  const timeline = new Timeline();
  timeline.place(key(1000));
  const { dts, pts } = timeline.place({ ...delta(900), pts: 900 * 90 + 40 * 90 });
  assertEquals([dts, pts], [90_000, 90_000 + 40 * 90]);
});

Deno.test("a jump of more than ten seconds in either direction leaves no gap", () => {
  for (const jump of [HOUR, -HOUR]) {
    const timeline = new Timeline();
    assertEquals(
      place(timeline, key(2 * HOUR), delta(2 * HOUR + 40), delta(2 * HOUR + jump)),
      [2 * HOUR, 2 * HOUR + 40, 2 * HOUR + 80],
    );
    assertEquals(place(timeline, delta(2 * HOUR + jump + 40)), [2 * HOUR + 120]);
  }
});

Deno.test("a step back of more than half a second is a jump too", () => {
  const timeline = new Timeline();
  assertEquals(place(timeline, key(0), delta(40), delta(3000), delta(2000), delta(2040)), [
    0,
    40,
    3000,
    3040,
    3080,
  ]);
});

Deno.test("a gap of some seconds stays a gap", () => {
  assertEquals(place(new Timeline(), key(0), delta(9000)), [0, 9000]);
});

Deno.test("tracks that jump together stay in sync, whichever jumps first", () => {
  for (const jump of [HOUR, -HOUR]) {
    for (const audioFirst of [true, false]) {
      const timeline = new Timeline();
      place(timeline, key(2 * HOUR), sound(2 * HOUR), delta(2 * HOUR + 40), sound(2 * HOUR + 40));
      const after = 2 * HOUR + 80 + jump;
      const pair = audioFirst ? [sound(after), delta(after)] : [delta(after), sound(after)];
      const [first, second] = place(timeline, ...pair);
      assertEquals(first, second);
      const [picture, audio] = place(timeline, delta(after + 400), sound(after + 410));
      assertEquals(must(audio) - must(picture), 10);
    }
  }
});

Deno.test("two jumps in a row leave the tracks in sync", () => {
  const timeline = new Timeline();
  let now = 0;
  for (const jump of [0, HOUR, -2 * HOUR, 20_000]) {
    now += jump;
    for (let n = 0; n < 5; n++) {
      const [picture, audio] = place(timeline, delta(now), sound(now));
      assertEquals(picture, audio);
      now += 40;
    }
  }
});

Deno.test("a data track with units far apart follows the media", () => {
  const timeline = new Timeline();
  place(timeline, unit(DATA, 0));
  for (let ms = 0; ms <= 60_000; ms += 1000) timeline.place(key(ms));
  const late = unit(DATA, 60_010);
  assertStrictEquals(timeline.place(late), late);
});

Deno.test("data that is always at zero moves no media", () => {
  const timeline = new Timeline();
  for (let ms = 0; ms <= 60_000; ms += 1000) {
    assertEquals(place(timeline, key(ms)), [ms]);
    timeline.place(unit(DATA, 0));
  }
  assertEquals(place(timeline, sound(60_020)), [60_020]);
});

Deno.test("a publisher that returns goes on where the last one stopped", () => {
  for (const start of [0, 5 * HOUR]) {
    const timeline = new Timeline();
    place(timeline, key(1000), sound(1010), delta(1040), sound(1031));
    timeline.restart();
    const [picture, audio, next] = place(timeline, key(start), sound(start), delta(start + 40));
    assertEquals([picture, next], [1080, 1120]);
    assertEquals(audio, picture);
  }
});

Deno.test("a restart before the first unit changes nothing", () => {
  const timeline = new Timeline();
  timeline.restart();
  assertEquals(place(timeline, key(5000)), [5000]);
});

Deno.test("a track whose timescale changes goes on in its new one", () => {
  const timeline = new Timeline();
  place(timeline, unit({ ...AUDIO, timescale: 48_000 }, 1000));
  const other: Track = { ...AUDIO, timescale: 44_100 };
  assertEquals(timeline.place(unit(other, 1020)).dts, 44_982);
  assertEquals(timeline.place(unit(other, 1010)).dts, 44_982);
});

Deno.test("decoding times never decrease in a track and never leap, whatever a sender does", () => {
  for (let seed = 1; seed <= 300; seed++) check(seededSender(seed), seed);
});

function check(units: Iterable<Unit>, seed: number): void {
  const timeline = new Timeline();
  const last = new Map<number, number>();
  let head: number | undefined;
  for (const one of units) {
    const { dts, pts, track } = timeline.place(one);
    const seconds = dts / track.timescale;
    assert(Number.isSafeInteger(dts) && Number.isSafeInteger(pts), `seed ${seed}: ${dts} ${pts}`);
    assert(
      dts >= (last.get(track.id) ?? -Infinity),
      `seed ${seed}: track ${track.id} stepped back`,
    );
    assert(Math.abs(seconds - (head ?? seconds)) <= 10.001, `seed ${seed}: leapt to ${seconds}`);
    assertEquals(pts - dts, one.pts - one.dts);
    last.set(track.id, dts);
    head = Math.max(head ?? seconds, seconds);
  }
}

/** Units at regular times, with jumps, jitter, restarts of the sender's clock and reordering. */
function* seededSender(seed: number): Iterable<Unit> {
  let state = seed;
  const random = () => (state = Math.imul(state, 48_271) >>> 0) / 2 ** 32;
  let clock = random() * HOUR;
  for (let n = 0; n < 400; n++) {
    const dice = random();
    if (dice < 0.01) clock = random() * 2 ** 32;
    else if (dice < 0.02) clock = 0;
    else if (dice < 0.05) clock += (random() - 0.5) * 30_000;
    clock += 20;
    const jitter = (random() - 0.5) * 100;
    const track = [VIDEO, AUDIO, DATA][Math.floor(random() * 3)] ?? VIDEO;
    yield { ...unit(track, clock + jitter), ...cts(track, clock + jitter, random()) };
  }
}

function cts(track: Track, ms: number, fraction: number): Pick<Unit, "pts" | "dts"> {
  const dts = Math.round(ms * track.timescale / 1000);
  return { dts, pts: dts + Math.round(fraction * track.timescale / 10) };
}
