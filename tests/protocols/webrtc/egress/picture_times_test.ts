import { assertEquals } from "@std/assert";
import { PictureTimes } from "../../../../protocols/webrtc/egress/picture_times.ts";

Deno.test("live pictures have their own times, also those that are shown before others", () => {
  const times = new PictureTimes();
  assertEquals([3000, 12_000, 6000, 15_000].map((pts) => times.next(pts)), [
    3000,
    12_000,
    6000,
    15_000,
  ]);
});

Deno.test("a group of pictures is a millisecond apart, and ends at the true time of its newest", () => {
  const times = new PictureTimes();
  assertEquals(times.squeeze([0, 3000, 6000, 9000]), [8730, 8820, 8910, 9000]);
  assertEquals(times.next(12_000), 12_000);
});

Deno.test("a B-picture whose own time is in the group follows the group", () => {
  const times = new PictureTimes();
  assertEquals(times.squeeze([0, 12_000]), [11_910, 12_000]);
  assertEquals([6000, 9000, 24_000, 18_000].map((pts) => times.next(pts)), [
    12_001,
    12_002,
    24_000,
    18_000,
  ]);
});

Deno.test("a group that is sent again comes after what was sent, in what room there is", () => {
  const times = new PictureTimes();
  times.squeeze([0]);
  times.next(3000);
  times.next(6000);
  assertEquals(times.squeeze([0, 3000, 6000, 9000]), [8730, 8820, 8910, 9000]);
  const many = times.squeeze(Array.from({ length: 100 }, (_, index) => 9000 + index));
  assertEquals([many[0], many[99]], [9001, 9100]);
  // Nothing newer than what was sent: one tick each.
  assertEquals(times.squeeze([0, 3000, 9000]), [9101, 9102, 9103]);
  assertEquals(times.next(9050), 9104);
  assertEquals(times.next(12_000), 12_000);
});

Deno.test("a group of nothing is nothing", () => {
  assertEquals(new PictureTimes().squeeze([]), []);
});
