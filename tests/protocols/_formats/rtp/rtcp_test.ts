// RTCP packets as bytes and as values, both ways.
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import {
  isRtcp,
  MAX_RTCP_PACKETS,
  parseRtcp,
  type RtcpPacket,
  serializeRtcp,
} from "../../../../protocols/_formats/rtp/rtcp.ts";
import { RtcpError } from "../../../../protocols/_formats/rtp/rtcp_errors.ts";
import { hex } from "../flv/bytes.ts";

interface Row {
  readonly name: string;
  readonly wire: string;
  readonly packets: readonly RtcpPacket[];
}

const target = { senderSsrc: 0x11111111, mediaSsrc: 0x22222222 };
const TARGET = "11111111 22222222";

const REPORT = {
  ssrc: 0xbc5e9a40,
  fractionLost: 0x40,
  cumulativeLost: -2,
  highestSequence: 0x000146e1,
  jitter: 273,
  lastSenderReport: 0x9f36432d,
  delaySinceLastSenderReport: 0x00024c33,
};
const REPORT_BYTES = "bc5e9a40 40 fffffe 000146e1 00000111 9f36432d 00024c33";

/** What `parseRtcp` reads from the bytes, and `serializeRtcp` writes as the same bytes. */
const ROWS: readonly Row[] = [
  { name: "nothing", wire: "", packets: [] },
  {
    name: "a sender report without blocks",
    wire: "80c80006 902f9e2e dda8bd3a 80000000 00a00040 00000123 00045678",
    packets: [{
      type: "senderReport",
      ssrc: 0x902f9e2e,
      ntp: { seconds: 0xdda8bd3a, fraction: 0x80000000 },
      rtpTimestamp: 0x00a00040,
      packetCount: 0x123,
      octetCount: 0x45678,
      reports: [],
    }],
  },
  {
    name: "a compound of receiver report, CNAME and goodbye",
    wire: `81c90007 902f9e2e ${REPORT_BYTES} ` +
      "81ca0004 902f9e2e 01 06 636c69656e74 00000000 " +
      "81cb0002 902f9e2e 03 627965",
    packets: [
      { type: "receiverReport", ssrc: 0x902f9e2e, reports: [REPORT] },
      { type: "sourceDescription", sources: [{ ssrc: 0x902f9e2e, cname: "client" }] },
      { type: "goodbye", ssrcs: [0x902f9e2e], reason: "bye" },
    ],
  },
  {
    name: "a source without items, and one whose CNAME ends at a word",
    wire: "82ca0005 00000001 00000000 00000002 01 05 6162636465 00",
    packets: [{
      type: "sourceDescription",
      sources: [{ ssrc: 1 }, { ssrc: 2, cname: "abcde" }],
    }],
  },
  {
    name: "a NACK over the wrap",
    wire: `81cd0003 ${TARGET} fffe 8005`,
    packets: [{ type: "nack", ...target, sequences: [0xfffe, 0xffff, 1, 14] }],
  },
  { name: "a PLI", wire: `81ce0002 ${TARGET}`, packets: [{ type: "pictureLoss", ...target }] },
  {
    name: "a FIR",
    wire: `84ce0004 ${TARGET} 33333333 07 000000`,
    packets: [{
      type: "fullIntraRequest",
      ...target,
      requests: [{ ssrc: 0x33333333, sequence: 7 }],
    }],
  },
  {
    name: "a REMB",
    wire: `8fce0005 ${TARGET} 52454d42 01 0ffffd 44444444`,
    packets: [{
      type: "bitrateEstimate",
      ...target,
      bitrate: 0x3fffd * 8,
      ssrcs: [0x44444444],
    }],
  },
  {
    name: "TWCC with a run of losses, small and large deltas",
    wire: `8fcd0006 ${TARGET} fff0 000b ffffff 09 0008 d900 10 fc18 ff`,
    packets: [{
      type: "transportFeedback",
      ...target,
      baseSequence: 0xfff0,
      referenceTime: -1,
      feedbackCount: 9,
      deltas: [...new Array(8).fill(undefined), 16, -1000, 255],
    }],
  },
];

for (const { name, wire, packets } of ROWS) {
  Deno.test(`RTCP: ${name}`, () => {
    const bytes = hex(wire);
    assertEquals(parseRtcp(bytes), packets);
    assertEquals(bytes, hex(wire));
    assertEquals(serializeRtcp(packets), bytes);
  });
}

/** What is read although nobody here would write it. */
const LENIENT: readonly Row[] = [
  {
    name: "padding is taken off",
    wire: "a1cb0002 00000001 00000004",
    packets: [{ type: "goodbye", ssrcs: [1] }],
  },
  {
    name: "a padding flag without padding is ignored",
    wire: "a1cb0001 00000200",
    packets: [{ type: "goodbye", ssrcs: [0x200] }],
  },
  {
    name: "a padding longer than the packet is ignored",
    wire: "a1cb0001 000000ff",
    packets: [{ type: "goodbye", ssrcs: [0xff] }],
  },
  {
    name: "APP, XR and unknown feedback are skipped",
    wire: `80cc0002 00000001 6e616d65 80cf0001 00000001 82cd0002 ${TARGET} 80c90001 00000001`,
    packets: [{ type: "receiverReport", ssrc: 1, reports: [] }],
  },
  {
    name: "application feedback that is no REMB is skipped",
    wire: `8fce0003 ${TARGET} 41424344 8fce0002 ${TARGET}`,
    packets: [],
  },
  {
    name: "a profile extension behind the report blocks is skipped",
    wire: "80c90002 00000001 deadbeef",
    packets: [{ type: "receiverReport", ssrc: 1, reports: [] }],
  },
  {
    name: "items other than CNAME are skipped, and the last list need not end",
    wire: "81ca0003 00000001 06 01 78 01 03 616263",
    packets: [{ type: "sourceDescription", sources: [{ ssrc: 1, cname: "abc" }] }],
  },
  {
    name: "a CNAME that is no UTF-8 is left out",
    wire: "81ca0002 00000001 01 01 ff 00",
    packets: [{ type: "sourceDescription", sources: [{ ssrc: 1 }] }],
  },
  {
    name: "TWCC with one-bit symbols and a reserved one",
    wire: `8fcd0006 ${TARGET} 0001 0010 000000 00 a001 f000 0102 0000`,
    packets: [{
      type: "transportFeedback",
      ...target,
      baseSequence: 1,
      referenceTime: 0,
      feedbackCount: 0,
      deltas: [1, ...new Array(12).fill(undefined), 2, undefined, undefined],
    }],
  },
];

for (const { name, wire, packets } of LENIENT) {
  Deno.test(`RTCP: ${name}`, () => assertEquals(parseRtcp(hex(wire)), packets));
}

const BROKEN: readonly {
  readonly wire: string;
  readonly offset: number;
  readonly reason: string;
}[] = [
  { wire: "80", offset: 0, reason: "1 bytes are no header" },
  { wire: "80c90001 00000001 80c9", offset: 8, reason: "2 bytes are no header" },
  { wire: "40c90001 00000001", offset: 0, reason: "version is 1" },
  { wire: "80c90002 00000001", offset: 0, reason: "length is 12 bytes, 8 are left" },
  { wire: "81c90001 00000001", offset: 8, reason: "4 bytes are needed, 0 are left" },
  { wire: "80c80005 00000001 00000000 00000000 00000000 00000000", offset: 24, reason: "4 bytes" },
  { wire: "82cb0001 00000001", offset: 8, reason: "4 bytes are needed, 0 are left" },
  { wire: "81cb0002 00000001 09000000", offset: 9, reason: "9 bytes are needed, 3 are left" },
  { wire: "81ca0002 00000001 01090000", offset: 10, reason: "9 bytes are needed, 2 are left" },
  { wire: "81cd0001 00000001", offset: 8, reason: "4 bytes are needed, 0 are left" },
  { wire: `8fce0004 ${TARGET} 52454d42 02 000000`, offset: 20, reason: "4 bytes are needed" },
  { wire: `8fcd0005 ${TARGET} 0000 2001 00000000 3fff 0000`, offset: 16, reason: "8193 packets" },
  { wire: `8fcd0005 ${TARGET} 0000 0008 00000000 2008 0000`, offset: 24, reason: "1 bytes" },
];

for (const { wire, offset, reason } of BROKEN) {
  Deno.test(`RTCP ${wire} is refused`, () => {
    const error = assertThrows(() => parseRtcp(hex(wire)), RtcpError);
    assertStringIncludes(error.message, reason);
    assertEquals(error.offset, offset);
  });
}

Deno.test("a compound packet has a bounded number of packets", () => {
  const empty = "80cc0000";
  assertEquals(parseRtcp(hex(empty.repeat(MAX_RTCP_PACKETS))), []);
  const error = assertThrows(() => parseRtcp(hex(empty.repeat(MAX_RTCP_PACKETS + 1))));
  assertInstanceOf(error, RtcpError);
});

Deno.test("serializeRtcp refuses what has no room", () => {
  const ssrcs = Array.from({ length: 32 }, (_, index) => index);
  assertThrows(() => serializeRtcp([{ type: "goodbye", ssrcs }]), RangeError, "32 entries");
  const sources = [{ ssrc: 1, cname: "x".repeat(256) }];
  assertThrows(() => serializeRtcp([{ type: "sourceDescription", sources }]), RangeError, "256");
  const deltas = [0x8000];
  const feedback = {
    type: "transportFeedback",
    ...target,
    baseSequence: 0,
    referenceTime: 0,
  } as const;
  assertThrows(
    () => serializeRtcp([{ ...feedback, feedbackCount: 0, deltas }]),
    RangeError,
    "delta 32768",
  );
});

Deno.test("a bitrate that REMB cannot say exactly is rounded down", () => {
  const message = { type: "bitrateEstimate", ...target, ssrcs: [] } as const;
  const read = (bitrate: number) => parseRtcp(serializeRtcp([{ ...message, bitrate }]));
  assertEquals(read(1_000_001), [{ ...message, bitrate: 1_000_000 }]);
  assertEquals(read(Infinity), [{ ...message, bitrate: 0x3ffff * 2 ** 63 }]);
});

Deno.test("RTCP is told from RTP by its second byte, RFC 5761 section 4", () => {
  assertEquals(["80c8", "80cd", "80df"].map((wire) => isRtcp(hex(wire))), [true, true, true]);
  assertEquals(["8060", "80e0", "80"].map((wire) => isRtcp(hex(wire))), [false, false, false]);
});
