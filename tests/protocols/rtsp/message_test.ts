import { assertEquals, assertThrows } from "@std/assert";
import {
  interleavedFrame,
  interleavedSize,
  writeInterleaved,
  writeRequest,
  writeResponse,
} from "../../../protocols/rtsp/message.ts";

const decoder = new TextDecoder();

Deno.test("writes a request", () => {
  const headers = [["CSeq", "1"], ["User-Agent", "Sluice"]] as const;
  assertEquals(
    decoder.decode(writeRequest({ method: "OPTIONS", url: "rtsp://h/a", headers })),
    "OPTIONS rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Sluice\r\n\r\n",
  );
});

Deno.test("writes the length of a body, and no other", () => {
  const body = new TextEncoder().encode("v=0\r\n");
  assertEquals(
    decoder.decode(writeResponse({ status: 200, headers: [["content-length", "9"]], body })),
    "RTSP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nv=0\r\n",
  );
  assertEquals(
    decoder.decode(writeResponse({ status: 461, version: "2.0", reason: "No" })),
    "RTSP/2.0 461 No\r\n\r\n",
  );
});

Deno.test("refuses to write a line break into a head", () => {
  for (const value of ["a\r\nb: c", "a\nb", "a\0"]) {
    assertThrows(() => writeResponse({ status: 200, headers: [["X", value]] }), RangeError);
    assertThrows(() => writeRequest({ method: "PLAY", url: value }), RangeError);
  }
});

Deno.test("writes the frames of a batch into one buffer", () => {
  const packets = [
    [Uint8Array.of(1, 2), Uint8Array.of(3)],
    [],
  ];
  const target = new Uint8Array(packets.reduce((size, parts) => size + interleavedSize(parts), 0));
  let offset = 0;
  for (const [channel, parts] of packets.entries()) {
    offset = writeInterleaved(target, offset, channel, parts);
  }
  assertEquals(offset, target.length);
  assertEquals(target, Uint8Array.of(0x24, 0, 0, 3, 1, 2, 3, 0x24, 1, 0, 0));
});

Deno.test("a frame holds 65535 bytes and not more", () => {
  const frame = interleavedFrame(255, [new Uint8Array(65535)]);
  assertEquals([frame.length, ...frame.subarray(0, 4)], [65539, 0x24, 255, 255, 255]);
  assertThrows(() => interleavedFrame(0, [new Uint8Array(65536)]), RangeError, "65536 bytes");
  assertThrows(() => writeInterleaved(new Uint8Array(3), 0, 0, []), RangeError);
});
