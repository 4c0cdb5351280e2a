import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import type { ChunkLimits } from "../../../protocols/rtmp/chunk_limits.ts";
import { ChunkReader } from "../../../protocols/rtmp/chunk_reader.ts";
import { RtmpChunkError, RtmpMessageError } from "../../../protocols/rtmp/errors.ts";
import { concat, counting, hex, type Row, row } from "./chunk_bytes.ts";

interface Case {
  readonly name: string;
  readonly wire: Uint8Array;
  readonly messages: readonly Row[];
}

const CASES: readonly Case[] = [
  {
    name: "5.3.2.1: four audio messages of 32 bytes, formats 0, 2, 3, 3",
    wire: concat(
      hex("03 0003e8 000020 08 39300000"),
      counting(32, 1),
      hex("83 000014"),
      counting(32, 2),
      hex("c3"),
      counting(32, 3),
      hex("c3"),
      counting(32, 4),
    ),
    messages: [
      [3, 8, 1000, 12345, counting(32, 1)],
      [3, 8, 1020, 12345, counting(32, 2)],
      [3, 8, 1040, 12345, counting(32, 3)],
      [3, 8, 1060, 12345, counting(32, 4)],
    ],
  },
  {
    name: "5.3.2.2: a video message of 307 bytes in three chunks",
    wire: concat(
      hex("04 0003e8 000133 09 3a300000"),
      counting(128),
      hex("c4"),
      counting(128, 128),
      hex("c4"),
      counting(51),
    ),
    messages: [[4, 9, 1000, 12346, counting(307)]],
  },
  {
    name: "format 3 after format 0 repeats the timestamp as delta (5.3.1.2.4; FFmpeg)",
    wire: hex("04 000017 000001 08 01000000 aa  c4 bb  44 000005 000001 09 cc  c4 dd"),
    messages: [
      [4, 8, 23, 1, hex("aa")],
      [4, 8, 46, 1, hex("bb")],
      [4, 9, 51, 1, hex("cc")],
      [4, 9, 56, 1, hex("dd")],
    ],
  },
  {
    name: "chunk stream ids of one, two and three bytes (5.3.1.1)",
    wire: hex(`
      02 000000 000001 08 00000000 01   3f 000000 000001 08 00000000 02
      00 00 000000 000001 08 00000000 03   00 ff 000000 000001 08 00000000 04
      01 00 01 000000 000001 08 00000000 05   01 ff ff 000000 000001 08 00000000 06
      c1 ff ff 07`),
    messages: [
      [2, 8, 0, 0, hex("01")],
      [63, 8, 0, 0, hex("02")],
      [64, 8, 0, 0, hex("03")],
      [319, 8, 0, 0, hex("04")],
      [320, 8, 0, 0, hex("05")],
      [65599, 8, 0, 0, hex("06")],
      [65599, 8, 0, 0, hex("07")],
    ],
  },
  {
    name: "interleaved chunk streams; the stream id is little-endian",
    wire: concat(
      hex("06 000064 000082 09 01020304"),
      counting(128),
      hex("04 000065 000002 08 01000000 0a0b"),
      hex("c6 8081"),
    ),
    messages: [
      [4, 8, 101, 1, hex("0a0b")],
      [6, 9, 100, 0x04030201, counting(130)],
    ],
  },
  {
    name: "zero-length messages, also in format 3",
    wire: hex("04 000005 000000 08 01000000  c4 84 000001"),
    messages: [
      [4, 8, 5, 1, hex("")],
      [4, 8, 10, 1, hex("")],
      [4, 8, 11, 1, hex("")],
    ],
  },
  {
    name: "extended timestamps, repeated on format 3 (5.3.1.3)",
    wire: concat(
      hex("06 ffffff 000082 09 01000000 01000000"),
      counting(128),
      hex("c6 01000000 8081"),
      hex("86 000021"),
      counting(128),
      hex("c6 8081"),
    ),
    messages: [
      [6, 9, 0x1000000, 1, counting(130)],
      [6, 9, 0x1000021, 1, counting(130)],
    ],
  },
  {
    name: "extended timestamps left out on format 3, as some encoders do",
    wire: concat(
      hex("06 ffffff 000085 09 01000000 01000000"),
      counting(128),
      hex("c6 8081828384"),
      hex("86 000021"),
      counting(128),
      hex("c6 8081828384"),
    ),
    messages: [
      [6, 9, 0x1000000, 1, counting(133)],
      [6, 9, 0x1000021, 1, counting(133)],
    ],
  },
  {
    name: "the smallest timestamp that is extended, and the largest",
    wire: hex(`
      06 ffffff 000001 09 01000000 00ffffff aa
      06 fffffe 000001 09 01000000 bb
      06 ffffff 000001 09 01000000 ffffffff cc
      86 000002 dd`),
    messages: [
      [6, 9, 0xffffff, 1, hex("aa")],
      [6, 9, 0xfffffe, 1, hex("bb")],
      [6, 9, 0xffffffff, 1, hex("cc")],
      [6, 9, 1, 1, hex("dd")],
    ],
  },
  {
    name: "an extended delta",
    wire: hex("06 000001 000001 09 01000000 aa  86 ffffff 02000000 bb  c6 02000000 cc"),
    messages: [
      [6, 9, 1, 1, hex("aa")],
      [6, 9, 0x2000001, 1, hex("bb")],
      [6, 9, 0x4000001, 1, hex("cc")],
    ],
  },
  {
    name: "Set Chunk Size holds from the next chunk, also within a message (5.4.1)",
    wire: concat(
      hex("06 000000 000190 09 01000000"),
      counting(128),
      hex("02 000000 000004 01 00000000 00000100"),
      hex("c6"),
      counting(256, 128),
      hex("c6"),
      counting(16, 128),
    ),
    messages: [[6, 9, 0, 1, counting(400)]],
  },
  {
    name: "Abort drops what has come of a message (5.4.2)",
    wire: concat(
      hex("06 000000 000090 09 01000000"),
      counting(128),
      hex("02 000000 000004 02 00000000 00000006"),
      hex("46 000001 000001 08 aa"),
    ),
    messages: [[6, 8, 1, 1, hex("aa")]],
  },
  {
    name: "Abort of a chunk stream that never was does nothing",
    wire: hex("02 000000 000004 02 00000000 00000009  04 000000 000001 08 01000000 aa"),
    messages: [[4, 8, 0, 1, hex("aa")]],
  },
  {
    name: "librtmp: the first message of a chunk stream has format 1",
    wire: hex("42 000007 000006 04 0007 00000001"),
    messages: [[2, 4, 7, 0, hex("0007 00000001")]],
  },
  {
    name: "format 1 or 2 within a message continues it when length and type are the same",
    wire: concat(
      hex("06 000064 000102 09 01000000"),
      counting(128),
      hex("46 000000 000102 09"),
      counting(128, 128),
      hex("86 000000 0001"),
    ),
    messages: [[6, 9, 100, 1, counting(258)]],
  },
];

for (const { name, wire, messages } of CASES) {
  Deno.test(`chunks: ${name}`, () => {
    const untouched = wire.slice();
    assertEquals(new ChunkReader().feed(wire).map(row), messages);
    assertEquals(wire, untouched);
  });

  Deno.test(`chunks in two pieces at every place, and byte by byte: ${name}`, () => {
    for (let at = 0; at <= wire.length; at++) {
      const reader = new ChunkReader();
      const read = [...reader.feed(wire.subarray(0, at)), ...reader.feed(wire.subarray(at))];
      assertEquals(read.map(row), messages);
      assertEquals(reader.bytesRead, wire.length);
      assertEquals(reader.unfinishedSize, 0);
    }
    const reader = new ChunkReader();
    const one = new Uint8Array(1);
    const read = [...wire].flatMap((byte) => {
      one[0] = byte;
      return reader.feed(one);
    });
    assertEquals(read.map(row), messages);
  });
}

Deno.test("payloads keep their bytes when the receive buffer is reused", () => {
  const buffer = hex("04 000000 000003 08 01000000 0a0b0c");
  const [message] = new ChunkReader().feed(buffer);
  buffer.fill(0);
  assertEquals(message?.payload, hex("0a0b0c"));
  assertEquals(message?.payload.buffer.byteLength, 3);
});

interface BadCase {
  readonly name: string;
  readonly wire: Uint8Array;
  readonly limits?: Partial<ChunkLimits>;
  readonly offset: number;
  readonly limit?: number;
  readonly reason: string;
}

const SMALL = hex("04 000000 000001 08 01000000 aa");

const BAD: readonly BadCase[] = [
  {
    name: "format 3 on a chunk stream that has no header",
    wire: concat(SMALL, hex("c5")),
    offset: 13,
    reason: "chunk stream 5 begins with format 3",
  },
  {
    name: "format 2 on a chunk stream that has no header",
    wire: hex("85 000000"),
    offset: 0,
    reason: "chunk stream 5 begins with format 2",
  },
  {
    name: "a message of 8 MiB and a byte",
    wire: concat(SMALL, hex("06 000000 800001 09 01000000")),
    offset: 13,
    limit: 8 * 1024 * 1024,
    reason: "message of type 9 has 8388609 bytes, over the limit of 8388608",
  },
  {
    name: "a command of 64 KiB and a byte",
    wire: hex("03 000000 010001 14 00000000"),
    offset: 0,
    limit: 65536,
    reason: "message of type 20 has 65537 bytes, over the limit of 65536",
  },
  {
    name: "one chunk stream too many",
    wire: hex("04 000000 000000 08 01000000 05 000000 000000 08 01000000"),
    limits: { chunkStreams: 1 },
    offset: 12,
    limit: 1,
    reason: "more than 1 chunk streams",
  },
  {
    name: "chunk size 127",
    wire: hex("02 000000 000004 01 00000000 0000007f"),
    offset: 0,
    limit: 128,
    reason: "chunk size is 127, expected 128 to 1048576",
  },
  {
    name: "a chunk size over 1 MiB",
    wire: concat(SMALL, hex("02 000000 000004 01 00000000 00100001")),
    offset: 13,
    limit: 1048576,
    reason: "chunk size is 1048577, expected 128 to 1048576",
  },
  {
    name: "a new message within another",
    wire: concat(
      hex("06 000000 000100 09 01000000"),
      counting(128),
      hex("06 000000 000100 09 01000000"),
    ),
    offset: 140,
    reason: "a message begins on chunk stream 6 before the last one is complete",
  },
  {
    name: "another length within a message",
    wire: concat(hex("06 000000 000100 09 01000000"), counting(128), hex("46 000000 000101 09")),
    offset: 140,
    reason: "a message begins on chunk stream 6",
  },
  {
    name: "more unfinished bytes than allowed",
    wire: concat(
      hex("06 000000 001000 09 01000000"),
      counting(128),
      hex("07 000000 001000 09 01000000"),
      counting(128),
    ),
    limits: { unfinishedSize: 4096 + 4095 },
    offset: 140,
    limit: 8191,
    reason: "unfinished messages take more than 8191 bytes",
  },
];

for (const { name, wire, limits, offset, limit, reason } of BAD) {
  Deno.test(`refused: ${name}`, () => {
    for (let at = 0; at < wire.length; at++) {
      const reader = new ChunkReader(limits);
      const error = assertThrows(() => {
        reader.feed(wire.subarray(0, at));
        reader.feed(wire.subarray(at));
      }, RtmpChunkError);
      assertInstanceOf(error, RtmpChunkError);
      assertEquals([error.offset, error.limit], [offset, limit]);
      assertStringIncludes(error.message, `Cannot parse RTMP chunk at byte ${offset}: ${reason}`);
      assertThrows(() => reader.feed(SMALL), RtmpChunkError, reason);
    }
  });
}

Deno.test("a chunk size of 0 or with its first bit set is refused as a message", () => {
  for (const size of ["00000000", "80000080"]) {
    const reader = new ChunkReader({ minChunkSize: 0, maxChunkSize: 2 ** 32 });
    assertThrows(
      () => reader.feed(hex(`02 000000 000004 01 00000000 ${size}`)),
      RtmpMessageError,
      "Cannot parse RTMP Set Chunk Size",
    );
  }
});

Deno.test("memory follows what arrives, not what is announced", () => {
  const reader = new ChunkReader();
  for (let csid = 2; csid < 64; csid++) {
    reader.feed(concat(Uint8Array.of(csid), hex("000000 800000 09 01000000")));
    assertEquals(reader.unfinishedSize, (csid - 2) * 4096);
    reader.feed(counting(128));
  }
  assertEquals(reader.unfinishedSize, 62 * 4096);
});

Deno.test("a large message grows to its own length and no further", () => {
  const reader = new ChunkReader();
  reader.feed(hex("02 000000 000004 01 00000000 00100000  06 000000 030d41 09 01000000"));
  const payload = counting(0x30d41);
  const messages = [];
  for (let at = 0; at < payload.length; at += 1000) {
    messages.push(...reader.feed(payload.subarray(at, at + 1000)));
  }
  assertEquals(messages.length, 1);
  assertEquals(messages[0]?.payload, payload);
  assertEquals(messages[0]?.payload.buffer.byteLength, payload.length);
  assertEquals(reader.unfinishedSize, 0);
});
