// Feedback about arrivals, as messages and as bytes: transport-wide-cc, section 3.1.
import { assertEquals } from "@std/assert";
import { parseRtcp, serializeRtcp } from "../../../../protocols/_formats/rtp/rtcp.ts";
import {
  MAX_ARRIVALS,
  MAX_STATUSES,
  TransportArrivals,
} from "../../../../protocols/webrtc/ingest/transport_arrivals.ts";
import { must } from "../../../must.ts";

/** Sequence number and milliseconds. */
type Arrival = readonly [number, number];

/** Each message as "base@reference: deltas", with a dot for what is missing. */
function told(arrivals: TransportArrivals, ...received: readonly Arrival[]): readonly string[] {
  for (const [sequence, ms] of received) arrivals.receive(sequence, ms);
  return arrivals.take().map(({ baseSequence, referenceTime, deltas }) =>
    `${baseSequence}@${referenceTime}: ${deltas.map((delta) => delta ?? ".").join(" ")}`
  );
}

const ROWS: readonly {
  readonly name: string;
  readonly feedbacks: readonly (readonly Arrival[])[];
  readonly messages: readonly string[];
}[] = [
  {
    name: "deltas are of a quarter of a millisecond, the reference of 64 of them",
    feedbacks: [[[7, 640.25], [8, 641], [9, 641.1]]],
    messages: ["7@10: 1 3 0"],
  },
  {
    name: "rounding does not add up",
    feedbacks: [[[1, 0.4], [2, 0.8], [3, 1.2], [4, 1.6], [5, 2]]],
    messages: ["1@0: 2 1 2 1 2"],
  },
  {
    name: "a message goes on after the last, with what was lost between",
    feedbacks: [[[10, 0]], [[13, 100]]],
    messages: ["10@0: 0", "11@1: . . 144"],
  },
  {
    name: "nothing is told where nothing came",
    feedbacks: [[], [[1, 0]], []],
    messages: ["1@0: 0"],
  },
  {
    name: "packets in disorder have steps back in time",
    feedbacks: [[[1, 0], [3, 10], [2, 20]]],
    messages: ["1@0: 0 80 -40"],
  },
  {
    name: "a late packet is told of alone: the others are known",
    feedbacks: [[[1, 0], [2, 0], [4, 0], [5, 0]], [[3, 64], [6, 65]]],
    messages: ["1@0: 0 0 . 0 0", "3@1: 0", "6@1: 4"],
  },
  {
    name: "numbers wrap",
    feedbacks: [[[65534, 0], [65535, 1], [0, 2]], [[2, 3]]],
    messages: ["65534@0: 0 4 4", "1@0: . 12"],
  },
  { name: "a repetition counts once", feedbacks: [[[1, 0], [1, 5]]], messages: ["1@0: 0"] },
  {
    name: "a pause that no delta can tell divides the message",
    feedbacks: [[[1, 0], [2, 8191.75], [3, 16_384]]],
    messages: ["1@0: 0 32767", "3@256: 0"],
  },
  {
    name: "of a jump that no message can tell nothing is told",
    feedbacks: [[[1, 0], [2 + MAX_STATUSES, 4]]],
    messages: ["1@0: 0", `${2 + MAX_STATUSES}@0: 16`],
  },
  {
    name: "the reference wraps into its sign",
    feedbacks: [[[1, 2 ** 23 * 64]], [[2, 2 ** 24 * 64]]],
    messages: [`1@${-(2 ** 23)}: 0`, "2@0: 0"],
  },
];

for (const { name, feedbacks, messages } of ROWS) {
  Deno.test(`TransportArrivals: ${name}`, () => {
    const arrivals = new TransportArrivals();
    assertEquals(feedbacks.flatMap((received) => told(arrivals, ...received)), messages);
  });
}

Deno.test("TransportArrivals: messages are counted modulo 256", () => {
  const arrivals = new TransportArrivals();
  const counts = Array.from({ length: 258 }, (_, index) => {
    arrivals.receive(index, index);
    return must(arrivals.take()[0]).feedbackCount;
  });
  assertEquals([counts[0], counts[255], counts[256], counts[257]], [0, 255, 0, 1]);
});

Deno.test("TransportArrivals: what a peer makes of its numbers is bounded", () => {
  const arrivals = new TransportArrivals();
  for (let index = 0; index < MAX_ARRIVALS; index++) arrivals.receive(index * 3, index * 9000);
  assertEquals(arrivals.isFull, true);
  const reports = arrivals.take();
  assertEquals(arrivals.isFull, false);
  assertEquals(reports.length, MAX_ARRIVALS);
  for (let index = 0; index < MAX_ARRIVALS; index++) arrivals.receive(index * 4, index * 100);
  for (const report of arrivals.take()) {
    const target = { senderSsrc: 1, mediaSsrc: 2 };
    const bytes = serializeRtcp([{ type: "transportFeedback", ...target, ...report }]);
    assertEquals(bytes.length < 1150, true, `${bytes.length} bytes`);
  }
});

Deno.test("a message as it stands on the wire", () => {
  const arrivals = new TransportArrivals();
  for (const [sequence, ms] of [[0x1234, 130], [0x1235, 131], [0x1237, 230]] as const) {
    arrivals.receive(sequence, ms);
  }
  const [report] = arrivals.take();
  const target = { senderSsrc: 0x01020304, mediaSsrc: 0x0a0b0c0d };
  const message = { type: "transportFeedback", ...target, ...must(report) } as const;
  const bytes = serializeRtcp([message]);
  const wire = [
    "8fcd0006", // FMT 15, PT 205, seven words
    "01020304", // sender
    "0a0b0c0d", // media
    "12340004", // base, four packets
    "00000200", // reference 2 x 64 ms, feedback 0
    "d480", // 11 01 01 00 10 ...: two bits each, small, small, not received, large
    "08", // 130 - 128 ms
    "04", // 1 ms
    "018c", // 99 ms
    "0000", // padding
  ];
  assertEquals(bytes.toHex(), wire.join(""));
  assertEquals(parseRtcp(bytes), [message]);
});
