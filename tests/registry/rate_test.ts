import { assertEquals } from "@std/assert";
import { Rate } from "../../registry/rate.ts";

Deno.test("a rate counts in all, and per second from the first moment on", () => {
  const rate = new Rate(5000);
  assertEquals([rate.total, rate.perSecond(5000)], [0, 0]);
  rate.add(50, 5100);
  assertEquals([rate.total, rate.perSecond(5500)], [50, 100]);
});

Deno.test("a rate is that of whole seconds", () => {
  const rate = new Rate(0);
  for (let ms = 0; ms < 4000; ms += 100) rate.add(10, ms);
  assertEquals(rate.perSecond(4050), 100);
});

Deno.test("a rate forgets what is more than five seconds old", () => {
  const rate = new Rate(0);
  rate.add(1000, 500);
  assertEquals(rate.perSecond(1000), 1000);
  assertEquals(rate.perSecond(5999), 200);
  assertEquals(rate.perSecond(6000), 0);
  rate.add(5, 1_000_000);
  assertEquals([rate.perSecond(1_001_000), rate.total], [1, 1005]);
});
