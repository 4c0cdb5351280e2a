import { assertEquals } from "@std/assert";
import { planSegments } from "../../../../protocols/http/vod/plan.ts";

const everySecond = Array.from({ length: 20 }, (_, at) => at * 1000);

const ROWS = [
  {
    what: "key pictures every second make segments of six",
    keys: everySecond,
    durationMs: 20_000,
    starts: [0, 6000, 12_000, 18_000],
  },
  {
    what: "a segment is as long as its picture group",
    keys: [0, 10_000, 20_000],
    durationMs: 25_000,
    starts: [0, 10_000, 20_000],
  },
  {
    what: "a segment begins no earlier than six seconds after another",
    keys: [0, 5_990, 6_010, 11_990, 12_020],
    durationMs: 15_000,
    starts: [0, 6_010, 12_020],
  },
  { what: "one key picture makes one segment", keys: [0], durationMs: 100, starts: [0] },
  {
    what: "sound before the first picture belongs to the first segment",
    keys: [80, 8_080],
    durationMs: 10_000,
    starts: [0, 8_080],
  },
  { what: "a key picture at the end makes none", keys: [0, 7000], durationMs: 7000, starts: [0] },
  { what: "nothing makes none", keys: [], durationMs: 0, starts: [] },
] as const;

for (const { what, keys, durationMs, starts } of ROWS) {
  Deno.test(`planSegments: ${what}`, () => {
    const segments = planSegments(keys, durationMs);
    assertEquals(segments.map(({ startMs }) => startMs), [...starts]);
    const ends = segments.map(({ endMs }) => endMs);
    assertEquals(ends, [...starts.slice(1), ...(starts.length > 0 ? [durationMs] : [])]);
  });
}
