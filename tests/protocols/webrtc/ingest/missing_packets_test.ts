import { assertEquals } from "@std/assert";
import {
  MAX_MISSING,
  MissingPackets,
  NACK_RETRY_MS,
} from "../../../../protocols/webrtc/ingest/missing_packets.ts";

/** All that come at 0 ms, then what is due at 1 ms. */
const ROWS: readonly {
  readonly name: string;
  readonly come: readonly number[];
  readonly due: readonly number[];
}[] = [
  { name: "nothing is missing before the first", come: [5000], due: [] },
  { name: "what a gap has left out", come: [5, 8], due: [6, 7] },
  { name: "several gaps in order", come: [5, 7, 10, 8], due: [6, 9] },
  { name: "over the wrap", come: [65534, 1], due: [65535, 0] },
  { name: "late over the wrap", come: [65534, 1, 65535], due: [0] },
  { name: "a repetition changes nothing", come: [5, 7, 7, 5], due: [6] },
  { name: "the largest gap", come: [1, 2 + MAX_MISSING], due: range(2, MAX_MISSING) },
  { name: "a larger gap gives up all of them", come: [1, 3, 5 + MAX_MISSING], due: [] },
  { name: "many gaps that are too many together", come: [1, 203, 300], due: [] },
  { name: "a sequence that starts anew", come: [40_000, 40_002, 10, 12], due: [11] },
];

for (const { name, come, due } of ROWS) {
  Deno.test(`MissingPackets: ${name}`, () => {
    const missing = new MissingPackets(400);
    for (const sequence of come) missing.receive(sequence, 0);
    assertEquals(missing.due(1), due);
  });
}

Deno.test("MissingPackets: it is told when a gap is too large to ask for", () => {
  const missing = new MissingPackets(400);
  assertEquals([1, 2 + MAX_MISSING, 4 + MAX_MISSING].map((number) => missing.receive(number, 0)), [
    true,
    true,
    false,
  ]);
  assertEquals(missing.size, 0);
});

Deno.test("MissingPackets: a packet is asked for again, until it comes or is of no more use", () => {
  const missing = new MissingPackets(2 * NACK_RETRY_MS + 1);
  for (const sequence of [1, 5]) missing.receive(sequence, 0);
  assertEquals(missing.due(0), [2, 3, 4]);
  assertEquals(missing.due(NACK_RETRY_MS - 1), []);
  assertEquals(missing.recover(3), true);
  assertEquals(missing.recover(3), false);
  assertEquals(missing.recover(1), false);
  missing.receive(2, 10);
  assertEquals(missing.due(NACK_RETRY_MS), [4]);
  assertEquals(missing.due(2 * NACK_RETRY_MS), [4]);
  assertEquals(missing.due(2 * NACK_RETRY_MS + 1), []);
  assertEquals(missing.size, 0);
});

Deno.test("MissingPackets: what a peer makes of its numbers is bounded", () => {
  const missing = new MissingPackets(400);
  let sequence = 0;
  for (let index = 0; index < 10_000; index++) {
    sequence = (sequence + 1 + index * 37 % 300) & 0xffff;
    missing.receive(sequence, index);
    assertEquals(missing.size <= MAX_MISSING, true);
  }
});

function range(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
