import { assertEquals, assertStrictEquals } from "@std/assert";
import type { PayloadPacket } from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { H264 } from "../../../../../protocols/_formats/rtp/payload/h264.ts";
import { hex } from "../../flv/bytes.ts";
import { brief, depacketize, packet, packetize, unitOf } from "./stream.ts";

const MEDIA = { encoding: "H264", clockRate: 90_000 };
const SPS = "6742c00a01";
const PPS = "68ce3c80";
const CONFIG = { codec: "h264" as const, sps: [hex(SPS)], pps: [hex(PPS)] };

/** Slices: the first and a further one of an IDR picture, the first of a P picture. */
const IDR = "65 88aa";
const NEXT_IDR = "65 48bb";
const P = "41 9acc";

const run = (...packets: readonly PayloadPacket[]) =>
  depacketize(H264.createDepacketizer(MEDIA), packets);

interface Row {
  readonly name: string;
  readonly packets: readonly PayloadPacket[];
  readonly frames: readonly string[];
  readonly dropped?: readonly string[];
}

const end = { marker: true };
const at = (timestamp: number, marker = false) => ({ timestamp, marker });

const ROWS: readonly Row[] = [
  { name: "a single NAL unit (5.6)", packets: [packet(IDR, end)], frames: ["0 K 6588aa"] },
  {
    name: "a STAP-A (5.7.1), its empty entry and odd byte passed over",
    packets: [packet(`78 0003 ${IDR} 0000 0003 ${NEXT_IDR} 07`, end)],
    frames: ["0 K 6588aa 6548bb"],
  },
  {
    name: "a STAP-B, its decoding order number passed over",
    packets: [packet(`79 0005 0003 ${IDR}`, end)],
    frames: ["0 K 6588aa"],
  },
  {
    name: "an MTAP16 (5.7.2): NAL units of two times",
    packets: [packet(`7a 0000 0003 00 0000 ${IDR} 0003 01 0bb8 ${P}`, end)],
    frames: ["0 K 6588aa", "3000 419acc"],
  },
  {
    name: "an MTAP24",
    packets: [packet(`7b 0000 0003 00 010000 ${IDR}`, end)],
    frames: ["65536 K 6588aa"],
  },
  {
    name: "an FU-A (5.8)",
    packets: [packet("7c 85 88"), packet("7c 05 aabb"), packet("7c 45 cc", end)],
    frames: ["0 K 6588aabbcc"],
  },
  {
    name: "an FU-B",
    packets: [packet("7d 85 0007 88"), packet("7c 45 aa", end)],
    frames: ["0 K 6588aa"],
  },
  {
    name: "types 0, 30 and 31, which are to be ignored (5.4)",
    packets: [packet("00ff"), packet("7e00"), packet("7f00"), packet(IDR, end)],
    frames: ["0 K 6588aa"],
  },
  {
    name: "payloads without a byte, as of padding alone",
    packets: [packet(""), packet(IDR), packet("", end), packet(P, at(3000, true))],
    frames: ["0 K 6588aa", "3000 419acc"],
  },
  {
    name: "an access unit of a delimiter alone: nothing",
    packets: [packet("0910", end), packet(P, at(3000, true))],
    frames: ["3000 419acc"],
  },
  {
    name: "a camera that sets no marker: the next timestamp ends a frame, the flush the last",
    packets: [packet(IDR), packet(NEXT_IDR), packet(P, at(3000))],
    frames: ["0 K 6588aa 6548bb", "3000 419acc"],
  },
  {
    name: "a camera that sets the marker on parameter sets",
    packets: [packet(SPS, end), packet(PPS, end), packet(IDR, end)],
    frames: ["0 K 6588aa"],
  },
  {
    name: "a camera that sets the marker on each NAL unit: believed no more after the first frame",
    packets: [
      packet(IDR, end),
      packet(NEXT_IDR, end),
      packet(IDR, at(3000, true)),
      packet(NEXT_IDR, at(3000, true)),
      packet(P, at(6000, true)),
    ],
    frames: ["0 K 6588aa", "3000 K 6588aa 6548bb", "6000 419acc"],
    dropped: ["a frame went on after its marker"],
  },
  {
    name: "a camera that sets the marker on each fragment",
    packets: [packet("7c8588", end), packet("7c05aa", end), packet("7c45cc", end)],
    frames: ["0 K 6588aacc"],
  },
  {
    name: "a camera that never sets the end bit of an FU-A",
    packets: [packet("7c8588"), packet("7c05aa", end), packet(P, at(3000, true))],
    frames: ["0 K 6588aa", "3000 419acc"],
  },
  {
    name: "a camera that sends parameter sets under a time of their own",
    packets: [packet(SPS, at(10)), packet(PPS, at(20)), packet(IDR, at(3000, true))],
    frames: ["3000 K 6588aa"],
  },
  {
    name: "a camera whose clock stands still: markers and first slices tell frames apart",
    packets: [packet(IDR, end), packet(P, end), packet(P, end)],
    frames: ["0 K 6588aa", "0 419acc", "0 419acc"],
  },
  {
    name: "an encoder that sends a byte stream in place of a NAL unit",
    packets: [packet(`00000001 ${SPS} 000001 ${PPS} 000001 ${IDR}`, end)],
    frames: ["0 K 6588aa"],
  },
  {
    name: "an encoder that fragments parameter sets and picture as one",
    packets: [packet(`7c87 ${SPS.slice(2)} 000001`), packet(`7c47 ${PPS} 000001 ${IDR}`, end)],
    frames: ["0 K 6588aa"],
  },
  {
    name: "wrong reference bits in the FU indicator, taken as they come",
    packets: [packet("1c8588"), packet("1c45aa", end)],
    frames: ["0 K 0588aa"],
  },
  {
    name: "an FU-A that starts anew without a loss",
    packets: [packet("7c8588"), packet("7c85aa"), packet("7c45cc", end)],
    frames: ["0 K 6588 65aacc"],
  },
  {
    name: "a lost start of an FU-A: the frame is dropped, the next one whole",
    packets: [
      packet("7c05aa", { lost: true }),
      packet("7c45cc", end),
      packet(P, at(3000, true)),
    ],
    frames: ["3000 419acc"],
    dropped: ["packets were lost"],
  },
  {
    name: "a lost middle of an FU-A",
    packets: [
      packet("7c8588"),
      packet("7c45cc", { marker: true, lost: true }),
      packet(P, at(3000, true)),
    ],
    frames: ["3000 419acc"],
    dropped: ["packets were lost"],
  },
  {
    name: "a lost end of an FU-A",
    packets: [packet("7c8588"), packet(P, { timestamp: 3000, marker: true, lost: true })],
    frames: ["3000 419acc"],
    dropped: ["packets were lost"],
  },
  {
    name: "a lost first slice: what follows is no frame",
    packets: [packet(NEXT_IDR, { marker: true, lost: true }), packet(P, at(3000, true))],
    frames: ["3000 419acc"],
    dropped: ["packets were lost"],
  },
  {
    name: "an SEI whose picture is lost does not go to the next one",
    packets: [packet("0601ff80"), packet(P, { timestamp: 3000, marker: true, lost: true })],
    frames: ["3000 419acc"],
    dropped: ["packets were lost"],
  },
  {
    name: "a middle without a start, though nothing is lost",
    packets: [packet("7c05aa"), packet("7c45cc", end), packet(P, at(3000, true))],
    frames: ["3000 419acc"],
    dropped: ["Cannot parse H.264 payload: a fragment has no start at byte 0"],
  },
  {
    name: "a STAP-A cut short",
    packets: [packet("78 0009 65", end), packet(P, at(3000, true))],
    frames: ["3000 419acc"],
    dropped: ["Cannot parse H.264 payload: a NAL unit of 9 bytes has 1 at byte 1"],
  },
  {
    name: "an MTAP cut short",
    packets: [packet("7a 0000 0009 00 0000 65", end)],
    frames: [],
    dropped: ["Cannot parse H.264 payload: an MTAP is cut short at byte 0"],
  },
];

for (const { name, packets, frames, dropped = [] } of ROWS) {
  Deno.test(`H.264 in: ${name}`, () => {
    const result = run(...packets);
    assertEquals(brief(result.frames), [...frames]);
    assertEquals(result.dropped.map(({ reason }) => reason), [...dropped]);
  });
}

Deno.test("a sender that stops in the middle of a frame, having set markers, leaves it unfinished", () => {
  assertEquals(brief(run(packet(IDR, end), packet(P, at(3000))).frames), ["0 K 6588aa"]);
});

Deno.test("a NAL unit in one packet is a view of it", () => {
  const sent = packet(IDR, end);
  assertStrictEquals(run(sent).frames[0]?.payload[0]?.buffer, sent.payload.buffer);
});

Deno.test("parameter sets in band come with the first frame that has them, and when they change", () => {
  const { frames } = run(
    packet(`78 0005 ${SPS} 0004 ${PPS} 0003 ${IDR}`, end),
    packet(`78 0005 ${SPS} 0004 ${PPS} 0003 ${IDR}`, at(1, true)),
    packet("68ce3c81", at(2)),
    packet(IDR, at(2, true)),
  );
  const changed = { ...CONFIG, pps: [hex("68ce3c81")] };
  assertEquals(frames.map(({ config }) => config), [CONFIG, undefined, changed]);
});

Deno.test("parameter sets whose frame is lost come with the next frame", () => {
  const { frames } = run(
    packet(`78 0005 ${SPS} 0004 ${PPS}`),
    packet(P, { timestamp: 1, marker: true, lost: true }),
  );
  assertEquals(frames.map(({ config }) => config), [CONFIG]);
});

Deno.test("parameter sets that SDP told are not told again", () => {
  const fmtp = "packetization-mode=1;sprop-parameter-sets=Z0LACgE=,aM48gA==";
  const media = { ...MEDIA, fmtp };
  assertEquals(H264.config(media), CONFIG);
  const depacketizer = H264.createDepacketizer(media);
  const { frames } = depacketize(depacketizer, [packet(SPS), packet(PPS), packet(IDR, end)]);
  assertEquals(frames.map(({ config }) => config), [undefined]);
});

const FMTPS: readonly { name: string; fmtp: string; config: typeof CONFIG | undefined }[] = [
  { name: "nothing", fmtp: "", config: undefined },
  { name: "no padding", fmtp: "sprop-parameter-sets=Z0LACgE,aM48gA", config: CONFIG },
  {
    name: "start codes (some cameras)",
    fmtp: "sprop-parameter-sets=AAAAAWdCwAoB,AAAAAWjOPIA=",
    config: CONFIG,
  },
  { name: "both in one item", fmtp: "sprop-parameter-sets=Z0LACgEAAAABaM48gA==", config: CONFIG },
  {
    name: "capitals and spaces",
    fmtp: " Sprop-Parameter-Sets = Z0LACgE=,aM48gA== ;x",
    config: CONFIG,
  },
  { name: "what is no base64", fmtp: "sprop-parameter-sets=%%%,Z", config: undefined },
];

for (const { name, fmtp, config } of FMTPS) {
  Deno.test(`sprop-parameter-sets with ${name}`, () => {
    assertEquals(H264.config({ ...MEDIA, fmtp }), config);
  });
}

Deno.test("a key unit goes out with its parameter sets in one STAP-A, the highest NRI in front", () => {
  const unit = unitOf(H264, [hex(IDR)], { config: CONFIG });
  assertEquals(packetize(H264, unit, 256), [packet(`78 0005 ${SPS} 0004 ${PPS} 0003 ${IDR}`, end)]);
});

Deno.test("a long NAL unit goes out as FU-A, with the bits of its header", () => {
  const nal = Uint8Array.of(0x41, ...new Uint8Array(600).fill(7));
  const unit = unitOf(H264, [hex("0601"), nal], { isKey: false, config: CONFIG });
  const packets = packetize(H264, unit, 256);
  const heads = packets.map(({ payload, marker }) => [
    payload.subarray(0, 2).toHex(),
    payload.length,
    marker,
  ]);
  assertEquals(heads, [
    ["0601", 2, false],
    ["5c81", 256, false],
    ["5c01", 256, false],
    ["5c41", 94, true],
  ]);
});

Deno.test("fragments hold views of the unit's own payload", () => {
  const nal = new Uint8Array(600).fill(0x41);
  const [first] = H264.packetize(unitOf(H264, [nal]), 256);
  assertStrictEquals(first?.parts[1]?.buffer, nal.buffer);
});

Deno.test("a unit without payload gives no packets", () => {
  assertEquals(H264.packetize(unitOf(H264, []), 256), []);
});
