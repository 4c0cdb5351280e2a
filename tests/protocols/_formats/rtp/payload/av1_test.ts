import { assertEquals } from "@std/assert";
import { AV1 } from "../../../../../protocols/_formats/rtp/payload/av1.ts";
import type { PayloadPacket } from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { parseAv1C } from "../../../../../registry/media/av1.ts";
import { AV1C } from "../../../../registry/media/vectors.ts";
import { hex } from "../../flv/bytes.ts";
import { brief, depacketize, packet, packetize, unitOf } from "./stream.ts";

const MEDIA = { encoding: "AV1", clockRate: 90_000 };
const SEQUENCE = "0800000004457e3effe0";
const KEY = "3010aa";
const INTER = "3030bb";
const TILES = "20cc";
const end = { marker: true };

const ROWS: readonly {
  readonly name: string;
  readonly packets: readonly PayloadPacket[];
  readonly frames: readonly string[];
  readonly dropped?: readonly string[];
}[] = [
  {
    name: "W = 2: the last element has no length (4.4)",
    packets: [packet(`28 0a ${SEQUENCE} ${KEY}`, end)],
    frames: ["0 K 3010aa"],
  },
  {
    name: "W = 0: every element has a length",
    packets: [packet(`08 0a ${SEQUENCE} 03 ${KEY} 02 ${TILES}`, end)],
    frames: ["0 K 3010aa 20cc"],
  },
  {
    name: "an OBU over three packets (Y and Z)",
    packets: [packet("50 3030"), packet("d0 bb"), packet("a0 01 cc 20cc", end)],
    frames: ["0 3030bbcc 20cc"],
  },
  {
    name: "size fields and a temporal delimiter, which should not be there",
    packets: [packet("20 02 1200 3203 10aabb", end)],
    frames: ["0 K 3010aabb"],
  },
  {
    name: "no marker: the next timestamp ends it",
    packets: [packet(`10 ${INTER}`), packet(`10 ${INTER}`, { timestamp: 3000 })],
    frames: ["0 3030bb", "3000 3030bb"],
  },
  {
    name: "a sequence header alone, under its own marker and time",
    packets: [packet(`18 ${SEQUENCE}`, end), packet(`10 ${KEY}`, { timestamp: 9, marker: true })],
    frames: ["9 K 3010aa"],
  },
  {
    name: "after a loss, up to what is known to be a start",
    packets: [
      packet("50 3030"),
      packet("90 cc", { lost: true, marker: true }),
      packet(`10 ${INTER}`, { timestamp: 3000, marker: true }),
      packet(`10 ${TILES}`, { timestamp: 6000, marker: true, lost: true }),
      packet(`28 0a ${SEQUENCE} ${KEY}`, { timestamp: 9000, marker: true, lost: true }),
    ],
    frames: ["3000 3030bb", "9000 K 3010aa"],
    dropped: ["packets were lost", "packets were lost", "packets were lost"],
  },
  {
    name: "a fragment without its start",
    packets: [packet("90 cc", end)],
    frames: [],
    dropped: ["Cannot parse AV1 payload: a fragment has no start at byte 0"],
  },
  {
    name: "an element longer than the packet",
    packets: [packet("00 7f 30", end)],
    frames: [],
    dropped: ["Cannot parse AV1 payload: an element of 127 bytes has 1 at byte 1"],
  },
];

for (const { name, packets, frames, dropped = [] } of ROWS) {
  Deno.test(`AV1 in: ${name}`, () => {
    const result = depacketize(AV1.createDepacketizer(MEDIA), packets);
    assertEquals(brief(result.frames), [...frames]);
    assertEquals(result.dropped.map(({ reason }) => reason), [...dropped]);
  });
}

const CONFIG = { codec: "av1" as const, sequenceHeader: hex(SEQUENCE) };

Deno.test("an AV1 key unit goes out with its sequence header, as a new sequence", () => {
  const unit = unitOf(AV1, [hex(KEY)], { config: CONFIG });
  const packets = packetize(AV1, unit, 256);
  assertEquals(packets, [packet(`28 0a ${SEQUENCE} ${KEY}`, end)]);
  const { frames } = depacketize(AV1.createDepacketizer(MEDIA), packets);
  assertEquals(frames[0]?.config, CONFIG);
});

Deno.test("a long OBU goes out in elements that say that they go on", () => {
  const obu = Uint8Array.of(0x30, 0x30, ...new Uint8Array(500));
  const packets = packetize(AV1, unitOf(AV1, [obu, hex(TILES)], { isKey: false }), 256);
  const heads = packets.map(({ payload, marker }) => [payload[0]?.toString(16), marker]);
  assertEquals(heads, [["50", false], ["a0", true]]);
});

Deno.test("AV1 in SDP (7.2.1)", () => {
  const config = parseAv1C(hex(AV1C.aom));
  const { track } = unitOf(AV1, [], { ...(config && { config }) });
  assertEquals(AV1.fmtp(track), "profile=0; level-idx=0; tier=0");
  assertEquals(AV1.fmtp(unitOf(AV1, []).track), undefined);
});
