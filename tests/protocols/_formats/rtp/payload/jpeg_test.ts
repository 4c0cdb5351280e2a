import { assertEquals, assertThrows } from "@std/assert";
import { RtpError } from "../../../../../protocols/_formats/rtp/errors.ts";
import { JPEG } from "../../../../../protocols/_formats/rtp/payload/jpeg.ts";
import {
  type JpegImage,
  readJpeg,
  writeJpeg,
} from "../../../../../protocols/_formats/rtp/payload/jpeg_image.ts";
import { scaledQuantizers } from "../../../../../protocols/_formats/rtp/payload/jpeg_tables.ts";
import { hex } from "../../flv/bytes.ts";
import { depacketize, packet, packetize, unitOf } from "./stream.ts";

const MEDIA = { encoding: "JPEG", clockRate: 90_000 };
const end = { marker: true };
const LUMA = "01".repeat(64);
const CHROMA = "02".repeat(64);
const TABLES = `00000080 ${LUMA}${CHROMA}`;

const IMAGE: JpegImage = {
  width: 64,
  height: 48,
  verticalSampling: 2,
  quantizers: [hex(LUMA), hex(CHROMA)],
  restartInterval: 0,
  scan: hex("aabb"),
};

const ROWS: readonly { name: string; packets: readonly string[]; image: JpegImage }[] = [
  {
    name: "a quality of 50: the tables of annex K (4.2)",
    packets: ["00 000000 01 32 08 06 aabb"],
    image: { ...IMAGE, quantizers: scaledQuantizers(50) },
  },
  {
    name: "a quality of 255, tables in front (3.1.8)",
    packets: [`00 000000 01 ff 08 06 ${TABLES} aabb`],
    image: IMAGE,
  },
  {
    name: "4:2:2, with a restart interval (3.1.7)",
    packets: [`00 000000 40 ff 08 06 0004 ffff ${TABLES} aabb`],
    image: { ...IMAGE, verticalSampling: 1, restartInterval: 4 },
  },
  {
    name: "two fragments, and the end of image with padding (some cameras)",
    packets: [`00 000000 01 ff 08 06 ${TABLES} aabb`, "00 000002 01 ff 08 06 ccffd90000"],
    image: { ...IMAGE, scan: hex("aabbcc") },
  },
  {
    name: "one table for all (FFmpeg)",
    packets: [`00 000000 01 ff 08 06 00000040 ${LUMA} aabb`],
    image: { ...IMAGE, quantizers: [hex(LUMA)] },
  },
];

for (const { name, packets, image } of ROWS) {
  Deno.test(`JPEG in: ${name}`, () => {
    const sent = packets.map((payload, index) =>
      packet(payload, { marker: index === packets.length - 1 })
    );
    const { frames, dropped } = depacketize(JPEG.createDepacketizer(MEDIA), sent);
    assertEquals(dropped, []);
    assertEquals(frames.map(({ payload: [data] }) => data && readJpeg(data)), [image]);
  });
}

const BAD: readonly (readonly [payload: string, reason: string])[] = [
  ["00 000000 02 32 08 06 aabb", "type 2 is not known at byte 4"],
  ["00 000000 01 32 00 06 aabb", "the size is not told at byte 6"],
  ["00 000000 01 64 08 06 aabb", "quality 100 is reserved at byte 5"],
  ["00 000000 01 ff 08 06 00000000 aabb", "the quantizers are not known at byte 8"],
  ["00 000000 01 ff 08 06 00000080 01", "the quantizers are cut short at byte 8"],
  [
    `00 000000 01 ff 08 06 00030080 ${LUMA}${CHROMA} aa`,
    "the quantizers are not one or two tables of 8 bits at byte 8",
  ],
  ["00 000009 01 32 08 06 aabb", "a fragment starts at 9, not 0 at byte 1"],
  ["00 000000 01 32 08 06", "there is no scan at byte 8"],
];

for (const [payload, reason] of BAD) {
  Deno.test(`JPEG in: ${reason}`, () => {
    const { frames, dropped } = depacketize(JPEG.createDepacketizer(MEDIA), [packet(payload, end)]);
    assertEquals(frames, []);
    assertEquals(dropped.map((each) => each.reason), [`Cannot parse JPEG payload: ${reason}`]);
  });
}

Deno.test("tables of a quality from 128 to 254 hold for the frames that have none", () => {
  const { frames } = depacketize(JPEG.createDepacketizer(MEDIA), [
    packet(`00 000000 01 80 08 06 ${TABLES} aabb`, end),
    packet("00 000000 01 80 08 06 00000000 cc", { timestamp: 3000, marker: true }),
  ]);
  const images = frames.map(({ payload: [data] }) => data && readJpeg(data));
  assertEquals(images, [IMAGE, { ...IMAGE, scan: hex("cc") }]);
});

Deno.test("a JPEG image goes out without its headers, and always with two tables", () => {
  const unit = unitOf(JPEG, [writeJpeg({ ...IMAGE, quantizers: [hex(LUMA)] })]);
  assertEquals(packetize(JPEG, unit, 256), [
    packet(`00 000000 01 ff 08 06 00000080 ${LUMA}${LUMA} aabb`, end),
  ]);
});

Deno.test("JPEG images that RTP cannot say are refused, and not sent", () => {
  const jpeg = writeJpeg(IMAGE).toHex();
  const rows = [
    ["progressive", jpeg.replace("ffc00011", "ffc20011"), "it is not baseline"],
    ["4:4:4", jpeg.replace("0301220002", "0301110002"), "neither 4:2:0 nor 4:2:2"],
    ["other Huffman tables", jpeg.replace("ffc4001f00", "ffc4001f02"), "not the standard ones"],
    ["no start", jpeg.slice(4), "the start of image is missing"],
    ["no scan", jpeg.slice(0, 200), "a segment is damaged"],
    ["16-bit quantizers", jpeg.replace("ffdb004300", "ffdb004310"), "not of 8 bits"],
  ] as const;
  for (const [name, digits, reason] of rows) {
    assertThrows(() => readJpeg(hex(digits)), RtpError, reason, name);
    assertEquals(JPEG.packetize(unitOf(JPEG, [hex(digits)]), 256), [], name);
  }
  const wide = writeJpeg({ ...IMAGE, width: 2048 });
  assertEquals(JPEG.packetize(unitOf(JPEG, [wide]), 256), []);
});
