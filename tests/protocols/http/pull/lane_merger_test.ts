import { assertEquals } from "@std/assert";
import type { Demuxer, DemuxEvent } from "../../../../protocols/_formats/demux/events.ts";
import { LaneMerger } from "../../../../protocols/http/pull/lane_merger.ts";
import type { Track } from "../../../../registry/media/track.ts";
import { AUDIO, VIDEO } from "../harness.ts";

function described(...tracks: readonly Track[]): DemuxEvent {
  return { type: "description", description: { tracks, metadata: {} } };
}

function unit(track: Track, ms: number): DemuxEvent {
  return { type: "unit", unit: { track, pts: ms, dts: ms, isKey: true, payload: [] } };
}

/** What a reader would see: descriptions as ids of tracks, units as id and time. */
function summary(events: readonly DemuxEvent[]): unknown[] {
  return events.map((event) => {
    if (event.type === "description") return event.description.tracks.map(({ id }) => id);
    return event.type === "unit" ? `${event.unit.track.id}@${event.unit.dts}` : event.reason;
  });
}

/** A demuxer that holds `held` back until it is asked. */
function holding(...held: DemuxEvent[]): Demuxer {
  return {
    get isHolding() {
      return held.length > 0;
    },
    push: () => [],
    flush: () => held.splice(0),
  };
}

const SOUND = { ...AUDIO, id: 1 };

Deno.test("one lane alone is as it came", () => {
  const merger = new LaneMerger();
  const lane = merger.open();
  const events = [described(VIDEO, AUDIO), unit(VIDEO, 0), unit(AUDIO, 5)];
  assertEquals(summary(lane.merge(events)), [[1, 2], "1@0", "2@5"]);
  assertEquals(summary(lane.merge([unit(VIDEO, 40)])), ["1@40"]);
});

Deno.test("two lanes have one description, once both have told their tracks", () => {
  const merger = new LaneMerger();
  const [video, audio] = [merger.open(), merger.open()];
  assertEquals(summary(video.merge([described(VIDEO), unit(VIDEO, 0)])), []);
  assertEquals(merger.isHolding, true);
  const events = audio.merge([described(SOUND), unit(SOUND, 5)]);
  assertEquals(summary(events), [[1, 65_537], "1@0", "65537@5"]);
  assertEquals(merger.isHolding, false);
  assertEquals(summary(audio.merge([unit(SOUND, 28)])), ["65537@28"]);
});

Deno.test("a lane that changes keeps the tracks of the other", () => {
  const merger = new LaneMerger();
  const [video, audio] = [merger.open(), merger.open()];
  video.merge([described(VIDEO)]);
  audio.merge([described(SOUND)]);
  const changed = { ...SOUND, id: 7 };
  assertEquals(summary(audio.merge([described(changed), unit(changed, 9)])), [
    [1, 65_543],
    "65543@9",
  ]);
});

Deno.test("a lane that is late does not hold the other one back for ever", () => {
  const merger = new LaneMerger();
  const [video, audio] = [merger.open(), merger.open()];
  audio.use(holding(unit(SOUND, 0)));
  video.merge([described(VIDEO), unit(VIDEO, 0)]);
  assertEquals(summary(merger.flush()), [[1], "1@0", "65537@0"]);
});

Deno.test("the end gives the last of every lane", () => {
  const merger = new LaneMerger();
  const lane = merger.open();
  lane.merge([described(VIDEO)]);
  const last = [unit(VIDEO, 80)];
  lane.use({ isHolding: false, push: () => [], flush: () => last.splice(0) });
  assertEquals(summary(merger.flush()), ["1@80"]);
});
