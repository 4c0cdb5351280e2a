import { assertEquals } from "@std/assert";
import { parsePlayRange } from "../../../protocols/rtmp/play_range.ts";

const ALL = { isLiveOnly: false, startMs: 0, durationMs: Infinity };

const ROWS = [
  { sent: [undefined, undefined], by: "nothing", range: ALL },
  { sent: [-2000, undefined], by: "FFmpeg", range: ALL },
  { sent: [-2, -1], by: "the specification's defaults", range: ALL },
  { sent: [-1000, undefined], by: "rtmpdump --live", range: { ...ALL, isLiveOnly: true } },
  { sent: [-1, -1], by: "the specification's live", range: { ...ALL, isLiveOnly: true } },
  { sent: [5000, 2000], by: "a range", range: { ...ALL, startMs: 5000, durationMs: 2000 } },
  { sent: [0, -1000], by: "a recording from its start", range: ALL },
  { sent: [NaN, Infinity], by: "no numbers", range: ALL },
  { sent: ["5", null], by: "other types", range: ALL },
] as const;

for (const { sent: [start, duration], by, range } of ROWS) {
  Deno.test(`play ${start} ${duration}: ${by}`, () => {
    assertEquals(parsePlayRange(start, duration), range);
  });
}
