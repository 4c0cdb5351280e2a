import { assertEquals, assertThrows } from "@std/assert";
import { Deframer, framed } from "../../../../protocols/webrtc/transport/framing.ts";

const DATAGRAMS = [[1, 2, 3], [], [4]].map((bytes) => Uint8Array.from(bytes));
const FRAMED = [0, 3, 1, 2, 3, 0, 0, 0, 1, 4];

Deno.test("datagrams are framed with their lengths (RFC 4571 section 2)", () => {
  assertEquals([...framed(DATAGRAMS)], FRAMED);
});

for (let size = 1; size <= FRAMED.length; size++) {
  Deno.test(`datagrams come out whole of pieces of ${size} bytes`, () => {
    const deframer = new Deframer();
    const frames: Uint8Array[] = [];
    for (let at = 0; at < FRAMED.length; at += size) {
      frames.push(...deframer.feed(Uint8Array.from(FRAMED.slice(at, at + size))));
    }
    assertEquals(frames, DATAGRAMS);
  });
}

Deno.test("what a datagram of WebRTC cannot be is refused before it has arrived", () => {
  assertThrows(() => new Deframer().feed(Uint8Array.of(0x10, 0x01)), RangeError);
});
