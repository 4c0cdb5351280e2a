import { assertEquals, assertThrows } from "@std/assert";
import { MAX_AGGREGATED_MESSAGES, splitAggregate } from "../../../protocols/rtmp/aggregate.ts";
import { RtmpMessageError } from "../../../protocols/rtmp/errors.ts";
import type { RtmpMessage } from "../../../protocols/rtmp/message.ts";
import { hex, row } from "./chunk_bytes.ts";

function aggregate(payload: Uint8Array, timestamp = 5000): RtmpMessage {
  return { csid: 4, type: 22, timestamp, streamId: 3, payload };
}

const TWO = "09 000002 0003e8 00 000000 aabb 0000000d  08 000001 0003fc 00 000000 cc 0000000c";

Deno.test("sub-messages get the aggregate's time and stream (7.1.6)", () => {
  const message = aggregate(hex(TWO));
  const split = splitAggregate(message);
  assertEquals(split.map(row), [
    [4, 9, 5000, 3, hex("aabb")],
    [4, 8, 5020, 3, hex("cc")],
  ]);
  assertEquals(split[0]?.payload.buffer, message.payload.buffer);
});

Deno.test("the last back pointer may be missing", () => {
  assertEquals(splitAggregate(aggregate(hex(TWO).slice(0, -4))).length, 2);
});

Deno.test("the time's upper byte stands behind it, and sums wrap", () => {
  const payload = hex("08 000000 ffffff 01 000000 0000000b  08 000000 000001 02 000000 0000000b");
  assertEquals(
    splitAggregate(aggregate(payload, 0xffffffff)).map((message) => message.timestamp),
    [0xffffffff, 1],
  );
});

Deno.test("an empty aggregate holds nothing", () => {
  assertEquals(splitAggregate(aggregate(hex(""))), []);
});

const BAD: readonly (readonly [string, string, number])[] = [
  ["09 0000", "a header of 11 bytes has 3", 0],
  ["09 000003 000000 00 000000 aabb", "a message of 3 bytes has 2", 1],
  ["14 000000 000000 00 000000", "it holds a message of type 20", 0],
  [`${TWO} 16 000000 000000 00 000000`, "it holds a message of type 22", 33],
];

for (const [payload, reason, offset] of BAD) {
  Deno.test(`an aggregate is refused: ${reason}`, () => {
    const error = assertThrows(
      () => splitAggregate(aggregate(hex(payload))),
      RtmpMessageError,
      `Cannot parse RTMP aggregate message: ${reason}`,
    );
    assertEquals(error.offset, offset);
  });
}

Deno.test("an aggregate holds a bounded number of messages", () => {
  const one = [...hex("08 000000 000000 00 000000 0000000b")];
  const payload = (count: number) =>
    new Uint8Array(Array.from({ length: count }, () => one).flat());
  assertEquals(
    splitAggregate(aggregate(payload(MAX_AGGREGATED_MESSAGES))).length,
    MAX_AGGREGATED_MESSAGES,
  );
  assertThrows(
    () => splitAggregate(aggregate(payload(MAX_AGGREGATED_MESSAGES + 1))),
    RtmpMessageError,
    "more than 4096 messages",
  );
});
