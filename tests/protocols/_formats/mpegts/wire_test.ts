import { assertEquals, assertThrows } from "@std/assert";
import {
  readTimestamp,
  TIMESTAMP_PREFIX,
  writePcr,
  writeTimestamp,
} from "../../../../protocols/_formats/mpegts/clock.ts";
import { crc32 } from "../../../../protocols/_formats/mpegts/crc.ts";
import { MpegTsError } from "../../../../protocols/_formats/mpegts/errors.ts";
import { readPacket } from "../../../../protocols/_formats/mpegts/packet.ts";
import { parsePes, writePesHeader } from "../../../../protocols/_formats/mpegts/pes.ts";
import { parseSection, SectionReader } from "../../../../protocols/_formats/mpegts/section.ts";
import {
  parsePat,
  parsePmt,
  writePat,
  writePmt,
} from "../../../../protocols/_formats/mpegts/tables.ts";
import { TimeUnwrapper } from "../../../../protocols/_formats/mpegts/time_unwrapper.ts";
import { registration } from "../../../../protocols/_formats/mpegts/descriptor.ts";
import { joinBytes } from "../../../../protocols/_formats/join.ts";
import { hex } from "../flv/bytes.ts";

/** The PAT and the PMT that FFmpeg 5.1 writes for H.264 and AAC: `ffmpeg -f mpegts`. */
const PAT = hex("00b00d0001c100000001f0002ab104b2");
const PMT = hex("02b0170001c10000e100f0001be100f0000fe101f0002f44b99b");

Deno.test("the CRC of sections is CRC-32/MPEG-2, and 0 over a section with it", () => {
  assertEquals(crc32(new TextEncoder().encode("123456789")), 0x0376e6e7);
  assertEquals(crc32(PAT), 0);
  assertEquals(crc32(PMT), 0);
});

// ISO/IEC 13818-1 2.4.3.7: three, fifteen and fifteen bits, each before a marker.
const TIMESTAMPS = [
  [0, TIMESTAMP_PREFIX.ptsAlone, "2100010001"],
  [90_000, TIMESTAMP_PREFIX.pts, "310005bf21"],
  [2 ** 33 - 1, TIMESTAMP_PREFIX.dts, "1fffffffff"],
  [2 ** 32 + 1, TIMESTAMP_PREFIX.ptsAlone, "2900010003"],
] as const;

for (const [ticks, prefix, digits] of TIMESTAMPS) {
  Deno.test(`timestamp ${ticks} is ${digits}`, () => {
    const bytes = new Uint8Array(5);
    writeTimestamp(bytes, 0, ticks, prefix);
    assertEquals(bytes.toHex(), digits);
    assertEquals(readTimestamp(bytes, 0), ticks);
  });
}

Deno.test("times wrap at 33 bits, below zero too", () => {
  const bytes = new Uint8Array(6);
  for (const [ticks, wire] of [[2 ** 33 + 5, 5], [-1, 2 ** 33 - 1]] as const) {
    writeTimestamp(bytes, 0, ticks, 2);
    assertEquals(readTimestamp(bytes, 0), wire);
  }
  writePcr(bytes, 0, -1);
  assertEquals(bytes.toHex(), "fffffffffe00");
  writePcr(bytes, 0, 2 ** 33 + 63_000);
  assertEquals(bytes.toHex(), "00007b0c7e00");
});

Deno.test("times of the wire go on past their wrap, and jump to the nearest", () => {
  const times = new TimeUnwrapper();
  assertEquals(times.decoding(2 ** 33 - 3600), 2 ** 33 - 3600);
  assertEquals(times.presentation(3600, 2 ** 33 - 3600), 2 ** 33 + 3600);
  assertEquals(times.decoding(0), 2 ** 33);
  assertEquals(times.decoding(900_000), 2 ** 33 + 900_000);
  assertEquals(times.decoding(2 ** 33 - 90_000), 2 ** 33 - 90_000);
});

Deno.test("PAT and PMT as FFmpeg writes them", () => {
  assertEquals(parsePat(parseSection(PAT).body), [{ number: 1, pmtPid: 0x1000 }]);
  const map = parsePmt(parseSection(PMT).body);
  assertEquals(map, {
    pcrPid: 0x100,
    streams: [
      { streamType: 0x1b, pid: 0x100, descriptors: [] },
      { streamType: 0x0f, pid: 0x101, descriptors: [] },
    ],
  });
  assertEquals(writePat({ number: 1, pmtPid: 0x1000 }).toHex(), PAT.toHex());
  assertEquals(writePmt(1, 0, map).toHex(), PMT.toHex());
});

Deno.test("a PMT keeps its descriptors and its version", () => {
  const stream = { streamType: 6, pid: 0x1ff, descriptors: [registration("Opus")] };
  const bytes = writePmt(7, 31, { pcrPid: 0x1ff, streams: [stream] });
  const section = parseSection(bytes);
  assertEquals([section.extension, section.version, section.isCurrent], [7, 31, true]);
  assertEquals(parsePmt(section.body).streams, [stream]);
});

Deno.test("a section with a wrong CRC is refused", () => {
  const damaged = PMT.slice();
  damaged[20] = 0;
  assertThrows(() => parseSection(damaged), MpegTsError, "Cannot parse section: the CRC is wrong");
});

Deno.test("sections are found over packets, several in one, and up to the stuffing", () => {
  const reader = new SectionReader();
  assertEquals(reader.push(PMT, false), [], "before a start");
  assertEquals(reader.push(joinBytes([hex("00"), PAT.subarray(0, 2)]), true), []);
  assertEquals(reader.push(PAT.subarray(2, 10), false), []);
  const next = joinBytes([hex("06"), PAT.subarray(10), PMT, PAT, hex("ffffffff")]);
  assertEquals(
    reader.push(next, true).map((bytes) => bytes.toHex()),
    [PAT, PMT, PAT].map((b) => b.toHex()),
  );
  assertEquals(reader.push(PAT, false), [], "behind stuffing");
});

Deno.test("a section that announces too much is refused, and the next one read", () => {
  const reader = new SectionReader();
  assertThrows(() => reader.push(hex("0002bfff00"), true), MpegTsError, "above its limit");
  assertEquals(reader.push(joinBytes([hex("00"), PAT]), true).length, 1);
});

Deno.test("packets with and without adaptation field and payload", () => {
  const rows = [
    ["475000 35 02 c0 ff", {
      pid: 0x1000,
      isStart: true,
      counter: 5,
      isDiscontinuity: true,
      size: 181,
    }],
    ["470100 1f", { pid: 0x100, isStart: false, counter: 15, isDiscontinuity: false, size: 184 }],
    ["470100 20 b7 10", {
      pid: 0x100,
      isStart: false,
      counter: 0,
      isDiscontinuity: false,
      size: 0,
    }],
    // An adaptation field that runs past the packet.
    ["470100 30 ff 00", {
      pid: 0x100,
      isStart: false,
      counter: 0,
      isDiscontinuity: false,
      size: 0,
    }],
  ] as const;
  for (const [head, expected] of rows) {
    const bytes = new Uint8Array(188);
    bytes.set(hex(head));
    const { pid, isStart, counter, isDiscontinuity, payload } = readPacket(bytes);
    assertEquals({ pid, isStart, counter, isDiscontinuity, size: payload.length }, expected);
  }
});

Deno.test("transport_error_indicator and scrambling are told", () => {
  assertEquals(readPacket(hex("c7810090")).hasError, true);
  assertEquals(readPacket(hex("47010090")).isScrambled, true);
});

Deno.test("PES headers have a DTS only where it differs, and a length where it fits", () => {
  const same = writePesHeader(0xe0, { pts: 90_000, dts: 90_000 }, 3);
  assertEquals(same.toHex(), "000001e0000b848005210005bf21");
  const both = writePesHeader(0xe0, { pts: 90_000, dts: 0 }, 100_000);
  assertEquals(both.toHex(), "000001e0000084c00a310005bf211100010001");
  const read = parsePes(joinBytes([both, hex("aabb")]));
  assertEquals([read.pts, read.dts, read.isBounded], [90_000, 0, false]);
  assertEquals(read.payload.toHex(), "aabb");
  const bounded = parsePes(joinBytes([same, hex("aabbccdd")]));
  assertEquals([bounded.dts, bounded.isBounded, bounded.payload.toHex()], [
    undefined,
    true,
    "aabbcc",
  ]);
});

Deno.test("damaged PES packets are refused", () => {
  for (
    const [digits, reason] of [
      ["000001e0", "it is cut short at byte 4"],
      ["000002e00000848005210005bf21", "the start code is missing"],
      ["000001e00000848009210005bf21", "a header of 9 bytes does not fit"],
    ] as const
  ) assertThrows(() => parsePes(hex(digits)), MpegTsError, reason);
});
