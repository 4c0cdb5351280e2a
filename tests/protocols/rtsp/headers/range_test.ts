import { assertEquals, assertThrows } from "@std/assert";
import { RtspHeaderError } from "../../../../protocols/rtsp/errors.ts";
import { parseRange, type Range, writeRange } from "../../../../protocols/rtsp/headers/range.ts";

const ROWS: readonly (readonly [string, Range, string])[] = [
  ["npt=0.000-", { type: "npt", start: 0 }, "npt=0-"],
  ["npt=now-", { type: "npt", start: "now" }, "npt=now-"],
  ["NPT = NOW -", { type: "npt", start: "now" }, "npt=now-"],
  ["npt=now-20", { type: "npt", start: "now", end: 20_000 }, "npt=now-20"],
  ["npt=1.5-2.0625", { type: "npt", start: 1500, end: 2062 }, "npt=1.500-2.062"],
  ["npt=-30", { type: "npt", end: 30_000 }, "npt=-30"],
  ["npt=1:02:03.25-", { type: "npt", start: 3_723_250 }, "npt=3723.250-"],
  ["npt=0.-", { type: "npt", start: 0 }, "npt=0-"],
  ["npt=0", { type: "npt", start: 0 }, "npt=0-"],
  ["npt=0.-130-", { type: "npt", start: 0 }, "npt=0-"],
  ["npt=-1.-500-20.000", { type: "npt", start: 0, end: 20_000 }, "npt=0-20"],
  ["npt=0-;time=19970123T143720Z", { type: "npt", start: 0 }, "npt=0-"],
  [
    "clock=20260101T100000Z-",
    { type: "clock", start: Date.UTC(2026, 0, 1, 10) },
    "clock=20260101T100000Z-",
  ],
  [
    "clock=20260101T100000.25Z-20260101T110000Z",
    { type: "clock", start: Date.UTC(2026, 0, 1, 10, 0, 0, 250), end: Date.UTC(2026, 0, 1, 11) },
    "clock=20260101T100000.250Z-20260101T110000Z",
  ],
  [
    "smpte=10:12:33:20-",
    { type: "smpte", unit: "smpte", start: "10:12:33:20" },
    "smpte=10:12:33:20-",
  ],
  [
    "smpte-25=10:07:00-10:07:33:05.01",
    { type: "smpte", unit: "smpte-25", start: "10:07:00", end: "10:07:33:05.01" },
    "smpte-25=10:07:00-10:07:33:05.01",
  ],
];

for (const [wire, value, wireOut] of ROWS) {
  Deno.test(`Range ${wire}`, () => {
    assertEquals(parseRange(wire), value);
    assertEquals(writeRange(value), wireOut);
    assertEquals(parseRange(wireOut), value);
  });
}

const BAD: readonly (readonly [string, string])[] = [
  ["", 'the unit is ""'],
  ["bytes=0-1", 'the unit is "bytes"'],
  ["npt", 'the unit is ""'],
  ["npt=", "it has no time"],
  ["npt=-", "it has no time"],
  ["npt=x-", '"x" is no time'],
  ["npt=1-2-3", '"2-3" is no time'],
  ["npt=1:60:00-", '"1:60:00" is no time'],
  ["clock=-", '"" is no time'],
  ["clock=20261301T100000Z-", '"20261301T100000Z" is no time'],
  ["smpte=1-", '"1" is no time'],
  ["smpte-24=10:00:00-", 'the unit is "smpte-24"'],
];

for (const [wire, reason] of BAD) {
  Deno.test(`Range ${JSON.stringify(wire)} is refused`, () => {
    const error = assertThrows(() => parseRange(wire), RtspHeaderError);
    assertEquals(error.message, `Cannot parse Range header: ${reason}`);
  });
}

Deno.test("a time between two milliseconds is written to the microsecond", () => {
  const written = (start: number) => writeRange({ type: "npt", start });
  assertEquals(
    [1066 + 2 / 3, 2000.0000001, 0.5, 1e9].map(written),
    ["npt=1.066667-", "npt=2-", "npt=0.000500-", "npt=1000000-"],
  );
});
