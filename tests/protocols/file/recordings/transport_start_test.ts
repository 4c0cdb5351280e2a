import { assertEquals } from "@std/assert";
import { transportStart } from "../../../../protocols/file/recordings/transport_start.ts";
import { mediaOf, mux } from "../../_formats/mpegts/stream.ts";
import { Shelf, unitsOf } from "./files.ts";

/** Packets that stand `stride` apart, the first after `before` other bytes. */
function packets(stride: number, before: number, count = 8): Uint8Array {
  const bytes = new Uint8Array(before + count * stride);
  for (let i = 0; i < count; i++) bytes[before + i * stride] = 0x47;
  return bytes;
}

Deno.test("the first whole packet is found, also in a stream that was entered in one", () => {
  for (
    const [stride, before, expected] of [
      [188, 0, 0],
      [188, 1, 1],
      [188, 187, 187],
      [192, 4, 0], // M2TS: the time stamp belongs to the packet
      [192, 10, 6],
      [192, 3, 191], // that of the first was cut off
      [204, 0, 0],
      [204, 100, 100],
    ] as const
  ) {
    assertEquals(transportStart(packets(stride, before)), expected, `${stride} ${before}`);
  }
  assertEquals(transportStart(packets(188, 0, 2)), 0);
  assertEquals(transportStart(packets(188, 20, 3)), undefined);
  assertEquals(transportStart(new Uint8Array(2000)), undefined);
  assertEquals(transportStart(new Uint8Array(0)), undefined);
});

Deno.test("a transport stream that begins in the middle of a packet plays", async () => {
  const whole = mux(mediaOf("avc_aac"));
  await using shelf = await Shelf.make({
    "whole.ts": whole,
    // A packet that nobody knows the beginning of, and all others.
    "cut.ts": Uint8Array.from([...whole.subarray(88, 188), ...whole]),
  });
  const [a, b] = [await shelf.open("whole.ts"), await shelf.open("cut.ts")];
  const [expected, units] = [await unitsOf(a), await unitsOf(b)];
  a.close();
  b.close();
  assertEquals(units.map(({ pts }) => pts), expected.map(({ pts }) => pts));
});
