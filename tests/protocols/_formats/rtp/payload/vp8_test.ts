import { assertEquals } from "@std/assert";
import type { PayloadPacket } from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { VP8 } from "../../../../../protocols/_formats/rtp/payload/vp8.ts";
import { brief, depacketize, packet, packetize, unitOf } from "./stream.ts";

const KEY = "100000 9d012a 4000 3000";
const INTER = "110000 aa";
const end = { marker: true };

const ROWS: readonly {
  readonly name: string;
  readonly packets: readonly PayloadPacket[];
  readonly frames: readonly string[];
  readonly dropped?: readonly string[];
}[] = [
  {
    name: "the shortest descriptor",
    packets: [packet(`10 ${KEY}`, end)],
    frames: ["0 K 1000009d012a40003000"],
  },
  {
    name: "a short and a long picture id",
    packets: [
      packet(`90 80 11 ${INTER}`, end),
      packet(`90 80 8011 ${INTER}`, { timestamp: 9, marker: true }),
    ],
    frames: ["0 110000aa", "9 110000aa"],
  },
  {
    name: "every field of the descriptor (Chromium)",
    packets: [packet(`90 e0 8011 05 20 ${INTER}`, end)],
    frames: ["0 110000aa"],
  },
  {
    name: "partitions in packets of their own, the second started as well",
    packets: [packet(`10 ${INTER}`), packet("11 bb"), packet("01 cc", end)],
    frames: ["0 110000aabbcc"],
  },
  {
    name: "a lost start",
    packets: [
      packet("00 bb", { lost: true, marker: true }),
      packet(`10 ${INTER}`, { timestamp: 9, marker: true }),
    ],
    frames: ["9 110000aa"],
    dropped: ["packets were lost"],
  },
  {
    name: "a descriptor alone",
    packets: [packet("90 80 11", end)],
    frames: [],
    dropped: ["Cannot parse VP8 payload: there is nothing but a descriptor at byte 0"],
  },
  {
    name: "a key frame without start code",
    packets: [packet("10 100000 000000 4000 3000", end)],
    frames: [],
    dropped: ["Cannot parse VP8 frame header: the start code is missing at byte 3"],
  },
];

for (const { name, packets, frames, dropped = [] } of ROWS) {
  Deno.test(`VP8 in: ${name}`, () => {
    const media = { encoding: "VP8", clockRate: 90_000 };
    const result = depacketize(VP8.createDepacketizer(media), packets);
    assertEquals(brief(result.frames), [...frames]);
    assertEquals(result.dropped.map(({ reason }) => reason), [...dropped]);
  });
}

Deno.test("a VP8 frame goes out with its start in the first packet", () => {
  const unit = unitOf(VP8, [new Uint8Array(300)]);
  const heads = packetize(VP8, unit, 256).map(({ payload, marker }) => [payload[0], marker]);
  assertEquals(heads, [[0x10, false], [0, true]]);
});
