// What holds for all formats with fragments; the habits of senders are in h264_test.ts.
import { assertEquals } from "@std/assert";
import {
  FrameAssembler,
  MAX_FRAME_BYTES,
  MAX_FRAME_PACKETS,
} from "../../../../../protocols/_formats/rtp/payload/frame_assembler.ts";
import { brief, depacketize, packet } from "./stream.ts";

/** Payloads that begin with `01` start a frame; the frame is the number of its payloads. */
function counter(): FrameAssembler {
  return new FrameAssembler({
    startsFrame: ([first]) => first === 1,
    begin() {
      let count = 0;
      return {
        add() {
          count++;
          return "whole";
        },
        finish: () => [{ isKey: true, payload: [Uint8Array.of(count)] }],
      };
    },
  });
}

Deno.test("a frame of more bytes than the limit is dropped, and so is its rest", () => {
  const payload = new Uint8Array(MAX_FRAME_BYTES / 2);
  const part = { ...packet(""), payload };
  const next = packet("01", { timestamp: 1, marker: true });
  const { frames, dropped } = depacketize(counter(), [part, part, packet("02"), part, next]);
  assertEquals(brief(frames), ["1 K 01"]);
  assertEquals(dropped.map(({ reason }) => reason), ["a frame has more than 8388608 bytes"]);
});

Deno.test("a frame of more packets than the limit is dropped", () => {
  const packets = Array.from({ length: MAX_FRAME_PACKETS + 2 }, () => packet("01"));
  const { frames, dropped } = depacketize(counter(), packets);
  assertEquals(frames, []);
  assertEquals(dropped.map(({ reason }) => reason), ["a frame has more than 16384 packets"]);
});

Deno.test("a loss between whole frames is told, for what they are predicted from", () => {
  const { frames, dropped } = depacketize(counter(), [
    packet("01", { marker: true }),
    packet("01", { timestamp: 2, marker: true, lost: true }),
  ]);
  assertEquals(brief(frames), ["0 K 01", "2 K 01"]);
  assertEquals(dropped, [{ type: "dropped", timestamp: 2, reason: "packets were lost" }]);
});

Deno.test("a loss is told also by a packet without payload", () => {
  const { dropped } = depacketize(counter(), [packet("01"), packet("", { lost: true })]);
  assertEquals(dropped.map(({ reason }) => reason), ["packets were lost"]);
});
