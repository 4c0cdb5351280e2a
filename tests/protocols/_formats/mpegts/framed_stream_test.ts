import { assertEquals } from "@std/assert";
import {
  AdtsFormat,
  DolbyFormat,
  MpegAudioFormat,
} from "../../../../protocols/_formats/mpegts/audio_formats.ts";
import type { StreamEvent } from "../../../../protocols/_formats/mpegts/elementary_stream.ts";
import { FramedStream } from "../../../../protocols/_formats/mpegts/framed_stream.ts";
import { joinBytes } from "../../../../protocols/_formats/join.ts";
import { adtsHeader } from "../../../../registry/media/adts.ts";
import { hex } from "../flv/bytes.ts";

const STEREO = { objectType: 2, sampleRate: 44_100, channelConfiguration: 2 };

function frame(size: number): Uint8Array {
  return joinBytes([adtsHeader(STEREO, size), new Uint8Array(size).fill(1)]);
}

function timed(pts: number, ...parts: readonly Uint8Array[]) {
  return { times: { pts, dts: pts }, isBounded: true, bytes: joinBytes(parts) };
}

function read(events: readonly StreamEvent[]): readonly (string | readonly [number, number])[] {
  return events.map((event) =>
    event.type === "dropped"
      ? event.reason
      : [event.content.pts, event.content.payload[0]?.length ?? 0] as const
  );
}

Deno.test("times of frames behind the first do not drift", () => {
  const events = new FramedStream(new AdtsFormat()).push(timed(0, ...Array(44).fill(frame(5))));
  // 43 frames of 1024 samples at 44.1 kHz are 89,861.2 ticks.
  assertEquals(read(events).at(-1), [89_861, 5]);
});

Deno.test("a frame that ends in the next packet keeps the time of its start", () => {
  const stream = new FramedStream(new AdtsFormat());
  const whole = frame(20);
  assertEquals(read(stream.push(timed(900, whole, whole.subarray(0, 3)))), [[900, 20]]);
  assertEquals(read(stream.push(timed(9000, whole.subarray(3), whole))), [[2990, 20], [9000, 20]]);
});

Deno.test("after a loss the next frame is found, whose time is known from the next packet on", () => {
  const stream = new FramedStream(new AdtsFormat());
  stream.push(timed(0, frame(20)));
  stream.lose();
  const { bytes } = timed(0, hex("0102fff15080"), frame(7));
  assertEquals(read(stream.push({ isBounded: true, bytes })), ["6 bytes are no frame"]);
  assertEquals(read(stream.push(timed(500, frame(8)))), [[500, 8]]);
});

Deno.test("what holds no frame is told, and the free format of MPEG audio is none", () => {
  const noise = timed(0, new Uint8Array(5000).fill(0xff));
  assertEquals(read(new FramedStream(new AdtsFormat()).push(noise)), [
    "A packet of audio has no frame",
  ]);
  const free = timed(0, hex("fffb0000"), new Uint8Array(100));
  assertEquals(read(new FramedStream(new MpegAudioFormat()).push(free)), [
    "101 bytes are no frame",
  ]);
});

Deno.test("dependent substreams of Enhanced AC-3 belong to the unit before them", () => {
  const independent = joinBytes([hex("0b77 000f 3f87 c000"), new Uint8Array(24)]);
  const dependent = joinBytes([hex("0b77 400f 3f87 c000"), new Uint8Array(24)]);
  const stream = new FramedStream(new DolbyFormat("eac3"));
  const events = stream.push(timed(0, independent, dependent, independent));
  assertEquals(read(events), [[0, 64], [2880, 32]]);
});
