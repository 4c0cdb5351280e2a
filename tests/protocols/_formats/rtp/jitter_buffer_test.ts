// Reordering, loss and restarts of RTP sequences, in packets that carry nothing but their number.
import { assertEquals } from "@std/assert";
import {
  JitterBuffer,
  type JitterBufferOptions,
  type JitterBufferStats,
  type Sequenced,
} from "../../../../protocols/_formats/rtp/jitter_buffer.ts";
import { MAX_DROPOUT } from "../../../../protocols/_formats/rtp/sequence_tracker.ts";

/** Pushes 10 ms apart; what each gives as "number", "number-lost" or "number!" for a restart. */
function given(options: JitterBufferOptions, sequences: readonly number[]) {
  const buffer = new JitterBuffer<Sequenced>(options);
  const outputs = sequences.map((sequence, index) =>
    buffer.push({ sequence }, index * 10).map((ordered) => {
      const { packet, lost, isRestart } = ordered;
      return `${packet.sequence}${lost > 0 ? `-${lost}` : ""}${isRestart ? "!" : ""}`;
    }).join(" ")
  );
  return { buffer, outputs };
}

interface Row {
  readonly name: string;
  readonly options?: JitterBufferOptions;
  readonly push: readonly number[];
  readonly out: readonly string[];
  readonly stats?: Partial<JitterBufferStats>;
}

const TCP = { maxPackets: 0 };

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const ROWS: readonly Row[] = [
  { name: "packets in order pass at once", push: [7, 8, 9], out: ["7", "8", "9"] },
  {
    name: "numbers wrap",
    push: [65534, 65535, 0, 1],
    out: ["65534", "65535", "0", "1"],
    stats: { restarts: 0 },
  },
  {
    name: "two swapped packets come in order",
    push: [1, 3, 2, 4],
    out: ["1", "", "2 3", "4"],
    stats: { reordered: 1, lost: 0 },
  },
  {
    name: "disorder over the wrap",
    push: [65534, 0, 1, 65535],
    out: ["65534", "", "", "65535 0 1"],
    stats: { reordered: 1 },
  },
  {
    name: "a gap is given up when too many wait",
    options: { maxPackets: 2 },
    push: [1, 4, 5, 6, 7],
    out: ["1", "", "", "4-2 5 6", "7"],
    stats: { lost: 2 },
  },
  {
    name: "a gap is given up when the first behind it has waited long enough",
    options: { maxDelayMs: 20 },
    push: [1, 3, 4, 5, 6],
    out: ["1", "", "", "3-1 4 5", "6"],
    stats: { lost: 1 },
  },
  {
    name: "a late packet is dropped, once as late and then as a duplicate",
    options: { maxPackets: 1 },
    push: [1, 3, 4, 2, 2, 5],
    out: ["1", "", "3-1 4", "", "", "5"],
    stats: { lost: 1, late: 1, duplicates: 1 },
  },
  {
    name: "a packet from before the first one is late",
    push: [5, 4, 6],
    out: ["5", "", "6"],
    stats: { late: 1, duplicates: 0 },
  },
  {
    name: "duplicates are dropped, whether they wait or not",
    push: [1, 1, 3, 3, 2],
    out: ["1", "", "", "", "2 3"],
    stats: { duplicates: 2 },
  },
  {
    name: "a stray packet changes nothing",
    push: [1, 30000, 2, 3],
    out: ["1", "", "2", "3"],
  },
  {
    name: "a restart takes two packets, RFC 3550 A.1, and loses none of them",
    push: [40000, 40002, 100, 101, 102],
    out: ["40000", "", "", "40002-1 100! 101", "102"],
    stats: { restarts: 1, lost: 1, strays: 0 },
  },
  {
    name: "a restart whose first packet waited too long starts with the second",
    options: { maxDelayMs: 10 },
    push: [40000, 100, 101, 102],
    out: ["40000", "", "101!", "102"],
    stats: { restarts: 1, strays: 1 },
  },
  {
    name: "the longest gap that is loss, and the first that is a restart",
    options: TCP,
    push: [1, MAX_DROPOUT, 2 * MAX_DROPOUT],
    out: ["1", `${MAX_DROPOUT}-${MAX_DROPOUT - 2}`, `${2 * MAX_DROPOUT}!`],
  },
  {
    name: "a packet that is sent again may be late by as many as may wait",
    options: { maxPackets: 200, maxDelayMs: 10_000 },
    push: [1, ...range(3, 150), 2, 151],
    out: ["1", ...Array(148).fill(""), [2, ...range(3, 150)].join(" "), "151"],
    stats: { lost: 0, restarts: 0 },
  },
  {
    name: "depth 0 tells gaps and holds nothing",
    options: TCP,
    push: [1, 2, 5, 4, 6],
    out: ["1", "2", "5-2", "", "6"],
    stats: { lost: 2, late: 1 },
  },
  {
    name: "depth 0 restarts at once",
    options: TCP,
    push: [30000, 5, 6],
    out: ["30000", "5!", "6"],
    stats: { restarts: 1 },
  },
];

for (const { name, options = {}, push, out, stats = {} } of ROWS) {
  Deno.test(`JitterBuffer: ${name}`, () => {
    const { buffer, outputs } = given(options, push);
    assertEquals(outputs, out);
    assertEquals({ ...buffer.stats, ...stats }, buffer.stats);
  });
}

Deno.test("JitterBuffer: expire gives up at the deadline and not before", () => {
  const buffer = new JitterBuffer<Sequenced>({ maxDelayMs: 50 });
  assertEquals(buffer.deadline, undefined);
  buffer.push({ sequence: 1 }, 0);
  buffer.push({ sequence: 4 }, 10);
  buffer.push({ sequence: 3 }, 20);
  assertEquals(buffer.deadline, 60);
  assertEquals(buffer.expire(59), []);
  const released = buffer.expire(60).map(({ sequence, lost }) => [sequence, lost]);
  assertEquals(released, [[3, 1], [4, 0]]);
  assertEquals(buffer.deadline, undefined);
});

Deno.test("JitterBuffer: flush gives what waits and drops what was never confirmed", () => {
  const buffer = new JitterBuffer<Sequenced>();
  for (const sequence of [1, 3, 30000]) buffer.push({ sequence }, 0);
  assertEquals(buffer.flush().map(({ sequence }) => sequence), [3]);
  assertEquals(buffer.stats.strays, 1);
  assertEquals(buffer.flush(), []);
});
