import { assertAlmostEquals, assertEquals } from "@std/assert";
import { StatsReader } from "../../../../../protocols/http/pages/src/rtc/stats.ts";

const CODECS = [
  { type: "codec", id: "c1", mimeType: "video/H264" },
  { type: "codec", id: "c2", mimeType: "audio/opus" },
];

const PAIRS = [
  { type: "candidate-pair", nominated: false, state: "failed", currentRoundTripTime: 9 },
  { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.04 },
];

function inbound(kind: string, codecId: string, counters: Record<string, number>) {
  return { type: "inbound-rtp", kind, codecId, packetsLost: 0, ...counters };
}

Deno.test("what comes in is told as it was since the last report", () => {
  const reader = new StatsReader();
  const first = reader.inbound([
    inbound("video", "c1", {
      timestamp: 1000,
      bytesReceived: 10_000,
      jitterBufferDelay: 1,
      jitterBufferEmittedCount: 10,
    }),
  ]);
  assertEquals(first.bitsPerSecond, 0);
  assertEquals(first.delayMs, 100);
  const second = reader.inbound([
    ...CODECS,
    ...PAIRS,
    inbound("audio", "c2", { timestamp: 3000, bytesReceived: 5000, packetsReceived: 7 }),
    inbound("video", "c1", {
      timestamp: 3000,
      bytesReceived: 30_000,
      jitterBufferDelay: 1.6,
      jitterBufferEmittedCount: 30,
      packetsReceived: 20,
      packetsLost: 2,
      framesReceived: 51,
    }),
  ]);
  // 25,000 bytes in 2 s; 30 ms of buffer, and half of 40 ms.
  assertEquals(second.bitsPerSecond, 100_000);
  assertAlmostEquals(second.delayMs ?? 0, 50, 1e-6);
  assertEquals([second.packets, second.lostPackets, second.pictures], [27, 2, 51]);
  assertEquals([second.videoCodec, second.audioCodec], ["video/H264", "audio/opus"]);
});

Deno.test("a delay is not told when nothing has left the buffer", () => {
  const reader = new StatsReader();
  assertEquals(reader.inbound([]).delayMs, undefined);
  assertEquals(reader.inbound([inbound("video", "c1", { timestamp: 1 })]).delayMs, undefined);
});

Deno.test("what goes out is told with what holds it back", () => {
  const entries = (timestamp: number, bytesSent: number) => [
    ...CODECS,
    ...PAIRS,
    {
      ...{ type: "outbound-rtp", kind: "video", codecId: "c1", timestamp, bytesSent },
      ...{ framesPerSecond: 30, frameWidth: 1280, frameHeight: 720 },
      ...{ packetsSent: 10, retransmittedPacketsSent: 1, qualityLimitationReason: "cpu" },
    },
  ];
  const reader = new StatsReader();
  reader.outbound(entries(1000, 0));
  assertEquals(reader.outbound(entries(2000, 125_000)), {
    bitsPerSecond: 1_000_000,
    framesPerSecond: 30,
    width: 1280,
    height: 720,
    roundTripMs: 40,
    packets: 10,
    retransmitted: 1,
    limitedBy: "cpu",
    videoCodec: "video/H264",
  });
});
