import { assertEquals } from "@std/assert";
import {
  formatBitrate,
  formatCodecId,
  formatDelay,
  formatDuration,
  formatTrack,
} from "../../../../protocols/http/pages/src/format.ts";

Deno.test("codecs are named as people do, from whatever the players call them", async (t) => {
  const rows = [
    { id: undefined, text: "–" },
    { id: "video/H264", text: "H.264" },
    { id: "video/VP9", text: "VP9" },
    { id: "audio/PCMU", text: "G.711 µ-law" },
    { id: "audio/opus", text: "Opus" },
    { id: "audio/G722", text: "g722" },
    { id: "avc1.64001f", text: "H.264 (avc1.64001f)" },
    { id: "mp4a.40.2", text: "AAC (mp4a.40.2)" },
    { id: "opus", text: "Opus" },
    { id: "dtsc", text: "dtsc" },
  ];
  for (const { id, text } of rows) {
    await t.step(`${id}`, () => assertEquals(formatCodecId(id), text));
  }
});

Deno.test("numbers have units that fit their size", () => {
  assertEquals([499_600, 1_234_567].map(formatBitrate), ["500 kbit/s", "1.23 Mbit/s"]);
  assertEquals([12.4, 999, 1840].map(formatDelay), ["12 ms", "999 ms", "1.84 s"]);
  assertEquals([-5, 59_000, 61_000, 3_720_000].map(formatDuration), [
    "0 s",
    "59 s",
    "1 min 1 s",
    "1 h 2 min",
  ]);
});

Deno.test("a track is told on one line", () => {
  const video = {
    kind: "video",
    codec: "h264",
    profile: "High",
    width: 1280,
    height: 720,
    fps: 25,
  };
  assertEquals(formatTrack({ ...video, unitsPerSecond: 0 }), "H.264 High, 1280×720, 25 fps");
  const audio = { kind: "audio", codec: "opus", sampleRate: 48_000, channels: 1 };
  assertEquals(formatTrack({ ...audio, unitsPerSecond: 50 }), "Opus, 48 kHz, mono");
});
