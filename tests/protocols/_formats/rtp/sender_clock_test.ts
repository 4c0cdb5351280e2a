// RTP timestamps and sender reports of what goes out, and absolute time through the gateway.
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ntpToUtc } from "../../../../protocols/_formats/rtp/ntp.ts";
import { ReceiverClock } from "../../../../protocols/_formats/rtp/receiver_clock.ts";
import { SenderClock, type SentTrack } from "../../../../protocols/_formats/rtp/sender_clock.ts";

const NOW = Date.UTC(2026, 0, 1);
const VIDEO: SentTrack = { timescale: 1000, clockRate: 90_000, firstTimestamp: 0xffffff00 };
const AUDIO: SentTrack = { timescale: 48_000, clockRate: 48_000, firstTimestamp: 5 };

/** UTC of presentation time 0, as a receiver of the report computes it. */
function originOf(clock: SenderClock, index: number, track: SentTrack, utcMs: number): number {
  const report = clock.report(index, utcMs);
  assert(report !== undefined);
  const ticks = (report.rtpTimestamp - track.firstTimestamp) | 0;
  return ntpToUtc(report.ntp, utcMs) - ticks / track.clockRate * 1000;
}

Deno.test("SenderClock: timestamps are rescaled, shifted and wrapped", () => {
  const clock = new SenderClock([VIDEO, AUDIO]);
  assertEquals(clock.timestamp(0, 0), 0xffffff00);
  assertEquals(clock.timestamp(0, 10), 900 - 256);
  assertEquals(clock.timestamp(1, -6), 0xffffffff);
  assertThrows(() => clock.timestamp(2, 0), RangeError, "there is no track 2");
});

Deno.test("SenderClock: reports name the same origin for all tracks, and the instant of sending", () => {
  const clock = new SenderClock([VIDEO, AUDIO]);
  assertEquals(clock.report(0, NOW), undefined);
  clock.sent(0, { pts: 1000 }, NOW);
  clock.sent(1, { pts: 1020 * 48 }, NOW + 30);
  assertAlmostEquals(originOf(clock, 0, VIDEO, NOW + 500), NOW - 1000, 0.01);
  assertAlmostEquals(originOf(clock, 1, AUDIO, NOW + 700), NOW - 1000, 0.01);
  const report = clock.report(0, NOW + 500);
  assertEquals(report?.rtpTimestamp, (0xffffff00 + 1490 * 90) % 2 ** 32);
});

Deno.test("SenderClock: a GOP cache that is sent at once does not make the stream late", () => {
  const clock = new SenderClock([VIDEO]);
  for (let pts = 0; pts <= 4000; pts += 40) clock.sent(0, { pts }, NOW);
  assertAlmostEquals(originOf(clock, 0, VIDEO, NOW), NOW - 4000, 2000);
});

Deno.test("SenderClock: jitter leaves the origin alone, a jump of the stream does not", () => {
  const clock = new SenderClock([VIDEO]);
  clock.sent(0, { pts: 0 }, NOW);
  clock.sent(0, { pts: 40 }, NOW + 3000);
  assertAlmostEquals(originOf(clock, 0, VIDEO, NOW + 3000), NOW, 0.01);
  clock.sent(0, { pts: 80 }, NOW + 60_000);
  assertAlmostEquals(originOf(clock, 0, VIDEO, NOW + 60_000), NOW + 59_920, 0.01);
});

Deno.test("SenderClock: the publisher's wall clock wins, and holds for tracks without", () => {
  const clock = new SenderClock([VIDEO, AUDIO]);
  const source = NOW - 3_600_000;
  clock.sent(1, { pts: 0 }, NOW);
  clock.sent(0, { pts: 0, wallClock: source }, NOW);
  clock.sent(1, { pts: 960 }, NOW + 20);
  clock.sent(0, { pts: 40, wallClock: source + 44 }, NOW + 40);
  assertAlmostEquals(originOf(clock, 0, VIDEO, NOW + 50), source, 0.01);
  assertAlmostEquals(originOf(clock, 1, AUDIO, NOW + 50), source, 0.01);
  clock.sent(0, { pts: 80, wallClock: source + 100 }, NOW + 80);
  assertAlmostEquals(originOf(clock, 1, AUDIO, NOW + 90), source + 20, 0.01);
});

Deno.test("SenderClock: wall clocks of tracks that differ do not move it to and fro", () => {
  const clock = new SenderClock([VIDEO, AUDIO]);
  clock.sent(1, { pts: 0, wallClock: NOW }, NOW);
  clock.sent(0, { pts: 0, wallClock: NOW + 120 }, NOW);
  assertAlmostEquals(originOf(clock, 0, VIDEO, NOW + 10), NOW, 0.01);
  clock.sent(0, { pts: 11_000, wallClock: NOW + 11_120 }, NOW + 11_000);
  assertAlmostEquals(originOf(clock, 0, VIDEO, NOW + 11_000), NOW + 120, 0.01);
});

Deno.test("SenderClock: a wall clock that is no longer told gives way to the local time", () => {
  const clock = new SenderClock([VIDEO]);
  clock.sent(0, { pts: 0, wallClock: NOW - 3_600_000 }, NOW);
  clock.sent(0, { pts: 11_000 }, NOW + 11_000);
  assertAlmostEquals(originOf(clock, 0, VIDEO, NOW + 11_000), NOW, 0.01);
});

Deno.test("absolute time survives from sender to sender", () => {
  const first = new SenderClock([VIDEO, AUDIO]);
  const gateway = new ReceiverClock([
    { kind: "video", clockRate: 90_000 },
    { kind: "audio", clockRate: 48_000 },
  ]);
  const sent: readonly SentTrack[] = [{ ...VIDEO, timescale: 90_000 }, AUDIO];
  const second = new SenderClock(sent.map((track) => ({ ...track, firstTimestamp: 0x77777777 })));
  const source = NOW - 250;
  first.sent(0, { pts: 0, wallClock: source }, NOW);
  for (let ms = 0; ms < 10_000; ms += 20) {
    for (const index of [0, 1]) {
      const pts = index === 0 ? ms : ms * 48;
      const utcMs = NOW + ms;
      first.sent(index, { pts, wallClock: source + ms }, utcMs);
      const report = ms % 1000 === 0 ? first.report(index, utcMs) : undefined;
      if (report !== undefined) gateway.report(index, report, utcMs + 30);
      const unit = gateway.place(index, first.timestamp(index, pts), ms + index * 200);
      second.sent(index, unit, utcMs + 30);
    }
  }
  // The gateway's own times start at START_MS, so the origin is as much earlier.
  const track = { ...AUDIO, firstTimestamp: 0x77777777 };
  assertAlmostEquals(originOf(second, 1, track, NOW + 10_000), source - 1000, 1);
});
