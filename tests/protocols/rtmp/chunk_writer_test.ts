import { assertEquals, assertThrows } from "@std/assert";
import { ChunkReader } from "../../../protocols/rtmp/chunk_reader.ts";
import {
  chunkedSize,
  chunkMessage,
  chunkMessages,
  writeChunked,
} from "../../../protocols/rtmp/chunk_writer.ts";
import type { OutgoingMessage } from "../../../protocols/rtmp/message.ts";
import { concat, counting, hex, type Row, row } from "./chunk_bytes.ts";

function message(changes: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { csid: 6, type: 9, timestamp: 1000, streamId: 1, parts: [counting(3)], ...changes };
}

const CASES: readonly (readonly [string, OutgoingMessage, number, Uint8Array])[] = [
  ["one chunk", message(), 128, hex("06 0003e8 000003 09 01000000 000102")],
  ["no payload", message({ parts: [] }), 128, hex("06 0003e8 000000 09 01000000")],
  [
    "5.3.2.2: 307 bytes in three chunks",
    message({ csid: 4, streamId: 12346, parts: [counting(307)] }),
    128,
    concat(
      hex("04 0003e8 000133 09 3a300000"),
      counting(128),
      hex("c4"),
      counting(128, 128),
      hex("c4"),
      counting(51),
    ),
  ],
  [
    "parts that end within and at the end of chunks",
    message({ parts: [counting(5), counting(0), counting(3, 5), counting(9, 8)] }),
    8,
    concat(
      hex("06 0003e8 000011 09 01000000"),
      counting(8),
      hex("c6"),
      counting(8, 8),
      hex("c6 10"),
    ),
  ],
  [
    "an extended timestamp stands in every chunk",
    message({ timestamp: 0xffffff, parts: [counting(10)] }),
    8,
    concat(hex("06 ffffff 00000a 09 01000000 00ffffff"), counting(8), hex("c6 00ffffff 0809")),
  ],
  [
    "the largest timestamp that is not extended",
    message({ timestamp: 0xfffffe }),
    128,
    hex("06 fffffe 000003 09 01000000 000102"),
  ],
  [
    "a timestamp past 2^32 wraps",
    message({ timestamp: 2 ** 32 + 5 }),
    128,
    hex("06 000005 000003 09 01000000 000102"),
  ],
  [
    "a timestamp before 0 wraps",
    message({ timestamp: -1 }),
    128,
    hex("06 ffffff 000003 09 01000000 ffffffff 000102"),
  ],
  [
    "chunk stream ids of two bytes",
    message({ csid: 319, streamId: 0x04030201 }),
    2,
    hex("00 ff 0003e8 000003 09 01020304 0001 c0 ff 02"),
  ],
  [
    "chunk stream ids of three bytes",
    message({ csid: 65599 }),
    2,
    hex("01 ffff 0003e8 000003 09 01000000 0001 c1 ffff 02"),
  ],
];

for (const [name, outgoing, chunkSize, wire] of CASES) {
  Deno.test(`chunk writer: ${name}`, () => {
    assertEquals(chunkMessage(outgoing, chunkSize), wire);
    assertEquals(chunkedSize(outgoing, chunkSize), wire.length);
  });
}

Deno.test("a batch is written into one buffer, at an offset", () => {
  const target = new Uint8Array(40);
  const end = writeChunked(target, 3, message(), 128);
  assertEquals(end, 3 + chunkedSize(message(), 128));
  assertEquals(target.subarray(3, end), chunkMessage(message(), 128));
  assertEquals(
    chunkMessages([message(), message({ csid: 4 })], 128),
    concat(chunkMessage(message(), 128), chunkMessage(message({ csid: 4 }), 128)),
  );
});

Deno.test("what is written is read back, at any chunk size", () => {
  const timestamps = [0, 0xfffffe, 0xffffff, 0x1000000, 0xffffffff];
  const messages = timestamps.map((timestamp) =>
    message({ timestamp, parts: [counting(300), counting(700)] })
  );
  const payload = concat(counting(300), counting(700));
  for (const chunkSize of [128, 129, 999, 1000, 1001, 65536]) {
    const reader = new ChunkReader();
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, chunkSize);
    reader.feed(chunkMessage({ csid: 2, type: 1, timestamp: 0, streamId: 0, parts: [size] }, 128));
    assertEquals(
      reader.feed(chunkMessages(messages, chunkSize)).map(row),
      timestamps.map((timestamp): Row => [6, 9, timestamp, 1, payload]),
    );
  }
});

Deno.test("what no header can express is a mistake of the caller", () => {
  for (const csid of [0, 1, 65600]) {
    assertThrows(() => chunkMessage(message({ csid }), 128), RangeError, `id is ${csid}`);
  }
  const parts = [new Uint8Array(0x1000000)];
  assertThrows(() => chunkedSize(message({ parts }), 128), RangeError, "16777216 bytes");
});
