// AAC as MPEG4-GENERIC (RFC 3640) and as MP4A-LATM (RFC 6416).
import { assertEquals } from "@std/assert";
import type {
  MediaFormat,
  PayloadPacket,
} from "../../../../../protocols/_formats/rtp/payload/format.ts";
import { MP4A_LATM } from "../../../../../protocols/_formats/rtp/payload/latm.ts";
import { MPEG4_GENERIC } from "../../../../../protocols/_formats/rtp/payload/mpeg4_generic.ts";
import { hex } from "../../flv/bytes.ts";
import { brief, depacketize, packet, packetize, unitOf } from "./stream.ts";

const HBR = "mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190";
const GENERIC: MediaFormat = {
  encoding: "MPEG4-GENERIC",
  clockRate: 48_000,
  channels: 2,
  fmtp: HBR,
};
const LATM: MediaFormat = {
  encoding: "MP4A-LATM",
  clockRate: 48_000,
  channels: 2,
  fmtp: "cpresent=0;config=400023203fc0",
};
const CONFIG = { codec: "aac" as const, audioSpecificConfig: hex("1190") };
const end = { marker: true };

const ROWS: readonly {
  readonly name: string;
  readonly media: MediaFormat;
  readonly packets: readonly PayloadPacket[];
  readonly frames: readonly string[];
  readonly dropped?: readonly string[];
}[] = [
  {
    name: "AAC-hbr, one access unit",
    media: GENERIC,
    packets: [packet("0010 0018 21aabb", end)],
    frames: ["0 K 21aabb"],
  },
  {
    name: "AAC-hbr, three access units with times of their own",
    media: GENERIC,
    packets: [packet("0030 0010 0008 0010 2101 22 2303", end)],
    frames: ["0 K 2101", "1024 K 22", "2048 K 2303"],
  },
  {
    name: "constantDuration in place of the frame length",
    media: { ...GENERIC, fmtp: `${HBR};constantDuration=960` },
    packets: [packet("0020 0008 0008 21 22", end)],
    frames: ["0 K 21", "960 K 22"],
  },
  {
    name: "AAC-lbr (3.3.5)",
    media: {
      ...GENERIC,
      fmtp: "mode=AAC-lbr;sizelength=6;indexlength=2;indexdeltalength=2;config=1190",
    },
    packets: [packet("0010 08 04 2101 22", end)],
    frames: ["0 K 2101", "1024 K 22"],
  },
  {
    name: "access units of a constant size, without headers (3.3.2)",
    media: { ...GENERIC, fmtp: "mode=generic;constantsize=2;config=1190" },
    packets: [packet("2101 2202", end)],
    frames: ["0 K 2101", "1024 K 2202"],
  },
  {
    name: "headers with every optional field, and an auxiliary section",
    media: {
      ...GENERIC,
      fmtp: `${HBR};CTSDeltaLength=8;DTSDeltaLength=8;randomAccessIndication=1;` +
        "streamStateIndication=4;auxiliaryDataSizeLength=8",
    },
    // AU-size 1, index 0, CTS flag and delta, no DTS flag, RAP, state 0: 31 bits.
    packets: [packet("001f 0008 8020 08ff 21", end)],
    frames: ["0 K 21"],
  },
  {
    name: "an access unit over three packets (3.2.3)",
    media: GENERIC,
    packets: [packet("0010 0028 2101"), packet("0010 0028 0203"), packet("0010 0028 04", end)],
    frames: ["0 K 2101020304"],
  },
  {
    name: "a fragment lost in the middle: the rest is dropped, the next access unit is not",
    media: GENERIC,
    packets: [
      packet("0010 0028 2101"),
      packet("0010 0028 04", { marker: true, lost: true }),
      packet("0010 0008 21", { timestamp: 1024, marker: true }),
    ],
    frames: ["1024 K 21"],
    dropped: ["packets were lost"],
  },
  {
    name: "a whole access unit right after a loss",
    media: GENERIC,
    packets: [packet("0010 0008 21", { marker: true, lost: true })],
    frames: ["0 K 21"],
    dropped: ["packets were lost"],
  },
  {
    name: "no marker ever, as access units tell their own size",
    media: GENERIC,
    packets: [packet("0010 0008 21"), packet("0010 0008 22", { timestamp: 1024 })],
    frames: ["0 K 21", "1024 K 22"],
  },
  {
    name: "an ADTS header before the access unit (some cameras)",
    media: GENERIC,
    packets: [packet("0010 0048 fff14c80013ffc 21aa", end)],
    frames: ["0 K 21aa"],
  },
  {
    name: "interleaving, refused",
    media: GENERIC,
    packets: [packet("0020 0008 0009 21 22", end)],
    frames: [],
    dropped: ["Cannot parse MPEG4-GENERIC payload: interleaving is not supported at byte 2"],
  },
  {
    name: "headers cut short",
    media: GENERIC,
    packets: [packet("0040 0008", end)],
    frames: [],
    dropped: ["Cannot parse MPEG4-GENERIC payload: the AU headers are cut short at byte 0"],
  },
  {
    name: "an access unit whose end never comes",
    media: GENERIC,
    packets: [packet("0010 0028 2101"), packet("0010 0008 21", { timestamp: 1024, marker: true })],
    frames: ["1024 K 21"],
    dropped: ["Cannot parse MPEG4-GENERIC payload: an access unit lacks 3 bytes at byte 0"],
  },
  {
    name: "LATM with its configuration in SDP",
    media: LATM,
    packets: [packet("03 21aabb", end)],
    frames: ["0 K 21aabb"],
  },
  {
    name: "LATM whose configuration in SDP has nothing behind that of AAC (GStreamer)",
    media: { ...LATM, fmtp: "cpresent=0;config=40002410adca00" },
    packets: [packet("03 21aabb", end)],
    frames: ["0 K 21aabb"],
  },
  {
    name: "LATM over two packets, the marker on the last (RFC 6416 6.1)",
    media: LATM,
    packets: [packet("04 2101"), packet("0203", end)],
    frames: ["0 K 21010203"],
  },
  {
    name: "LATM with its configuration in band, between bytes",
    media: { ...LATM, fmtp: "cpresent=1" },
    // A bit that is 0, 44 bits of StreamMuxConfig, then 02 21 aa.
    packets: [packet("200011901fe0 110d50", end)],
    frames: ["0 K 21aa"],
  },
  {
    name: "LATM in band without a configuration yet",
    media: { ...LATM, fmtp: "" },
    packets: [packet("81 11", end)],
    frames: [],
    dropped: ["Cannot parse MP4A-LATM payload: its configuration is not known at byte 0"],
  },
  {
    name: "LATM cut short",
    media: LATM,
    packets: [packet("09 21", end)],
    frames: [],
    dropped: ["Cannot parse MP4A-LATM payload: an access unit of 9 bytes has 1 at bit 8"],
  },
];

for (const { name, media, packets, frames, dropped = [] } of ROWS) {
  Deno.test(`AAC in: ${name}`, () => {
    const format = media.encoding === "MP4A-LATM" ? MP4A_LATM : MPEG4_GENERIC;
    const result = depacketize(format.createDepacketizer(media), packets);
    assertEquals(brief(result.frames), [...frames]);
    assertEquals(result.dropped.map(({ reason }) => reason), [...dropped]);
  });
}

Deno.test("the configuration of LATM in band comes with the first frame", () => {
  const media = { ...LATM, fmtp: "" };
  const packets = [packet("200011901fe0 110d50", end)];
  const { frames } = depacketize(MP4A_LATM.createDepacketizer(media), packets);
  assertEquals(frames.map(({ config }) => config), [CONFIG]);
});

Deno.test("AAC in SDP, there and back", () => {
  const { track } = unitOf(MPEG4_GENERIC, [], { config: CONFIG });
  for (const format of [MPEG4_GENERIC, MP4A_LATM]) {
    const rtpmap = format.rtpmap(track);
    assertEquals([rtpmap.clockRate, rtpmap.channels], [48_000, 2]);
    assertEquals(format.config({ ...rtpmap, fmtp: format.fmtp(track) ?? "" }), CONFIG);
  }
});

Deno.test("AAC-LC of the rate and channels is assumed where SDP has no config (some cameras)", () => {
  const { fmtp: _, ...bare } = GENERIC;
  assertEquals(MPEG4_GENERIC.config(bare), CONFIG);
  assertEquals(MPEG4_GENERIC.config({ ...GENERIC, fmtp: "config=zz" }), CONFIG);
  assertEquals(MPEG4_GENERIC.config({ ...bare, clockRate: 90_000 }), undefined);
});

Deno.test("a long access unit goes out in fragments that all tell its whole size", () => {
  const unit = unitOf(MPEG4_GENERIC, [new Uint8Array(300).fill(0x21)], { config: CONFIG });
  const heads = packetize(MPEG4_GENERIC, unit, 256)
    .map(({ payload, marker }) => [payload.subarray(0, 4).toHex(), payload.length, marker]);
  assertEquals(heads, [["00100960", 256, false], ["00100960", 52, true]]);
});

Deno.test("an access unit above thirteen bits of length is not sent", () => {
  const unit = unitOf(MPEG4_GENERIC, [new Uint8Array(8192)]);
  assertEquals(MPEG4_GENERIC.packetize(unit, 1400), []);
});
