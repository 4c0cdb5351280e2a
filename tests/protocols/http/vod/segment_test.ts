import { assertEquals, assertRejects } from "@std/assert";
import type { SegmentFormat, SegmentWriter } from "../../../../protocols/http/hls/format.ts";
import { makeSegment, MAX_SEGMENT_BYTES } from "../../../../protocols/http/vod/segment.ts";
import { RecordingError } from "../../../../registry/errors.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { FakeRecording } from "../../../registry/fake_recording.ts";
import { AUDIO, AV, delta, key, sound, times, VIDEO } from "../../../registry/units.ts";

/** Keeps what it is given, in place of a container. */
class UnitFormat implements SegmentFormat {
  readonly label = "units";
  readonly mediaType = "video/x-units";
  readonly extension = "units";
  readonly hasInit = false;
  readonly hasParts = false;
  readonly renditions = () => [];
  added: Unit[] = [];
  ending: "take" | "flush" | undefined;

  open(): SegmentWriter {
    const end = (ending: "take" | "flush") => {
      this.ending = ending;
      return undefined;
    };
    return {
      init: undefined,
      add: (unit) => void this.added.push(unit),
      take: () => end("take"),
      flush: () => end("flush"),
    };
  }
}

/** Pictures every 500 ms with a key every 2 s, and sound every 250 ms. */
const UNITS = Array.from({ length: 16 }, (_, at) => {
  const ms = at * 500;
  return [at % 4 === 0 ? key(ms) : delta(ms), sound(ms), sound(ms + 250)];
}).flat();
const CLIP = new FakeRecording(AV, UNITS, 8000);

const WITH_SOUND = { id: "av", tracks: [VIDEO, AUDIO] } as const;

async function make(
  segment: { readonly startMs: number; readonly endMs: number },
  rendition: Parameters<typeof makeSegment>[0]["rendition"] = WITH_SOUND,
  recording = CLIP,
) {
  const format = new UnitFormat();
  await makeSegment({ name: "media/clip.mp4", recording, rendition, format }, segment);
  const of = (track: typeof VIDEO) => times(format.added.filter((unit) => unit.track === track));
  return { video: of(VIDEO), audio: of(AUDIO), ending: format.ending };
}

Deno.test("a segment has the pictures up to the next key, and the first one behind ends it", async () => {
  const { video, audio, ending } = await make({ startMs: 2000, endMs: 4000 });
  assertEquals(video, [2000, 2500, 3000, 3500, 4000]);
  assertEquals(audio, [2000, 2250, 2500, 2750, 3000, 3250, 3500, 3750]);
  assertEquals(ending, "take");
});

Deno.test("the last segment ends with its units", async () => {
  const { video, audio, ending } = await make({ startMs: 6000, endMs: 8000 });
  assertEquals([video.at(-1), audio.at(-1), ending], [7500, 7750, "flush"]);
});

Deno.test("a rendition has its own tracks alone", async () => {
  const { video, audio } = await make({ startMs: 2000, endMs: 4000 }, { id: "a", tracks: [AUDIO] });
  assertEquals([video.length, audio.length], [0, 9]);
});

Deno.test("pictures that are shown before the key picture go with the group that is decoded with them", async () => {
  const leading = { ...delta(4500), pts: key(3900).pts };
  const units = UNITS.flatMap((unit) =>
    times([unit])[0] === 4500 && unit.track === VIDEO ? [leading] : [unit]
  );
  const recording = new FakeRecording(AV, units, 8000);
  const first = await make({ startMs: 2000, endMs: 4000 }, WITH_SOUND, recording);
  assertEquals(first.video, [2000, 2500, 3000, 3500, 4000]);
  const second = await make({ startMs: 4000, endMs: 6000 }, WITH_SOUND, recording);
  assertEquals(second.video, [4000, 4500, 5000, 5500, 6000]);
});

Deno.test("a track that has ended is not waited for to the end of the file", async () => {
  const pictures = Array.from(
    { length: 100 },
    (_, at) => at % 2 === 0 ? key(at * 1000) : delta(at * 1000),
  );
  const recording = new FakeRecording(AV, [sound(0), ...pictures], 100_000);
  let read = 0;
  const readAll = recording.read.bind(recording);
  recording.read = async function* (fromMs) {
    for await (const units of readAll(fromMs)) {
      read++;
      yield units;
    }
  };
  const { video, ending } = await make({ startMs: 2000, endMs: 4000 }, WITH_SOUND, recording);
  assertEquals([video, ending], [[2000, 3000, 4000], "take"]);
  assertEquals(read, 13);
});

Deno.test("a segment that is too large is refused", async () => {
  const huge = new Uint8Array(MAX_SEGMENT_BYTES / 2);
  const units = [0, 1, 2].map((at) => ({ ...(at === 0 ? key(0) : delta(at)), payload: [huge] }));
  const recording = new FakeRecording(AV, units, 1000);
  await assertRejects(
    () => make({ startMs: 0, endMs: 1000 }, WITH_SOUND, recording),
    RecordingError,
    "256 MiB",
  );
});
