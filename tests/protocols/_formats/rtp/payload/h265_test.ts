import { assertEquals } from "@std/assert";
import type { PayloadPacket } from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { H265 } from "../../../../../protocols/_formats/rtp/payload/h265.ts";
import { hex } from "../../flv/bytes.ts";
import { brief, depacketize, packet, packetize, unitOf } from "./stream.ts";

const MEDIA = { encoding: "H265", clockRate: 90_000 };
const WITH_DON = { ...MEDIA, fmtp: "sprop-max-don-diff=2" };
const VPS = "4001aa";
const SPS = "4201bb";
const PPS = "4401cc";
const CONFIG = { codec: "h265" as const, vps: [hex(VPS)], sps: [hex(SPS)], pps: [hex(PPS)] };
const IDR = "2601af";
const P = "0201d0";
const end = { marker: true };

const ROWS: readonly {
  readonly name: string;
  readonly media?: typeof MEDIA;
  readonly packets: readonly PayloadPacket[];
  readonly frames: readonly string[];
  readonly dropped?: readonly string[];
}[] = [
  { name: "a single NAL unit (4.4.1)", packets: [packet(IDR, end)], frames: ["0 K 2601af"] },
  {
    name: "an aggregation packet (4.4.2)",
    packets: [packet(`6001 0003 ${VPS} 0003 ${SPS} 0003 ${PPS} 0003 ${IDR}`, end)],
    frames: ["0 K 2601af"],
  },
  {
    name: "fragmentation units (4.4.3)",
    packets: [packet("620193 af"), packet("620113 00"), packet("620153 11", end)],
    frames: ["0 K 2601af0011"],
  },
  {
    name: "a PACI packet (4.4.4), ignored",
    packets: [packet("6401000000"), packet(IDR, end)],
    frames: ["0 K 2601af"],
  },
  {
    name: "decoding order numbers of every kind",
    media: WITH_DON,
    packets: [
      packet(`6001 0000 0003 ${VPS} 00 0003 ${SPS} 00 0003 ${PPS}`),
      packet("620193 0003 af"),
      packet("620153 22", end),
      packet("0201 0004 d0", { timestamp: 3000, marker: true }),
    ],
    frames: ["0 K 2601af22", "3000 0201d0"],
  },
  {
    name: "a lost first slice segment: what follows is no frame",
    packets: [
      packet("260140", { lost: true, marker: true }),
      packet(P, { timestamp: 3000, marker: true }),
    ],
    frames: ["3000 0201d0"],
    dropped: ["packets were lost"],
  },
  {
    name: "a header cut short",
    packets: [packet("26", end), packet(P, { timestamp: 3000, marker: true })],
    frames: ["3000 0201d0"],
    dropped: ["Cannot parse H.265 payload: the header is cut short at byte 0"],
  },
  {
    name: "start codes before the NAL unit (some cameras)",
    packets: [packet(`00000001 ${SPS} 000001 ${IDR}`, end)],
    frames: ["0 K 2601af"],
  },
];

for (const { name, media = MEDIA, packets, frames, dropped = [] } of ROWS) {
  Deno.test(`H.265 in: ${name}`, () => {
    const result = depacketize(H265.createDepacketizer(media), packets);
    assertEquals(brief(result.frames), [...frames]);
    assertEquals(result.dropped.map(({ reason }) => reason), [...dropped]);
  });
}

Deno.test("H.265 parameter sets stand in SDP by their kind (7.1)", () => {
  const unit = unitOf(H265, [hex(IDR)], { config: CONFIG });
  const fmtp = H265.fmtp(unit.track) ?? "";
  assertEquals(fmtp, "sprop-vps=QAGq; sprop-sps=QgG7; sprop-pps=RAHM");
  assertEquals(H265.config({ ...MEDIA, fmtp }), CONFIG);
});

Deno.test("an H.265 key unit goes out with its parameter sets in one aggregation packet", () => {
  const unit = unitOf(H265, [hex(IDR)], { config: CONFIG });
  assertEquals(packetize(H265, unit, 256), [
    packet(`6001 0003 ${VPS} 0003 ${SPS} 0003 ${PPS} 0003 ${IDR}`, end),
  ]);
});

Deno.test("a long H.265 NAL unit goes out as fragmentation units, with its layer and time", () => {
  const unit = unitOf(H265, [Uint8Array.of(0x03, 0x0a, ...new Uint8Array(300))], { isKey: false });
  const heads = packetize(H265, unit, 256).map(({ payload }) => payload.subarray(0, 3).toHex());
  assertEquals(heads, ["630a81", "630a41"]);
});
