import { assert, assertEquals } from "@std/assert";
import type { Mp4Track } from "../../../../protocols/_formats/mp4/carriage.ts";
import {
  type Fragment,
  Fragmenter,
  type FragmenterOptions,
} from "../../../../protocols/_formats/mp4/fragmenter.ts";
import { MAX_SAMPLE_SECONDS } from "../../../../protocols/_formats/mp4/sample_queue.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { Random } from "../../../fuzz/fuzz.ts";
import { must } from "../../../must.ts";
import { flvMedia, tracksOf } from "./files.ts";

const [VIDEO, AUDIO] = tracksOf(flvMedia("avc_aac.flv")) as [Mp4Track, Mp4Track];

function unit(track: Mp4Track, dts: number, isKey = true, offset = 0): Unit {
  return { track, dts, pts: dts + offset, isKey, payload: [Uint8Array.of(0x65, 1, 2)] };
}

function fragmenterOf(units: readonly Unit[], options?: FragmenterOptions): Fragmenter {
  const fragmenter = new Fragmenter([VIDEO, AUDIO], options);
  for (const each of units) fragmenter.add(each);
  return fragmenter;
}

/** Start and duration of each track. */
function spans(fragment: Fragment | undefined): readonly (readonly number[])[] {
  return must(fragment).tracks.map(({ track, start, duration }) => [track.id, start, duration]);
}

Deno.test("a unit waits until the next of its track tells its duration", () => {
  const fragmenter = fragmenterOf([unit(VIDEO, 0)]);
  assertEquals(fragmenter.take(), undefined);
  fragmenter.add(unit(VIDEO, 3600, false));
  assertEquals(fragmenter.durationOf(VIDEO.id), 3600);
  assertEquals(spans(fragmenter.take()), [[VIDEO.id, 0, 3600]]);
  assertEquals(fragmenter.take(), undefined);
});

Deno.test("a segment that is taken after its next key picture was added ends before it", () => {
  const fragmenter = fragmenterOf([unit(VIDEO, 0), unit(VIDEO, 3000, false), unit(VIDEO, 6000)]);
  const first = must(fragmenter.take());
  assertEquals([first.isIndependent, spans(first)], [true, [[VIDEO.id, 0, 6000]]]);
  const last = must(fragmenter.flush());
  assertEquals([last.isIndependent, spans(last)], [true, [[VIDEO.id, 6000, 3000]]]);
});

Deno.test("a fragment that begins with another picture, or has none, is not independent", () => {
  const fragmenter = fragmenterOf([unit(VIDEO, 0, false), unit(VIDEO, 3000), unit(AUDIO, 0)]);
  assertEquals(fragmenter.take()?.isIndependent, false);
  fragmenter.add(unit(AUDIO, 1920));
  assertEquals(fragmenter.take()?.isIndependent, false);
  fragmenter.add(unit(VIDEO, 6000, false));
  assertEquals(fragmenter.take()?.isIndependent, true);
});

Deno.test("with several video tracks, the first one tells where players can start", () => {
  const other = { ...VIDEO, id: 9 };
  const fragmenter = new Fragmenter([AUDIO, VIDEO, other]);
  const units = [unit(VIDEO, 0), unit(other, 0, false), unit(VIDEO, 3000), unit(other, 3000)];
  for (const each of units) fragmenter.add(each);
  assertEquals(fragmenter.take()?.isIndependent, true);
});

Deno.test("a fragment of a stream of sound is independent", () => {
  const fragmenter = new Fragmenter([AUDIO]);
  for (const dts of [0, 1920]) fragmenter.add(unit(AUDIO, dts));
  assertEquals(fragmenter.take()?.isIndependent, true);
});

Deno.test("the last unit lasts as long as the one before it, or as is usual", () => {
  assertEquals(spans(fragmenterOf([unit(VIDEO, 0), unit(VIDEO, 1500)]).flush()), [
    [VIDEO.id, 0, 3000],
  ]);
  const alone = spans(fragmenterOf([unit(VIDEO, 0), unit(AUDIO, 0)]).flush());
  assertEquals(alone, [[VIDEO.id, 0, 3600], [AUDIO.id, 0, 1800]]);
});

Deno.test("what lies before the origin is left out, and the origin becomes 0", () => {
  const units = [unit(VIDEO, -9000), unit(VIDEO, -6000), unit(VIDEO, -3000)];
  assertEquals(spans(fragmenterOf(units, { origin: -6000 }).flush()), [[VIDEO.id, 0, 6000]]);
  assertEquals(fragmenterOf(units).flush(), undefined);
});

Deno.test("a step back is decoded with its predecessor", () => {
  const units = [unit(VIDEO, 0), unit(VIDEO, 3000), unit(VIDEO, 2000), unit(VIDEO, 6000)];
  assertEquals(spans(fragmenterOf(units).take()), [[VIDEO.id, 0, 6000]]);
});

Deno.test("a pause is a long sample, and past the limit a gap between two runs", () => {
  const limit = MAX_SAMPLE_SECONDS * VIDEO.timescale;
  const units = [unit(VIDEO, 0), unit(VIDEO, 3000), unit(VIDEO, 3000 + limit)];
  assertEquals(spans(fragmenterOf(units).take()), [[VIDEO.id, 0, 3000 + limit]]);
  const gap = fragmenterOf([...units.slice(0, 2), unit(VIDEO, 3001 + limit)]);
  assertEquals(spans(gap.flush()), [[VIDEO.id, 0, 9000]]);
});

Deno.test("tracks that were not given are passed over", () => {
  const fragmenter = new Fragmenter([VIDEO]);
  for (const dts of [0, 1920]) fragmenter.add(unit(AUDIO, dts));
  assertEquals(fragmenter.flush(), undefined);
});

Deno.test("fragments join to the tick, whatever the times and wherever they are cut", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed);
    const fragmenter = new Fragmenter([VIDEO, AUDIO]);
    const ends = new Map<number, number>();
    let seconds = random.int(3);
    const check = (fragment: Fragment | undefined) => {
      for (const { track, start, duration } of fragment?.tracks ?? []) {
        assertEquals(start, ends.get(track.id) ?? start, `seed ${seed}: joins`);
        ends.set(track.id, start + duration);
      }
    };
    for (let index = 0; index < 100; index++) {
      // Frames of 1024 samples at 44.1 kHz rounded to 90 kHz, jitter, and pauses.
      seconds += random.int(20) === 0 ? random.int(20) / 10 : 1024 / 44_100;
      const jitter = random.int(40);
      const track = random.pick([VIDEO, AUDIO]);
      fragmenter.add(unit(track, Math.round(seconds * track.timescale) + jitter, random.bool()));
      if (random.int(6) === 0) check(fragmenter.take());
    }
    check(fragmenter.flush());
    assert(ends.size > 0);
  }
});
