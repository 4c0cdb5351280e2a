import { assertEquals, assertThrows } from "@std/assert";
import { RtspHeaderError } from "../../../../protocols/rtsp/errors.ts";
import {
  parseTransport,
  parseTransports,
  type RtpTransport,
  type Transport,
  writeTransport,
} from "../../../../protocols/rtsp/headers/transport.ts";

const UDP: RtpTransport = { type: "rtp", profile: "AVP", lower: "udp", delivery: "unicast" };
const TCP: RtpTransport = { ...UDP, lower: "tcp" };

// What it stands for, wire, value, wire out
const ROWS: readonly (readonly [string, string, readonly Transport[], string])[] = [
  [
    "FFmpeg over UDP",
    "RTP/AVP/UDP;unicast;client_port=14186-14187",
    [{ ...UDP, clientPort: { rtp: 14186, rtcp: 14187 } }],
    "RTP/AVP;unicast;client_port=14186-14187",
  ],
  [
    "FFmpeg that publishes over TCP",
    "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record",
    [{ ...TCP, interleaved: { rtp: 0, rtcp: 1 }, mode: "record" }],
    "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record",
  ],
  [
    "FFmpeg before version 4",
    "RTP/AVP/TCP;unicast;interleaved=0-1;mode=receive",
    [{ ...TCP, interleaved: { rtp: 0, rtcp: 1 }, mode: "record" }],
    "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record",
  ],
  [
    "GStreamer: three alternatives",
    'RTP/AVPF;unicast;client_port=5000-5001;mode="PLAY",RTP/AVP;multicast,RTP/AVP/TCP;unicast;' +
    'interleaved=0-1;mode="RECORD"',
    [
      { ...UDP, profile: "AVPF", clientPort: { rtp: 5000, rtcp: 5001 }, mode: "play" },
      { ...UDP, delivery: "multicast" },
      { ...TCP, interleaved: { rtp: 0, rtcp: 1 }, mode: "record" },
    ],
    "RTP/AVPF;unicast;client_port=5000-5001;mode=play,RTP/AVP;multicast," +
    "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record",
  ],
  [
    "a server's answer",
    "RTP/AVP;unicast;source=192.0.2.1;client_port=5000-5001;server_port=8000-8001;ssrc=0000ABCD",
    [{
      ...UDP,
      source: "192.0.2.1",
      clientPort: { rtp: 5000, rtcp: 5001 },
      serverPort: { rtp: 8000, rtcp: 8001 },
      ssrc: 0xabcd,
    }],
    "RTP/AVP;unicast;source=192.0.2.1;client_port=5000-5001;server_port=8000-8001;ssrc=0000ABCD",
  ],
  [
    "a multicast answer",
    "RTP/AVP;multicast;destination=239.0.0.1;port=5000-5001;ttl=16",
    [{
      ...UDP,
      delivery: "multicast",
      destination: "239.0.0.1",
      port: { rtp: 5000, rtcp: 5001 },
      ttl: 16,
    }],
    "RTP/AVP;multicast;destination=239.0.0.1;port=5000-5001;ttl=16",
  ],
  [
    "RFC 7826",
    'RTP/AVP/UDP;unicast;dest_addr="192.0.2.5:3456"/"192.0.2.5:3457";src_addr=":5000"/":5001"',
    [{
      ...UDP,
      destAddr: ["192.0.2.5:3456", "192.0.2.5:3457"],
      srcAddr: [":5000", ":5001"],
    }],
    'RTP/AVP;unicast;dest_addr="192.0.2.5:3456"/"192.0.2.5:3457";src_addr=":5000"/":5001"',
  ],
  [
    "a camera that writes 0x before the SSRC, behind the channels",
    'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0x6f7c;mode="PLAY"',
    [{ ...TCP, interleaved: { rtp: 0, rtcp: 1 }, ssrc: 0x6f7c, mode: "play" }],
    "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00006F7C;mode=play",
  ],
  [
    "a webcam that leaves unicast out and puts the SSRC first",
    "RTP/AVP/TCP;ssrc=22345684;interleaved=0-1",
    [{ ...TCP, interleaved: { rtp: 0, rtcp: 1 }, ssrc: 0x22345684 }],
    "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=22345684",
  ],
  [
    "an SSRC that is no number",
    "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=unknown",
    [{ ...TCP, interleaved: { rtp: 0, rtcp: 1 } }],
    "RTP/AVP/TCP;unicast;interleaved=0-1",
  ],
  [
    "one port, and spaces",
    " RTP/AVP ; unicast ; client_port = 5000 ;",
    [{ ...UDP, clientPort: { rtp: 5000, rtcp: 5001 } }],
    "RTP/AVP;unicast;client_port=5000-5001",
  ],
  [
    "ports that are not used, an empty source, vendor parameters",
    "RTP/AVP/TCP;unicast;source=;server_port=0-0;interleaved=2;x-dynamic-rate=1;append",
    [{ ...TCP, interleaved: { rtp: 2, rtcp: 3 } }],
    "RTP/AVP/TCP;unicast;interleaved=2-3",
  ],
  ["lower case", "rtp/avp/tcp;UNICAST", [TCP], "RTP/AVP/TCP;unicast"],
  ["the first of two", "RTP/AVP;ttl=1;ttl=2", [{ ...UDP, ttl: 1 }], "RTP/AVP;unicast;ttl=1"],
  [
    "what is not RTP, or encrypted",
    "RTP/SAVP;unicast;client_port=5000-5001,MP2T/H2221/UDP;unicast,RAW/RAW/UDP",
    [
      { type: "other", spec: "RTP/SAVP" },
      { type: "other", spec: "MP2T/H2221/UDP" },
      { type: "other", spec: "RAW/RAW/UDP" },
    ],
    "RTP/SAVP,MP2T/H2221/UDP,RAW/RAW/UDP",
  ],
];

for (const [what, wire, value, wireOut] of ROWS) {
  Deno.test(`Transport: ${what}`, () => {
    assertEquals(parseTransports(wire), value);
    assertEquals(writeTransport(...value), wireOut);
    assertEquals(parseTransports(wireOut), value);
  });
}

const BAD: readonly (readonly [string, string])[] = [
  ["", "it names no transport"],
  [" , ;", "it names no transport"],
  ["RTP AVP", '"RTP AVP" is no transport'],
  ["RTP/AVP;client_port=", 'client_port is ""'],
  ["RTP/AVP;client_port=x", 'client_port is "x"'],
  ["RTP/AVP;client_port=65536", 'client_port is "65536"'],
  ["RTP/AVP;client_port=65535", 'client_port is "65535"'],
  ["RTP/AVP;client_port=-1", 'client_port is "-1"'],
  ["RTP/AVP/TCP;interleaved=0-256", 'interleaved is "0-256"'],
  ["RTP/AVP/TCP;interleaved=255", 'interleaved is "255"'],
  [Array.from({ length: 17 }, () => "RTP/AVP").join(), "it names more than 16 transports"],
];

for (const [wire, reason] of BAD) {
  Deno.test(`Transport ${JSON.stringify(wire.slice(0, 40))} is refused`, () => {
    const error = assertThrows(() => parseTransports(wire), RtspHeaderError);
    assertEquals(error.message, `Cannot parse Transport header: ${reason}`);
  });
}

Deno.test("the transport of a response is the first", () => {
  assertEquals(parseTransport("RTP/AVP/TCP,RTP/AVP"), TCP);
});
