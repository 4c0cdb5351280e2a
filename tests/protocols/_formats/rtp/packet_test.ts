import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { RtpError } from "../../../../protocols/_formats/rtp/errors.ts";
import {
  parseRtpPacket,
  type RtpFields,
  rtpHeaderSize,
  type RtpPacket,
  writeRtpHeader,
} from "../../../../protocols/_formats/rtp/packet.ts";
import { hex } from "../flv/bytes.ts";

const FIELDS: RtpFields = {
  marker: true,
  payloadType: 96,
  sequence: 0x1234,
  timestamp: 0xfedcba98,
  ssrc: 0xdeadbeef,
};
const HEAD = "80 e0 1234 fedcba98 deadbeef";

const PACKETS: readonly { name: string; wire: string; packet: RtpPacket }[] = [
  { name: "a header and a payload", wire: `${HEAD} 0102`, packet: packet("0102") },
  { name: "a header alone (5.1 allows no payload)", wire: HEAD, packet: packet("") },
  {
    name: "no marker, static payload type",
    wire: "80 00 1234 fedcba98 deadbeef ff",
    packet: { ...packet("ff"), marker: false, payloadType: 0 },
  },
  {
    name: "two contributing sources, passed over",
    wire: "82 e0 1234 fedcba98 deadbeef 00000001 00000002 07",
    packet: packet("07"),
  },
  { name: "padding of four bytes", wire: `a${HEAD.slice(1)} 09 000000 04`, packet: packet("09") },
  { name: "nothing but padding", wire: `a${HEAD.slice(1)} 000000 04`, packet: packet("") },
  {
    name: "an extension of one word",
    wire: `9${HEAD.slice(1)} bede 0001 10aa0000 0102`,
    packet: { ...packet("0102"), extension: { profile: 0xbede, data: hex("10aa0000") } },
  },
  {
    name: "an extension without data",
    wire: `9${HEAD.slice(1)} abac 0000 0102`,
    packet: { ...packet("0102"), extension: { profile: 0xabac, data: hex("") } },
  },
];

function packet(payload: string): RtpPacket {
  return { ...FIELDS, payload: hex(payload) };
}

for (const { name, wire, packet } of PACKETS) {
  Deno.test(`parseRtpPacket reads ${name}`, () => {
    const data = hex(wire);
    const parsed = parseRtpPacket(data);
    assertEquals(parsed, packet);
    assertStrictEquals(parsed.payload.buffer, data.buffer);
    assertEquals(data, hex(wire));
  });
}

Deno.test("parseRtpPacket reads a view that does not start its buffer", () => {
  const data = hex(`ffff 9${HEAD.slice(1)} bede 0001 10aa0000 0102 ffff`).subarray(2, 26 - 4 + 2);
  assertEquals(parseRtpPacket(data).extension?.data, hex("10aa0000"));
  assertEquals(parseRtpPacket(data).payload, hex("0102"));
});

const BAD: readonly { name: string; wire: string; reason: string; offset: number }[] = [
  { name: "nothing", wire: "", reason: "0 bytes are less than a header", offset: 0 },
  { name: "eleven bytes", wire: HEAD.slice(0, -2), reason: "11 bytes", offset: 11 },
  { name: "version 1", wire: `4${HEAD.slice(1)}`, reason: "the version is 1", offset: 0 },
  { name: "sources that run out", wire: `8f${HEAD.slice(2)}`, reason: "runs into", offset: 72 },
  {
    name: "half an extension head",
    wire: `9${HEAD.slice(1)} bede`,
    reason: "cut short",
    offset: 12,
  },
  {
    name: "an extension longer than the packet",
    wire: `9${HEAD.slice(1)} bede ffff 00000000`,
    reason: "an extension of 262140 bytes has 4",
    offset: 12,
  },
  { name: "padding of no length", wire: `a${HEAD.slice(1)} 00`, reason: "no length", offset: 12 },
  {
    name: "padding over the header",
    wire: `a${HEAD.slice(1)} 02`,
    reason: "runs into",
    offset: 12,
  },
];

for (const { name, wire, reason, offset } of BAD) {
  Deno.test(`parseRtpPacket refuses ${name}`, () => {
    const error = assertThrows(() => parseRtpPacket(hex(wire)), RtpError, reason);
    assertEquals(error.offset, offset);
  });
}

Deno.test("writeRtpHeader writes what parseRtpPacket reads, at any offset", () => {
  const extension = { profile: 0xbede, data: hex("10aa0000") };
  for (const fields of [FIELDS, { ...FIELDS, marker: false }, { ...FIELDS, extension }]) {
    const target = new Uint8Array(3 + rtpHeaderSize(fields) + 2);
    const end = writeRtpHeader(target, 3, fields);
    assertEquals(end, target.length - 2);
    assertEquals(parseRtpPacket(target.subarray(3)), { ...fields, payload: hex("0000") });
  }
});
