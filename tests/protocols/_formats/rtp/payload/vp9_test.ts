import { assertEquals } from "@std/assert";
import type { PayloadPacket } from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { VP9 } from "../../../../../protocols/_formats/rtp/payload/vp9.ts";
import { brief, depacketize, packet, packetize, unitOf } from "./stream.ts";

const MEDIA = { encoding: "VP9", clockRate: 90_000 };
const KEY = "824983420000000000";
const INTER = "8600aa";
const end = { marker: true };

const ROWS: readonly {
  readonly name: string;
  readonly packets: readonly PayloadPacket[];
  readonly frames: readonly string[];
  readonly dropped?: readonly string[];
}[] = [
  { name: "B and E alone (FFmpeg)", packets: [packet(`0c ${KEY}`, end)], frames: [`0 K ${KEY}`] },
  {
    name: "a long picture id (4.2)",
    packets: [packet(`cc 8123 ${INTER}`, end)],
    frames: [`0 ${INTER}`],
  },
  {
    name: "layer indices of the non-flexible mode, with TL0PICIDX",
    packets: [packet(`ec 11 20 05 ${INTER}`, end)],
    frames: [`0 ${INTER}`],
  },
  {
    name: "the flexible mode with three references",
    packets: [packet(`fc 11 20 03 05 06 ${INTER}`, end)],
    frames: [`0 ${INTER}`],
  },
  {
    name: "a scalability structure with sizes and a group of pictures",
    packets: [packet(`0e 18 0040 0030 02 04 01 08 0102 ${KEY}`, end)],
    frames: [`0 K ${KEY}`],
  },
  {
    name: "two spatial layers: a superframe with its index (annex B)",
    packets: [packet(`2c 00 05 ${KEY}`), packet(`6c 02 05 ${INTER}`, end)],
    frames: [`0 K ${KEY}${INTER}d90900000003000000d9`],
  },
  {
    name: "a lost start",
    packets: [
      packet("04 bb", { lost: true, marker: true }),
      packet(`4c ${INTER}`, { timestamp: 9, marker: true }),
    ],
    frames: [`9 ${INTER}`],
    dropped: ["packets were lost"],
  },
  {
    name: "a descriptor cut short",
    packets: [packet("ec", end)],
    frames: [],
    dropped: ["Cannot parse VP9 payload: there is nothing but a descriptor at byte 0"],
  },
];

for (const { name, packets, frames, dropped = [] } of ROWS) {
  Deno.test(`VP9 in: ${name}`, () => {
    const result = depacketize(VP9.createDepacketizer(MEDIA), packets);
    assertEquals(brief(result.frames), [...frames]);
    assertEquals(result.dropped.map(({ reason }) => reason), [...dropped]);
  });
}

Deno.test("the configuration of VP9 comes with its first key frame", () => {
  const packets = [packet(`0c ${KEY}`, end), packet(`0c ${KEY}`, { timestamp: 9, marker: true })];
  const { frames } = depacketize(VP9.createDepacketizer(MEDIA), packets);
  assertEquals(frames.map(({ config }) => config?.codec), ["vp9", undefined]);
  const [config] = frames.flatMap(({ config = [] }) => config);
  assertEquals(VP9.fmtp(unitOf(VP9, [], { ...(config && { config }) }).track), "profile-id=0");
});

Deno.test("a VP9 frame goes out with its edges, and says whether it predicts", () => {
  const heads = (isKey: boolean) =>
    packetize(VP9, unitOf(VP9, [new Uint8Array(600)], { isKey }), 256)
      .map(({ payload, marker }) => [payload[0], marker]);
  assertEquals(heads(true), [[0x08, false], [0x00, false], [0x04, true]]);
  assertEquals(heads(false), [[0x48, false], [0x40, false], [0x44, true]]);
});
