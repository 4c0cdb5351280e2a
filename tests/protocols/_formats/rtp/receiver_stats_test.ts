// Report blocks of RFC 3550 section 6.4.1, appendices A.3 and A.8.
import { assertEquals } from "@std/assert";
import { ReceiverStats } from "../../../../protocols/_formats/rtp/receiver_stats.ts";
import { RTCP_INTERVAL_MS, rtcpDelay } from "../../../../protocols/_formats/rtp/rtcp_schedule.ts";
import { SenderStats } from "../../../../protocols/_formats/rtp/sender_stats.ts";

const RATE = 90_000;
const TICKS_PER_MS = 90;

/** Packets that arrive on time: one every 10 ms, in the order of `sequences`. */
function receive(stats: ReceiverStats, sequences: readonly number[], startMs = 0): void {
  sequences.forEach((sequence, index) => {
    const nowMs = startMs + index * 10;
    stats.receive({ sequence, timestamp: (nowMs * TICKS_PER_MS) >>> 0 }, nowMs);
  });
}

Deno.test("ReceiverStats: nothing to report before the first packet", () => {
  assertEquals(new ReceiverStats(1, RATE).report(0), undefined);
});

Deno.test("ReceiverStats: a source without loss", () => {
  const stats = new ReceiverStats(0x1234, RATE);
  receive(stats, [65534, 65535, 0, 1]);
  assertEquals(stats.report(100), {
    ssrc: 0x1234,
    fractionLost: 0,
    cumulativeLost: 0,
    highestSequence: 0x10001,
    jitter: 0,
    lastSenderReport: 0,
    delaySinceLastSenderReport: 0,
  });
});

interface LossRow {
  readonly name: string;
  readonly sequences: readonly number[];
  readonly lost: number;
  readonly fraction: number;
}

const LOSSES: readonly LossRow[] = [
  { name: "one of four", sequences: [1, 2, 4], lost: 1, fraction: 64 },
  { name: "a late packet is not lost", sequences: [1, 3, 2, 4], lost: 0, fraction: 0 },
  { name: "duplicates make it negative", sequences: [1, 2, 2, 2], lost: -2, fraction: 0 },
  { name: "nearly all", sequences: [1, 1000], lost: 998, fraction: 255 },
  { name: "a stray packet does not count", sequences: [1, 40000, 2], lost: 0, fraction: 0 },
  { name: "a restart counts anew", sequences: [1, 3, 40000, 40001, 40003], lost: 1, fraction: 64 },
];

for (const { name, sequences, lost, fraction } of LOSSES) {
  Deno.test(`ReceiverStats: loss, ${name}`, () => {
    const stats = new ReceiverStats(1, RATE);
    receive(stats, sequences);
    assertEquals(stats.reception.lost, lost);
    const report = stats.report(1000);
    assertEquals([report?.cumulativeLost, report?.fractionLost], [lost, fraction]);
  });
}

Deno.test("ReceiverStats: the fraction counts from the last report, the total does not", () => {
  const stats = new ReceiverStats(1, RATE);
  receive(stats, [1, 3]);
  stats.report(1000);
  receive(stats, [4, 5, 6, 7], 20);
  const report = stats.report(2000);
  assertEquals([report?.cumulativeLost, report?.fractionLost], [1, 0]);
  assertEquals(stats.report(3000)?.fractionLost, 0);
});

Deno.test("ReceiverStats: cumulative loss stays within 24 bits", () => {
  const stats = new ReceiverStats(1, RATE);
  for (let index = 0; index < 3000; index++) {
    stats.receive({ sequence: (index * 2999) & 0xffff, timestamp: 0 }, 0);
  }
  assertEquals(stats.report(0)?.cumulativeLost, 2 ** 23 - 1);
});

Deno.test("ReceiverStats: jitter is a sixteenth of the difference, then decays", () => {
  const stats = new ReceiverStats(1, RATE);
  stats.receive({ sequence: 1, timestamp: 2 ** 32 - 450 }, 1000);
  stats.receive({ sequence: 2, timestamp: 450 }, 1010 + 16);
  assertEquals(stats.reception.jitterMs, 1);
  stats.receive({ sequence: 3, timestamp: 1350 }, 1020 + 16);
  assertEquals(stats.report(2000)?.jitter, Math.floor(90 * 15 / 16));
});

Deno.test("ReceiverStats: LSR and DLSR tell of the last sender report", () => {
  const stats = new ReceiverStats(1, RATE);
  receive(stats, [1]);
  stats.receiveSenderReport({ seconds: 0xaaaa1234, fraction: 0x5678bbbb }, 1000);
  const report = stats.report(2500);
  assertEquals(report?.lastSenderReport, 0x12345678);
  assertEquals(report?.delaySinceLastSenderReport, 1.5 * 65536);
});

Deno.test("SenderStats: counters wrap at 32 bits", () => {
  const stats = new SenderStats();
  stats.add(3, 4000);
  stats.add(1, 2 ** 32);
  assertEquals(stats.counts, { packetCount: 4, octetCount: 4000 });
});

Deno.test("rtcpDelay spreads reports around the interval", () => {
  assertEquals(rtcpDelay(0), RTCP_INTERVAL_MS / 2);
  assertEquals(rtcpDelay(0.5), RTCP_INTERVAL_MS);
});
