import { assertEquals } from "@std/assert";
import {
  type Candidate,
  parseCandidate,
  writeCandidate,
} from "../../../../protocols/webrtc/sdp/candidate.ts";
import { HOST } from "./parts.ts";

/** Who writes it, the text, what is read. */
const CANDIDATES: readonly (readonly [string, string, Candidate])[] = [
  ["nothing more than is needed", "candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host", HOST],
  ["a= and upper case", "a=candidate:1 1 UDP 2130706431 192.0.2.1 8189 typ host\r\n", HOST],
  [
    "Chrome, trickled",
    "candidate:1 1 udp 2130706431 aa946170-5705.local 8189 typ host generation 0 ufrag uFr4 " +
    "network-id 1 network-cost 999",
    { ...HOST, address: "aa946170-5705.local", ufrag: "uFr4" },
  ],
  [
    "IPv6 through STUN",
    "candidate:842163049 1 udp 1677729535 2001:db8::1 40000 typ srflx raddr :: rport 0",
    {
      ...HOST,
      foundation: "842163049",
      priority: 1677729535,
      address: "2001:db8::1",
      port: 40000,
      type: "srflx",
      relatedAddress: "::",
      relatedPort: 0,
    },
  ],
  [
    "TCP",
    "candidate:1 1 tcp 2130706431 192.0.2.1 9 typ host tcptype active generation 0",
    { ...HOST, transport: "tcp", port: 9, tcpType: "active" },
  ],
  [
    "an extension that nobody knows",
    "candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host x-new 1",
    HOST,
  ],
];

for (const [name, text, expected] of CANDIDATES) {
  Deno.test(`candidate: ${name}`, () => {
    assertEquals(parseCandidate(text), expected);
    assertEquals(parseCandidate(writeCandidate(expected)), expected);
  });
}

Deno.test("a candidate as it is written", () => {
  assertEquals(
    writeCandidate({ ...HOST, type: "relay", relatedAddress: "10.0.0.1", relatedPort: 9 }),
    "candidate:1 1 udp 2130706431 192.0.2.1 8189 typ relay raddr 10.0.0.1 rport 9",
  );
});

const NONE: readonly string[] = [
  "",
  "candidate:",
  "candidate:1 1 udp 2130706431 192.0.2.1 8189",
  "candidate:1 1 sctp 2130706431 192.0.2.1 8189 typ host",
  "candidate:1 1 udp 2130706431 192.0.2.1 8189 typ other",
  "candidate:1 0 udp 2130706431 192.0.2.1 8189 typ host",
  "candidate:1 1 udp 4294967296 192.0.2.1 8189 typ host",
  "candidate:1 1 udp 2130706431 192.0.2.1 65536 typ host",
  'candidate:1 1 udp 2130706431 "><script> 8189 typ host',
  `candidate:${"1".repeat(65)} 1 udp 2130706431 192.0.2.1 8189 typ host`,
  `candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host ${"x".repeat(1024)}`,
];

Deno.test("what is no candidate is passed over", () => {
  for (const text of NONE) assertEquals(parseCandidate(text), undefined, text);
});
