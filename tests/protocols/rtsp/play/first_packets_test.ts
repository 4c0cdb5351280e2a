import { assertEquals } from "@std/assert";
import { beginningOf } from "../../../../protocols/rtsp/play/first_packets.ts";
import { RtpPackaging } from "../../../../protocols/rtsp/play/packaging.ts";
import type { PlayedTrack } from "../../../../protocols/rtsp/play/playing.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { must } from "../../../must.ts";
import { VirtualClock } from "../../../virtual_clock.ts";
import { AUDIO, AV, picture, sound, VIDEO } from "../harness.ts";

/** Packets of units, and the tracks of a client that has set both of them up. */
function packaged(units: readonly Unit[]) {
  const packager = new RtpPackaging(new VirtualClock()).open();
  const described = packager.package({
    type: "media",
    units: [picture(0), sound(0)],
    bytes: 0,
    description: AV,
  });
  const transport = { lower: "tcp", channels: { rtp: 0, rtcp: 1 } } as const;
  const tracks = new Map<number, PlayedTrack>(
    described.map(({ trackId, format }) => [trackId, { transport, format }]),
  );
  return {
    items: packager.package({ type: "media", units, bytes: 0, description: AV }),
    tracks,
    timelines: must(described[0]).timelines,
  };
}

Deno.test("all tracks begin at the instant at which the first of them does", () => {
  const { items, tracks, timelines } = packaged([picture(140), sound(100), sound(120)]);
  const { instantMs, first } = must(beginningOf(items, tracks));
  assertEquals(instantMs, 100);
  const ticks = first.map(({ trackId, timestamp }) =>
    (timestamp - must(timelines.get(trackId)).firstTimestamp) | 0
  );
  assertEquals(ticks, [100 * 90, 100 * 8]);
  assertEquals(first.map(({ sequence }) => sequence), [items[0]?.sequence, items[1]?.sequence]);
});

Deno.test("a track without packets has the next number, where that is known", () => {
  const { items, tracks } = packaged([picture(140)]);
  const sequences = (next?: (trackId: number) => number | undefined) =>
    must(beginningOf(items, tracks, next)).first.map(({ sequence }) => sequence);
  assertEquals(sequences(), [items[0]?.sequence, undefined]);
  assertEquals(sequences((id) => id === AUDIO.id ? 7 : 0), [items[0]?.sequence, 7]);
});

Deno.test("without packets of its tracks there is no beginning", () => {
  const { items, tracks } = packaged([sound(100)]);
  const video = new Map([[VIDEO.id, must(tracks.get(VIDEO.id))]]);
  assertEquals(beginningOf(items, video), undefined);
});
