import { assertEquals } from "@std/assert";
import {
  SEQUENCE_BITS,
  TIMESTAMP_BITS,
  Unwrapper,
  wrap,
} from "../../../../protocols/_formats/rtp/sequence.ts";

Deno.test("sequence numbers go on past their wrap, and back over it for a late packet", () => {
  const sequence = new Unwrapper(SEQUENCE_BITS);
  const values = [65534, 65535, 0, 65533, 1].map((raw) => sequence.next(raw));
  assertEquals(values, [65534, 65535, 65536, 65533, 65537]);
});

Deno.test("a packet from before the first has a negative number", () => {
  const sequence = new Unwrapper(SEQUENCE_BITS);
  assertEquals([0, 65535].map((raw) => sequence.next(raw)), [0, -1]);
  assertEquals(wrap(-1, SEQUENCE_BITS), 65535);
});

Deno.test("timestamps go on past their wrap, again and again", () => {
  const timestamp = new Unwrapper(TIMESTAMP_BITS);
  const step = 2 ** 30;
  const values = Array.from({ length: 20 }, (_, i) => timestamp.next(i * step % 2 ** 32));
  assertEquals(values, values.map((_, i) => i * step));
  assertEquals(wrap(values.at(-1) ?? 0, TIMESTAMP_BITS), 19 * step % 2 ** 32);
});
